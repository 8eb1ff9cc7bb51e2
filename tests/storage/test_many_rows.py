"""Rows go in by the hundred, whatever their number."""

import sqlite3

import pytest

from storage.many import ManyRows

UPSERT = "ON CONFLICT (a) DO UPDATE SET b = excluded.b"


@pytest.mark.parametrize("number", [0, 1, 3, 4, 31, 32, 33, 256, 257, 293, 700])
def test_every_row_is_written_once_and_in_order(number: int) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a, b)")
    rows = [(place, f"text {place}") for place in range(number)]

    ManyRows("INSERT INTO t (a, b)", 2).write(connection, rows)

    assert connection.execute("SELECT a, b FROM t ORDER BY id").fetchall() == rows
    connection.close()


def test_a_later_row_of_the_same_statement_wins() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (a PRIMARY KEY, b)")

    ManyRows("INSERT INTO t (a, b)", 2, UPSERT).write(connection, [(1, "first"), (2, "x"), (1, "second"), (3, None)])

    assert connection.execute("SELECT a, b FROM t ORDER BY a").fetchall() == [(1, "second"), (2, "x"), (3, None)]
    connection.close()
