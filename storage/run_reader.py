"""Read-only looks into a run file: counters, pages of results, the log. Safe while the run executes."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from engine.gate import Verdict
from engine.job import REDRAWN
from engine.numbering import Numbering
from engine.plan import Begun
from engine.results import RowStatus
from handai_errors import DamagedFileError
from storage.connect import copy_into, open_run_reader, translated
from storage.records import (
    AnsweredBy,
    ErrorGroup,
    Event,
    Progress,
    StoredAnswer,
    StoredAttempt,
    StoredResult,
    StoredStep,
)
from storage.run_rows import PENDING, STEP_COLUMNS, check_step, is_end, rows_of, step_of, steps_from

_ATTEMPT = (
    "row, step, number, state, started_at, latency_s, kind, cause, status, model, upstream, prompt_tokens, "
    "completion_tokens, cost_usd, fallback"
)


class RunReader:
    """One short look at a run file; use it as a context manager."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with translated(path):
            self._connection = open_run_reader(path)
        self.numbering = Numbering(int(self.meta().get("steps", "1")))

    def __enter__(self) -> "RunReader":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def progress(self) -> Progress:
        """The counters as of the last commit."""
        row = dict(self._rows("SELECT * FROM progress WHERE id = 1")[0])
        return Progress(**{name: row.get(name, 0) for name in Progress.__slots__})

    def meta(self) -> dict[str, str]:
        """What is known about the run beside its rows, and what its process has remembered."""
        return dict(self._iterate("SELECT key, value FROM meta"))

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

    def similar(self) -> int:
        """Rows that took the answer of a similar one; it looks at every row."""
        return int(self._rows("SELECT count(*) FROM results WHERE similar_to IS NOT NULL")[0][0])

    def errors(self) -> tuple[ErrorGroup, ...]:
        """Failed rows by kind, most first."""
        rows = self._rows(
            """SELECT kind, count(*) AS count, max(id), cause, remedy FROM results
            WHERE status = 'failed' GROUP BY kind ORDER BY count DESC"""
        )
        return tuple(ErrorGroup(row["kind"], row["count"], row["cause"] or "", row["remedy"] or "") for row in rows)

    def answered_by(self, most: int = 20) -> tuple[AnsweredBy, ...]:
        """Who answered, most first; it looks at every attempt."""
        rows = self._rows(
            """SELECT model, upstream, count(*) AS answers FROM attempts
            WHERE state = 'done' GROUP BY model, upstream ORDER BY answers DESC, model LIMIT ?""",
            (most,),
        )
        return tuple(AnsweredBy(**dict(row)) for row in rows)

    def newest(self, count: int) -> tuple[StoredResult, ...]:
        """The rows that ended last, newest first."""
        source, end = steps_from(self.numbering), is_end(self.numbering)
        sql = f"SELECT r.row FROM {source} WHERE {end} ORDER BY r.id DESC LIMIT ?"  # noqa: S608 ours
        wanted = [row for (row,) in self._rows(sql, (count,))]
        found = {item.row: item for item in self._merged("r.row IN (SELECT value FROM json_each(?))", (_json(wanted),))}
        return tuple(found[row] for row in wanted if row in found)

    def between(self, start: int, stop: int) -> dict[int, StoredResult]:
        """The rows start … stop − 1 that have any result, by row."""
        return {item.row: item for item in self._merged("r.row >= ? AND r.row < ?", (start, stop))}

    def result(self, row: int) -> StoredResult | None:
        """The result of one row, if it has one."""
        return self.between(row, row + 1).get(row)

    def steps(self, row: int) -> tuple[StoredStep, ...]:
        """Every model call of one row that ended, in order; those of refused draws too."""
        return tuple(step_of(step, self.numbering) for step in self._steps("r.row = ?", (row,)))

    def attempts(self, row: int) -> tuple[StoredAttempt, ...]:
        """Every attempt for one row, in order."""
        rows = self._rows(f"SELECT {_ATTEMPT} FROM attempts WHERE row = ? ORDER BY step, number", (row,))  # noqa: S608 constant
        return tuple(StoredAttempt(**dict(item)) for item in rows)

    def events(self, count: int = 200) -> tuple[Event, ...]:
        """The newest lines of the log, oldest first."""
        rows = self._rows("SELECT at, level, message FROM events ORDER BY id DESC LIMIT ?", (count,))
        return tuple(Event(row["at"], row["level"], row["message"]) for row in reversed(rows))

    def finished_rows(self, total: int) -> bytearray:
        """One byte a row, 1 where the row has ended."""
        finished = bytearray(total)
        ends = f"SELECT r.row FROM {steps_from(self.numbering)} WHERE {is_end(self.numbering)}"  # noqa: S608 ours
        for (row,) in self._iterate(ends):
            if row < total:
                finished[row] = 1
        return finished

    def begun_rows(self, finished: bytearray) -> dict[int, Begun]:
        """The unfinished rows that have answers or refused draws: which step of which draw is next."""
        columns = "r.row, r.step, r.data, v.verdict"
        steps = f"SELECT {columns} FROM {steps_from(self.numbering)} ORDER BY r.row, r.step"  # noqa: S608 ours
        begun: dict[int, Begun] = {}
        for row, number, data, verdict in self._iterate(steps):
            if row >= len(finished) or finished[row]:
                continue
            draw = self.numbering.draw(number)
            if verdict == Verdict.REFUSED:
                begun[row] = Begun(draw + 1, 0, {})
                continue
            before = begun[row].values if row in begun and begun[row].draw == draw else {}
            values = {**before, **(orjson.loads(data) if data else {})}
            values |= values.pop(REDRAWN, {}) if draw else {}
            begun[row] = Begun(draw, self.numbering.step(number) + 1, values)
        return begun

    def attempts_of_unfinished(self) -> dict[tuple[int, int], int]:
        """The highest attempt number of each (row, step) that has attempts but no result."""
        found = self._iterate(
            """SELECT row, step, max(number) FROM attempts a
            WHERE NOT EXISTS (SELECT 1 FROM results r WHERE r.row = a.row AND r.step = a.step) GROUP BY row, step"""
        )
        return {(row, step): number for row, step, number in found}

    def unknown_of_unfinished(self) -> dict[tuple[int, int], int]:
        """How often each (row, step) without a result was left without an answer by the run's own model, not by us."""
        found = self._iterate(
            """SELECT row, step, count(*) FROM attempts a WHERE state = 'unknown' AND kind <> '' AND fallback IS NULL
            AND NOT EXISTS (SELECT 1 FROM results r WHERE r.row = a.row AND r.step = a.step) GROUP BY row, step"""
        )
        return {(row, step): count for row, step, count in found}

    def late_rows(self) -> frozenset[int]:
        """The rows that were asked again after their turn before the gate, and have no verdict that lasts."""
        judged = {row for (row,) in self._iterate("SELECT row FROM verdicts WHERE verdict <> 'refused'")}
        return frozenset(orjson.loads(self.meta().get("late", "[]"))) - judged

    def refused_draws(self) -> tuple[frozenset[int], ...]:
        """The rows whose first draw was refused, whose second was, and so on."""
        refused: dict[int, set[int]] = {}
        for row, draw in self._iterate("SELECT row, draw FROM verdicts WHERE verdict = 'refused'"):
            refused.setdefault(draw, set()).add(row)
        return tuple(frozenset(refused.get(draw, ())) for draw in range(max(refused, default=-1) + 1))

    def failed_rows(self, kind: str | None) -> list[int]:
        """The failed rows, of one kind or all, in order."""
        found = self._iterate(
            "SELECT row FROM results WHERE status = 'failed' AND (?1 IS NULL OR kind = ?1) ORDER BY row", (kind,)
        )
        return [row for (row,) in found]

    def requests_since(self, moment: float) -> int:
        """How many requests were sent since a Unix time; those of unknown outcome count."""
        found = self._rows("SELECT count(*) AS sent FROM attempts WHERE started_at >= ?", (moment,))
        return int(found[0]["sent"])

    def reserved_usd(self) -> float:
        """What attempts of unknown outcome, and answers of unknown cost, may have cost at most."""
        found = self._rows(
            """SELECT coalesce(sum(reserved_usd), 0) AS usd FROM attempts WHERE state IN ('unknown', 'reserved')
            OR (cost_usd IS NULL AND (state = 'done' OR status = 200))"""
        )
        return float(found[0]["usd"])

    def stretch(self) -> float:
        """How far an answer's cost has passed what was reserved for it; 1 at least."""
        found = self._rows("SELECT max(cost_usd / reserved_usd) FROM attempts WHERE reserved_usd > 0")
        return max(1.0, found[0][0] or 0.0)

    def iter_results(self) -> Iterator[StoredResult]:
        """Every result in row order, streamed; raises DamagedFileError where a row is not what was written or gone."""
        expected = seen = 0
        counted = (
            "(SELECT done + failed FROM progress) AS expected"  # one statement sees one moment, beside a writer too
        )
        source = steps_from(self.numbering)
        steps = self._iterate(f"SELECT {counted}, {STEP_COLUMNS} FROM {source} ORDER BY r.row, r.step")  # noqa: S608 ours

        def counting() -> Iterator[sqlite3.Row]:
            nonlocal expected
            for step in steps:
                expected = step["expected"]
                yield step

        for row in rows_of(counting(), self.numbering, self._path):
            seen += row.status != PENDING
            yield row
        if not self.numbering.steps:  # its rows are in its table
            return
        if not seen:
            expected = self._rows("SELECT done + failed FROM progress")[0][0]
        if seen != expected:
            raise DamagedFileError(
                f"{self._path.name} counts {expected} rows and holds {seen}: some are missing.",
                "Restore it from a backup, or run again.",
            )

    def count_ends(self) -> tuple[int, int]:
        """How many rows are done and how many failed, counted in the results themselves."""
        source = steps_from(self.numbering)
        steps = self._iterate(f"SELECT {STEP_COLUMNS} FROM {source} ORDER BY r.row, r.step")  # noqa: S608 ours
        statuses = Counter(row.status for row in rows_of(steps, self.numbering, self._path))
        return statuses[RowStatus.DONE], statuses[RowStatus.FAILED]

    def find_done(self, request_hash: bytes, row: int | None = None) -> StoredAnswer | None:
        """A good result for the same request, of that row if one is given; the first call makes a temporary index."""
        self._index_hashes()
        where = "r.id = (SELECT result FROM temp.hashes WHERE hash = ?1 AND (?2 IS NULL OR row = ?2) LIMIT 1)"
        for step in self._steps(where, (request_hash.hex(), row)):
            check_step(step, self._path)
            return StoredAnswer(
                values=orjson.loads(step["data"]) if step["data"] else None,
                raw=step["raw"],
                finish_reason=step["finish_reason"],
                repaired=bool(step["repaired"]),
            )
        return None

    def copy_to(self, target: Path) -> None:
        """Write a consistent copy to a new file, also while the run executes."""
        copy_into(self._connection, target)

    def _index_hashes(self) -> None:
        if not self._rows("SELECT 1 FROM sqlite_temp_master WHERE name = 'hashes'"):
            self._rows("CREATE TEMP TABLE hashes (hash TEXT, row INTEGER, result INTEGER)")
            self._rows("INSERT INTO hashes SELECT request_hash, row, id FROM results WHERE status = 'done'")
            self._rows("CREATE INDEX temp.hashes_by_hash ON hashes(hash, row)")

    def _merged(self, where: str, values: tuple[Any, ...]) -> Iterator[StoredResult]:
        return rows_of(self._steps(where, values), self.numbering, self._path)

    def _steps(self, where: str, values: tuple[Any, ...]) -> list[sqlite3.Row]:
        source = steps_from(self.numbering)
        return self._rows(f"SELECT {STEP_COLUMNS} FROM {source} WHERE {where} ORDER BY r.row, r.step", values)  # noqa: S608 ours

    def _rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[sqlite3.Row]:
        with translated(self._path):
            return self._connection.execute(sql, values).fetchall()

    def _iterate(self, sql: str, values: tuple[Any, ...] = ()) -> Iterator[Any]:
        with translated(self._path):
            cursor = self._connection.execute(sql, values)
            try:
                for row in cursor:  # noqa: UP028 `yield from` would close it, too late
                    yield row
            finally:
                with suppress(sqlite3.ProgrammingError):  # the reader was closed before its last row was read
                    cursor.close()


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
