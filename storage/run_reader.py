"""Read-only looks into a run file: counters, pages of results, the log. Safe while the run executes."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson

from handai_errors import DamagedFileError
from storage.connect import copy_into, open_run_reader, translated
from storage.records import ErrorGroup, Event, Progress, StoredAttempt, StoredResult
from storage.run_batch import row_digest

_RESULT = (
    "row, step, attempt, status, data, raw, kind, cause, remedy, finish_reason, repaired, cached, committed_at, sha256"
)
_ATTEMPT = (
    "row, number, state, started_at, latency_s, kind, cause, status, model, upstream, prompt_tokens, "
    "completion_tokens, cost_usd"
)


class RunReader:
    """One short look at a run file; use it as a context manager."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with translated(path):
            self._connection = open_run_reader(path)

    def __enter__(self) -> "RunReader":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def progress(self) -> Progress:
        """The counters as of the last commit."""
        row = self._rows("SELECT * FROM progress WHERE id = 1")[0]
        return Progress(**{name: row[name] for name in Progress.__slots__})

    def duration_s(self, now: float) -> float:
        """Seconds that the run has executed, over all its executions; an unended one counts to its last commit."""
        rows = self._rows(
            "SELECT started_at, ended_at, (SELECT updated_at FROM progress) AS last FROM executions ORDER BY id"
        )
        ends = [row["ended_at"] or max(row["started_at"], min(row["last"], now)) for row in rows]
        return float(sum(end - row["started_at"] for row, end in zip(rows, ends, strict=True)))

    def outputs(self) -> tuple[tuple[str, str], ...]:
        """(answer key, column name) in order."""
        return tuple((row["key"], row["name"]) for row in self._rows("SELECT key, name FROM outputs ORDER BY ordinal"))

    def errors(self) -> tuple[ErrorGroup, ...]:
        """Failed rows by kind, most first."""
        rows = self._rows(
            """SELECT kind, count(*) AS count, max(id), cause, remedy FROM results
            WHERE status = 'failed' GROUP BY kind ORDER BY count DESC"""
        )
        return tuple(ErrorGroup(row["kind"], row["count"], row["cause"] or "", row["remedy"] or "") for row in rows)

    def newest(self, count: int) -> tuple[StoredResult, ...]:
        """The last committed results, newest first."""
        return self._results("ORDER BY id DESC LIMIT ?", (count,))

    def between(self, start: int, stop: int) -> dict[int, StoredResult]:
        """The results of rows start … stop − 1, by row."""
        return {item.row: item for item in self._results("WHERE row >= ? AND row < ? ORDER BY row", (start, stop))}

    def failed_page(self, kind: str | None, offset: int, count: int) -> tuple[StoredResult, ...]:
        """A page of failed rows in row order, of one kind or all."""
        return self._results(
            "WHERE status = 'failed' AND (?1 IS NULL OR kind = ?1) ORDER BY row LIMIT ?2 OFFSET ?3",
            (kind, count, offset),
        )

    def result(self, row: int) -> StoredResult | None:
        """The result of one row, if it has one."""
        return next(iter(self._results("WHERE row = ?", (row,))), None)

    def attempts(self, row: int) -> tuple[StoredAttempt, ...]:
        """Every attempt for one row, in order."""
        rows = self._rows(f"SELECT {_ATTEMPT} FROM attempts WHERE row = ? ORDER BY step, number", (row,))  # noqa: S608 constant
        return tuple(StoredAttempt(**dict(item)) for item in rows)

    def events(self, count: int = 200) -> tuple[Event, ...]:
        """The newest lines of the log, oldest first."""
        rows = self._rows("SELECT at, level, message FROM events ORDER BY id DESC LIMIT ?", (count,))
        return tuple(Event(row["at"], row["level"], row["message"]) for row in reversed(rows))

    def finished_rows(self, total: int) -> bytearray:
        """One byte a row, 1 where the row has a result."""
        finished = bytearray(total)
        for (row,) in self._iterate("SELECT row FROM results"):
            if row < total:
                finished[row] = 1
        return finished

    def attempts_of_unfinished(self) -> dict[int, int]:
        """The highest attempt number of each row that has attempts but no result."""
        return dict(
            self._iterate(
                """SELECT row, max(number) FROM attempts
                WHERE NOT EXISTS (SELECT 1 FROM results WHERE results.row = attempts.row) GROUP BY row"""
            )
        )

    def failed_rows(self, kind: str | None) -> list[int]:
        """The failed rows, of one kind or all, in order."""
        found = self._iterate(
            "SELECT row FROM results WHERE status = 'failed' AND (?1 IS NULL OR kind = ?1) ORDER BY row", (kind,)
        )
        return [row for (row,) in found]

    def reserved_usd(self) -> float:
        """What attempts of unknown outcome, and answers of unknown cost, may have cost at most."""
        found = self._rows(
            """SELECT coalesce(sum(reserved_usd), 0) AS usd FROM attempts WHERE state IN ('unknown', 'reserved')
            OR (cost_usd IS NULL AND (state = 'done' OR status = 200))"""
        )
        return float(found[0]["usd"])

    def iter_results(self) -> Iterator[StoredResult]:
        """Every result in row order, streamed; raises DamagedFileError where a row is not what was written or gone."""
        expected = seen = 0
        counted = (
            "(SELECT done + failed FROM progress) AS expected"  # one statement sees one moment, beside a writer too
        )
        for item in self._iterate(f"SELECT {counted}, {_RESULT} FROM results ORDER BY row"):  # noqa: S608 constant
            expected, seen = item["expected"], seen + 1
            yield self._result(item)
        if not seen:
            expected, seen = self._rows("SELECT done + failed, (SELECT count(*) FROM results) FROM progress")[0]
        if seen != expected:
            raise DamagedFileError(
                f"{self._path.name} counts {expected} rows and holds {seen}: some are missing.",
                "Restore it from a backup, or run again.",
            )

    def find_done(self, request_hash: bytes) -> StoredResult | None:
        """A good result for the same request, if there is one; the first call makes a temporary index."""
        self._index_hashes()
        found = self._results(
            "WHERE id = (SELECT result FROM temp.hashes WHERE hash = ? LIMIT 1)", (request_hash.hex(),)
        )
        return found[0] if found else None

    def copy_to(self, target: Path) -> None:
        """Write a consistent copy to a new file, also while the run executes."""
        copy_into(self._connection, target)

    def _index_hashes(self) -> None:
        if not self._rows("SELECT 1 FROM sqlite_temp_master WHERE name = 'hashes'"):
            self._rows("CREATE TEMP TABLE hashes (hash TEXT, result INTEGER)")
            self._rows("INSERT INTO hashes SELECT request_hash, id FROM results WHERE status = 'done'")
            self._rows("CREATE INDEX temp.hashes_by_hash ON hashes(hash)")

    def _results(self, where: str, values: tuple[Any, ...]) -> tuple[StoredResult, ...]:
        return tuple(self._result(row) for row in self._rows(f"SELECT {_RESULT} FROM results {where}", values))  # noqa: S608 ours

    def _result(self, row: sqlite3.Row) -> StoredResult:
        if row["sha256"] != row_digest(row["row"], row["step"], row["status"], row["data"], row["raw"]):
            raise DamagedFileError(
                f"Row {row['row'] + 1} of {self._path.name} is not what was written: the file is damaged.",
                "Restore it from a backup, or run again.",
            )
        values = {name: row[name] for name in StoredResult.__slots__ if name != "values"}
        values |= {"repaired": bool(row["repaired"]), "cached": bool(row["cached"])}
        return StoredResult(values=orjson.loads(row["data"]) if row["data"] else None, **values)

    def _rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[sqlite3.Row]:
        with translated(self._path):
            return self._connection.execute(sql, values).fetchall()

    def _iterate(self, sql: str, values: tuple[Any, ...] = ()) -> Iterator[Any]:
        with translated(self._path), closing(self._connection.execute(sql, values)) as cursor:
            yield from cursor
