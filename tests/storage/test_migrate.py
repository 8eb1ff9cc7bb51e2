"""Migrations: whole or not at all, once, and never on a file of the future."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from handai_db import Catalogue, RunReader, begin_execution, create_run_file, reopen_failed
from handai_errors import DamagedFileError, HandaiError, NewerDatabaseError
from storage.migrate import Migration, migrate, version_of
from storage.schema import CATALOGUE, RUN_FILE
from tests.storage.stored import new_run_file, query

FIRST: Migration = ("CREATE TABLE a (x)", "INSERT INTO a VALUES (1)")
SECOND: Migration = ("CREATE TABLE b (y)", "INSERT INTO b SELECT x FROM a")
BROKEN: Migration = ("CREATE TABLE c (z)", "INSERT INTO nowhere VALUES (1)")


def connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, timeout=10, check_same_thread=False)


def tables(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


@pytest.mark.parametrize("migrations", [CATALOGUE, RUN_FILE], ids=["catalogue", "run file"])
def test_every_schema_can_be_made_from_blank(tmp_path: Path, migrations: tuple[Migration, ...]) -> None:
    with closing(connect(tmp_path / "x.db")) as connection:
        assert migrate(connection, migrations, tmp_path) == len(migrations)
        assert version_of(connection) == len(migrations)
        assert migrate(connection, migrations, tmp_path) == 0


def test_a_file_of_an_older_version_gets_only_what_is_new(tmp_path: Path) -> None:
    with closing(connect(tmp_path / "x.db")) as connection:
        migrate(connection, [FIRST], tmp_path)
        connection.execute("UPDATE a SET x = 7")
        assert migrate(connection, [FIRST, SECOND], tmp_path) == 1
        assert connection.execute("SELECT y FROM b").fetchall() == [(7,)]


def test_a_migration_that_fails_leaves_nothing_and_those_before_stay(tmp_path: Path) -> None:
    with closing(connect(tmp_path / "x.db")) as connection:
        with pytest.raises(sqlite3.OperationalError, match="nowhere"):
            migrate(connection, [FIRST, BROKEN], tmp_path)
        assert (version_of(connection), tables(connection)) == (1, {"a"})
        assert not connection.in_transaction
        assert migrate(connection, [FIRST, SECOND], tmp_path) == 1


def test_two_processes_that_start_at_once_migrate_once(tmp_path: Path) -> None:
    path, ran, barrier = tmp_path / "x.db", list[int](), threading.Barrier(4)

    def start() -> None:
        with closing(connect(path)) as connection:
            barrier.wait()
            ran.append(migrate(connection, [FIRST, SECOND], path))

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(ran) == 2
    with closing(connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM b").fetchone() == (1,)


def write_newer(path: Path, journal: str) -> bytes:
    with closing(connect(path)) as connection:
        connection.execute(f"PRAGMA journal_mode={journal}")
        connection.execute("CREATE TABLE future (x)")
        connection.execute("PRAGMA user_version = 99")
    return path.read_bytes()


OPENINGS: list[Callable[[Path], object]] = [
    Catalogue,
    RunReader,
    lambda path: begin_execution(path, 1),
    lambda path: reopen_failed(path, None),
    lambda path: create_run_file(path, {}, ()),
]


@pytest.mark.parametrize("journal", ["wal", "delete"])
@pytest.mark.parametrize("opening", OPENINGS)
def test_a_file_of_a_newer_handai_is_refused_and_untouched(
    tmp_path: Path, opening: Callable[[Path], object], journal: str
) -> None:
    path = tmp_path / "x.db"
    before = write_newer(path, journal)
    with pytest.raises(NewerDatabaseError, match="newer Handai") as caught:
        opening(path)
    assert "untouched" in caught.value.remedy
    assert path.read_bytes() == before


@pytest.mark.parametrize("opening", OPENINGS)
def test_a_file_that_is_no_database_is_told_and_untouched(tmp_path: Path, opening: Callable[[Path], object]) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(b"just some text, long enough to be a header " * 40)
    before = path.read_bytes()
    with pytest.raises(DamagedFileError):
        opening(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "opening", [RunReader, lambda path: begin_execution(path, 1), lambda path: reopen_failed(path, None)]
)
def test_a_missing_run_file_is_told_and_never_replaced_by_an_empty_one(
    tmp_path: Path, opening: Callable[[Path], object]
) -> None:
    path = tmp_path / "gone.db"
    with pytest.raises(HandaiError, match="missing"):
        opening(path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "opening", [RunReader, lambda path: begin_execution(path, 1), lambda path: reopen_failed(path, None)]
)
def test_an_empty_file_in_a_run_s_place_is_told_and_never_filled_anew(
    tmp_path: Path, opening: Callable[[Path], object]
) -> None:
    path = tmp_path / "run.db"
    path.write_bytes(b"")
    with pytest.raises(DamagedFileError, match="empty"):
        opening(path)
    assert path.read_bytes() == b""


def test_a_run_file_is_not_made_twice(tmp_path: Path) -> None:
    path = new_run_file(tmp_path)
    with pytest.raises(HandaiError):
        create_run_file(path, {"id": "again"}, ())
    assert query(path, "SELECT value FROM meta")[0]["value"] == "r"
