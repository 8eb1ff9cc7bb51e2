"""What the lease's owner does to a run file before and after the writer thread has it."""

import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.gate import Judgement
from engine.results import RowResult, RowStatus
from storage import manifest
from storage.connect import open_run_writer, translated
from storage.run_batch import COUNT_COMMIT, NOTE_LATE, Batch
from storage.sent_marks import was_sent

_FAILED = "FROM results WHERE status = 'failed' AND (?1 IS NULL OR kind = ?1)"
_NEVER_SENT = "DELETE FROM attempts WHERE state = 'reserved' AND row IN (SELECT value FROM json_each(?))"
_RECOVER = """
UPDATE progress SET
    attempts = attempts + (SELECT count(*) FROM attempts WHERE state = 'reserved'),
    first_attempts = first_attempts + (SELECT count(*) FROM attempts WHERE state = 'reserved' AND number = 1),
    unknown = unknown + (SELECT count(*) FROM attempts WHERE state = 'reserved'),
    tokens_unknown = tokens_unknown + (SELECT count(*) FROM attempts WHERE state = 'reserved'),
    cost_unknown = cost_unknown + (SELECT count(*) FROM attempts WHERE state = 'reserved'),
    in_flight = 0, waiting = NULL
"""


@contextmanager
def _writing(path: Path, *, create: bool = False) -> Iterator[sqlite3.Connection]:
    with translated(path):
        connection = open_run_writer(path, create=create)
        try:
            connection.execute("PRAGMA wal_autocheckpoint=0")  # it would take the last room of a full disk
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(COUNT_COMMIT).fetchall()
            yield connection
            connection.execute("COMMIT")
        finally:
            manifest.close_sparingly(connection, path)


def create_run_file(path: Path, meta: dict[str, str], outputs: Sequence[tuple[str, str]]) -> None:
    """Make a run file with its description and the output columns known so far."""
    with _writing(path, create=True) as connection:
        connection.execute("INSERT INTO meta SELECT key, value FROM json_each(?) WHERE true", (json.dumps(meta),))
        connection.executemany(
            "INSERT INTO outputs VALUES (?, ?, ?)", [(place, *pair) for place, pair in enumerate(outputs)]
        )


def begin_execution(path: Path, pid: int) -> int:
    """Note that a process begins; returns how many attempts a dead one left behind with unknown outcome."""
    sent = was_sent(path)
    with _writing(path) as connection:
        reserved = connection.execute("SELECT DISTINCT row FROM attempts WHERE state = 'reserved'").fetchall()
        connection.execute(_NEVER_SENT, (json.dumps([row for (row,) in reserved if not sent(row)]),))
        connection.execute(_RECOVER)
        lost = connection.execute("UPDATE attempts SET state = 'unknown' WHERE state = 'reserved'").rowcount
        connection.execute(
            "UPDATE executions SET ended_at = max(started_at, (SELECT updated_at FROM progress)) WHERE ended_at IS NULL"
        )
        connection.execute("INSERT INTO executions (started_at, pid) VALUES (?, ?)", (time.time(), pid))
        if lost:
            message = f"The last process ended without a word: {lost} requests may have been billed without an answer."
            connection.execute(
                "INSERT INTO events (at, level, message) VALUES (?, 'warning', ?)", (time.time(), message)
            )
    return lost


def end_execution(path: Path, status: str, note: str) -> None:
    """Note how the execution ended, and seal the file: a manifest of it inside and beside."""
    with _writing(path) as connection:
        connection.execute(
            "UPDATE executions SET ended_at = ?, status = ? WHERE ended_at IS NULL", (time.time(), status)
        )
        connection.execute("UPDATE progress SET in_flight = 0, waiting = NULL, rows_per_s = NULL")
        connection.execute("INSERT INTO events (at, level, message) VALUES (?, 'info', ?)", (time.time(), note))
        found = manifest.manifest_of(connection)
        manifest.remember(connection, found)
    with suppress(OSError):  # the disk is full: the manifest before, and the one inside, still tell a good deal
        manifest.put_beside(path, found, at_rest=_put_to_rest(path))


@contextmanager
def changed_by_hand(path: Path) -> Iterator[sqlite3.Connection]:
    """A change to the file of a run that nobody executes, by the lease's owner: sealed anew if it was sealed."""
    with _writing(path) as connection:
        sealed = manifest.beside(path) is not None
        yield connection
        found = manifest.manifest_of(connection) if sealed else None
        if found is not None:
            manifest.remember(connection, found)
    if found is not None:
        with suppress(OSError):  # as when an execution ends
            manifest.put_beside(path, found, at_rest=_put_to_rest(path))


def _put_to_rest(path: Path) -> bool:
    """Move what is in the log into the file; whether nothing is left in the log."""
    with translated(path):
        connection = open_run_writer(path)
        try:
            return manifest.move_log(connection, path)
        finally:
            manifest.close_sparingly(connection, path)


def reopen_failed(path: Path, kind: str | None) -> int:
    """Make failed rows, of one kind or all, pending again; returns how many."""
    with _writing(path) as connection:
        failed = connection.execute(f"SELECT row {_FAILED}", (kind,)).fetchall()
        connection.execute(NOTE_LATE, (json.dumps([row for (row,) in failed]),))
        reopened = connection.execute(f"DELETE {_FAILED}", (kind,)).rowcount
        connection.execute("UPDATE progress SET failed = failed - ?", (reopened,))
    return reopened


def note_event(path: Path, level: str, message: str) -> None:
    """Add a line to the run's log."""
    with _writing(path) as connection:
        connection.execute("INSERT INTO events (at, level, message) VALUES (?, ?, ?)", (time.time(), level, message))


def note_drawing(path: Path, waiting: str | None) -> None:
    """Tell whoever watches how far the drawing of the table is."""
    with _writing(path) as connection:
        connection.execute("UPDATE progress SET waiting = ?, updated_at = ?", (waiting, time.time()))


def note_table(path: Path, rows: int, judgements: Sequence[Judgement]) -> None:
    """Note that a table without model calls is drawn: its rows are done, some of them marked or dropped."""
    results = [RowResult(found.row, 0, 0, RowStatus.DONE, values={}) for found in judgements]
    verdicts = [(found.row, 0, str(found.verdict), found.cause) for found in judgements]
    with _writing(path) as connection:
        Batch(results=results, verdicts=verdicts).put_into(connection)
        connection.execute("UPDATE progress SET done = ?, waiting = NULL, updated_at = ?", (rows, time.time()))
