"""What a person says of single answers: corrected, approved, taken back; rows set aside; answers that were replaced."""

import hashlib
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import orjson

from engine.tables.model import Cell
from handai_errors import DamagedFileError
from storage.connect import open_run_reader, translated
from storage.migrate import version_of
from storage.run_file import changed_by_hand
from storage.run_rows import IS_STALE

_EMPTY = """
SELECT row FROM results GROUP BY row HAVING min(status = 'done') AND max(EXISTS (SELECT 1 FROM json_each(results.data)
    WHERE type <> 'null' AND trim(value, ' ' || char(9) || char(10) || char(13)) NOT IN ('', '[]', '{}'))) = 0
ORDER BY row"""
_STALE = f"SELECT DISTINCT row FROM results WHERE {IS_STALE} ORDER BY row"  # noqa: S608 ours
_SINCE = 7  # the version of run files that have these tables


class MarkState(StrEnum):
    """What a person said of a cell last."""

    CORRECTED = "corrected"
    APPROVED = "approved"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Mark:
    """A person's word on one cell: its value now, and the model's answer that it stands for; `key` as in the answer."""

    row: int
    key: str
    state: MarkState
    value: Cell = None
    was: Cell = None
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Replaced:
    """An answer that another took the place of, when its row was asked again; times are Unix seconds."""

    row: int
    step: int
    status: str
    values: dict[str, Cell] | None
    raw: str | None
    cause: str | None
    answered_at: float
    replaced_at: float


def add_marks(path: Path, marks: Sequence[Mark]) -> None:
    """Note what a person says of cells; what was said before stays in the file. Only the lease's owner may."""
    now = time.time()
    with changed_by_hand(path) as connection:
        for mark in marks:
            told = (mark.row, mark.key, str(mark.state), _json(mark.value), _json(mark.was))
            connection.execute(
                "INSERT INTO marks (row, key, state, value, was, at, sha256) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*told, now, mark_digest(*told, at=now)),
            )


def set_aside(path: Path, rows: Iterable[int], *, aside: bool) -> None:
    """Set rows aside to measure agreement, or take them back. Only the lease's owner may."""
    now = time.time()
    with changed_by_hand(path) as connection:
        for row in rows:
            if aside:
                connection.execute("INSERT OR IGNORE INTO held_out VALUES (?, ?)", (row, now))
            else:
                connection.execute("DELETE FROM held_out WHERE row = ?", (row,))


def reopen_rows(path: Path, rows: Sequence[int]) -> int:
    """Make rows that ended pending again, their answers kept as replaced ones; returns how many rows."""
    wanted = orjson.dumps(list(rows)).decode()
    chosen = "row IN (SELECT value FROM json_each(?1))"
    with changed_by_hand(path) as connection:
        width = _steps(connection)
        ended = f"{chosen} AND (status = 'failed' OR step % {width} = {width - 1})"
        done, failed = connection.execute(
            f"SELECT count(*) FILTER (WHERE status = 'done'), count(*) FILTER (WHERE status = 'failed') "  # noqa: S608 ours
            f"FROM results WHERE {ended}",
            (wanted,),
        ).fetchall()[0]
        connection.execute(
            f"""INSERT INTO replaced (row, step, attempt, status, data, raw, kind, cause, committed_at, replaced_at)
            SELECT row, step, attempt, status, data, raw, kind, cause, committed_at, ?2 FROM results WHERE {chosen}""",  # noqa: S608 ours
            (wanted, time.time()),
        )
        connection.execute(
            f"""UPDATE progress SET done = done - ?2, failed = failed - ?3, (cached, repaired) = (SELECT
            progress.cached - coalesce(sum(r.cached), 0), progress.repaired - coalesce(sum(r.repaired), 0)
            FROM results r WHERE {chosen})""",  # noqa: S608 ours
            (wanted, done, failed),
        )
        connection.execute(f"DELETE FROM results WHERE {chosen}", (wanted,))  # noqa: S608 ours
    return int(done + failed)


def marks_in(path: Path, rows: Sequence[int] | None = None) -> dict[int, dict[str, Mark]]:
    """What a person said last of each cell, by row and answer key; of some rows, or all. Those taken back are left out.

    Raises DamagedFileError where a mark is not what was written.
    """
    found: dict[int, dict[str, Mark]] = {}
    for mark in history_in(path, rows):
        found.setdefault(mark.row, {})[mark.key] = mark
    standing = {
        row: {key: mark for key, mark in cells.items() if mark.state is not MarkState.UNDONE}
        for row, cells in found.items()
    }
    return {row: cells for row, cells in standing.items() if cells}


def history_in(path: Path, rows: Sequence[int] | None = None) -> list[Mark]:
    """All that was said, oldest first."""
    marks = []
    with _reading(path) as connection:
        if connection is None:
            return []
        for row, key, state, value, was, at, digest in connection.execute(
            """SELECT row, key, state, value, was, at, sha256 FROM marks
            WHERE ?1 IS NULL OR row IN (SELECT value FROM json_each(?1)) ORDER BY id""",
            (None if rows is None else orjson.dumps(list(rows)).decode(),),
        ):
            if digest != mark_digest(row, key, state, value, was, at=at):
                raise DamagedFileError(
                    f"{path.name}: a correction of row {row + 1} is not what was written.", "Restore it from a backup."
                )
            marks.append(Mark(row, key, MarkState(state), orjson.loads(value), orjson.loads(was), at))
    return marks


def set_aside_in(path: Path) -> frozenset[int]:
    """The rows that are set aside to measure agreement."""
    return frozenset(when_set_aside(path))


def when_set_aside(path: Path) -> dict[int, float]:
    """The same rows, each with the Unix time at which it was set aside."""
    with _reading(path) as connection:
        return dict(connection.execute("SELECT row, at FROM held_out").fetchall()) if connection is not None else {}


def replaced_rows(path: Path) -> frozenset[int]:
    """The rows that a person had asked again."""
    with _reading(path) as connection:
        rows = connection.execute("SELECT DISTINCT row FROM replaced").fetchall() if connection is not None else []
    return frozenset(row for (row,) in rows)


def empty_rows(path: Path) -> list[int]:
    """The rows that are done although every answer of theirs is blank, in order; it looks at every row."""
    with _reading(path) as connection:
        rows = () if connection is None else connection.execute(_EMPTY).fetchall()
    return [row for (row,) in rows]


def stale_rows(path: Path) -> list[int]:
    """The rows whose answer was kept from a run that asked differently, in order."""
    with _reading(path) as connection:
        rows = () if connection is None else connection.execute(_STALE).fetchall()
    return [row for (row,) in rows]


def replaced_in(path: Path, row: int) -> tuple[Replaced, ...]:
    """The answers of a row that others took the place of, oldest first."""
    with _reading(path) as connection:
        if connection is None:
            return ()
        found = connection.execute(
            """SELECT row, step, status, data, raw, cause, committed_at, replaced_at FROM replaced
            WHERE row = ? ORDER BY id""",
            (row,),
        ).fetchall()
    return tuple(
        Replaced(row, step, status, orjson.loads(data) if data else None, raw, cause, answered_at, replaced_at)
        for row, step, status, data, raw, cause, answered_at, replaced_at in found
    )


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection | None]:
    """A connection to the file; None if an older Handai wrote it."""
    with translated(path), closing(open_run_reader(path)) as connection:
        yield connection if version_of(connection) >= _SINCE else None


def _steps(connection: sqlite3.Connection) -> int:
    found = connection.execute("SELECT value FROM meta WHERE key = 'steps'").fetchall()
    return max(1, int(found[0][0])) if found else 1


def _json(value: Cell) -> str:
    return orjson.dumps(value, default=str).decode()


def mark_digest(*told: str | int | None, at: float) -> str:
    """The hash that tells a damaged mark from a whole one."""
    return hashlib.sha256(orjson.dumps([*told, round(at * 1000)])).hexdigest()
