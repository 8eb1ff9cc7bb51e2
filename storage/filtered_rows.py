"""Which rows of a run file are meant by a filter, and what the cells of many rows hold; one pass, nothing kept."""

import sqlite3
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import orjson

from engine.numbering import Numbering
from storage.connect import open_run_reader, translated
from storage.records import StoredResult
from storage.run_rows import IS_STALE, STEP_COLUMNS, is_end, rows_of, steps_from

Holds = Callable[[int, str | None], bool]


class Standing(StrEnum):
    """How a row may stand, as a filter asks for it."""

    DONE = "done"
    FAILED = "failed"
    REPAIRED = "repaired"
    CACHED = "cached"
    STALE = "stale"
    SIMILAR = "similar"
    FALLBACK = "fallback"
    MARKED = "marked"
    DROPPED = "dropped"


_WHERE = {
    Standing.DONE: "r.status = 'done'",
    Standing.FAILED: "r.status = 'failed'",
    Standing.REPAIRED: "r.row IN (SELECT row FROM results WHERE repaired)",
    Standing.CACHED: "r.cached AND r.similar_to IS NULL",
    Standing.STALE: f"r.status = 'done' AND r.row IN (SELECT row FROM results WHERE {IS_STALE})",  # noqa: S608 ours
    Standing.SIMILAR: "r.similar_to IS NOT NULL",
    Standing.FALLBACK: "r.row IN (SELECT row FROM attempts WHERE fallback IS NOT NULL AND state = 'done')",
    Standing.MARKED: "v.verdict = 'marked'",
    Standing.DROPPED: "v.verdict = 'dropped'",
}
_CELLS = "r.status = 'done' AND ifnull(v.verdict, '') <> 'refused'"  # a refused draw is no row's


@dataclass(frozen=True, slots=True)
class Among:
    """Among which ended rows to look; None does not narrow. `kind` is that of a failure, `rows` are all that count."""

    standing: Standing | None = None
    kind: str | None = None
    rows: Sequence[int] | None = None


def filtered_rows(path: Path, among: Among, tests: Sequence[Holds] = ()) -> Sequence[int]:
    """The rows that ended so, in order, eight bytes each; every test has to hold for one of the row's answers.

    A test is asked with the row and the JSON of a model call's cells, None where there are none. Raises StorageError.
    """
    with _reading(path) as (connection, numbering):
        where, values = [is_end(numbering)], list[Any]()
        if among.standing is not None:
            where.append(_WHERE[among.standing])
        if among.kind is not None:
            where.append("r.kind = ?")
            values.append(among.kind)
        if among.rows is not None:
            where.append("r.row IN (SELECT value FROM json_each(?))")
            values.append(orjson.dumps(list(among.rows)).decode())
        for place, test in enumerate(tests):
            connection.create_function(f"holds_{place}", 2, test)
            where.append(_holds(place, numbering))
        sql = f"SELECT r.row FROM {steps_from(numbering)} WHERE {' AND '.join(where)} ORDER BY r.row"  # noqa: S608 ours
        return array("Q", (row for (row,) in connection.execute(sql, values)))


def _holds(place: int, numbering: Numbering) -> str:
    if numbering.width == 1:
        return f"holds_{place}(r.row, r.data)"
    asked = f"SELECT r.row FROM {steps_from(numbering)} WHERE {_CELLS} AND holds_{place}(r.row, r.data)"  # noqa: S608 ours
    return f"(r.row IN ({asked}) OR holds_{place}(r.row, NULL))"


def cells_in(path: Path, before: int) -> Iterator[tuple[int, str]]:
    """The answered cells of the rows before `before`, a model call each as JSON, in row order, streamed."""
    with _reading(path) as (connection, numbering):
        sql = f"SELECT r.row, r.data FROM {steps_from(numbering)} WHERE {_CELLS} AND r.row < ? AND r.data IS NOT NULL"  # noqa: S608 ours
        for row, data in connection.execute(f"{sql} ORDER BY r.row", (before,)):  # noqa: UP028 else closed too late
            yield row, data


def results_of(path: Path, rows: Sequence[int]) -> dict[int, StoredResult]:
    """What is stored of some rows, wherever they are; raises DamagedFileError where one is not what was written."""
    with _reading(path) as (connection, numbering):
        source = steps_from(numbering)
        sql = f"SELECT {STEP_COLUMNS} FROM {source} WHERE r.row IN (SELECT value FROM json_each(?))"  # noqa: S608 ours
        steps = connection.execute(f"{sql} ORDER BY r.row, r.step", (orjson.dumps(list(rows)).decode(),))
        return {found.row: found for found in rows_of(steps, numbering, path)}


@contextmanager
def _reading(path: Path) -> Iterator[tuple[sqlite3.Connection, Numbering]]:
    with translated(path), closing(open_run_reader(path)) as connection:
        found = connection.execute("SELECT value FROM meta WHERE key = 'steps'").fetchall()
        yield connection, Numbering(int(found[0][0]) if found else 1)
