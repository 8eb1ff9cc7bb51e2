"""One flush of a run file: what has queued up, as one transaction of single statements over JSON arrays."""

import hashlib
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from engine.fitting import fit_text, to_json
from engine.gate import Verdict
from engine.results import Attempt, AttemptState, LiveState, RowResult, RowStatus
from engine.retry import THROTTLES
from handai_errors import ErrorKind
from storage.migrate import roll_back

_ADD_ATTEMPTS = """
INSERT INTO attempts (row, step, number, state, started_at, latency_s, kind, cause, status, model, upstream,
    prompt_tokens, completion_tokens, cost_usd, reserved_usd, generation, fallback)
SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8, value->>9,
    value->>10, value->>11, value->>12, value->>13, value->>14, value->>15, value->>16
FROM json_each(?) WHERE true
ON CONFLICT (row, step, number) DO UPDATE SET state = excluded.state, started_at = excluded.started_at,
    latency_s = excluded.latency_s, kind = excluded.kind, cause = excluded.cause, status = excluded.status,
    model = excluded.model, upstream = excluded.upstream, prompt_tokens = excluded.prompt_tokens,
    completion_tokens = excluded.completion_tokens, cost_usd = excluded.cost_usd, generation = excluded.generation,
    fallback = excluded.fallback
"""
_RELEASE = """
DELETE FROM attempts WHERE state = 'reserved'
    AND (row, step, number) IN (SELECT value->>0, value->>1, value->>2 FROM json_each(?))
"""
_ADD_RESULTS = """
INSERT OR REPLACE INTO results (row, step, attempt, status, data, raw, kind, cause, remedy, finish_reason, repaired,
    cached, request_hash, sha256, committed_at, similar_to, similarity)
SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8, value->>9,
    value->>10, value->>11, value->>12, value->>13, value->>14, value->>15, value->>16
FROM json_each(?)
"""
# Rows that are asked again after their turn before the gate: an answer of theirs may not have been judged.
NOTE_LATE = """
INSERT OR REPLACE INTO meta SELECT 'late', found FROM (SELECT json_group_array(row) AS found, count(*) AS rows FROM (
    SELECT json_each.value AS row FROM meta, json_each(meta.value) WHERE meta.key = 'late'
    UNION SELECT value FROM json_each(?)))
WHERE rows > 0 AND EXISTS (SELECT 1 FROM meta WHERE key = 'judged')
"""
_REOPEN = "DELETE FROM results WHERE status = 'failed' AND row IN (SELECT value FROM json_each(?))"
_ADD_EVENTS = "INSERT INTO events (at, level, message) SELECT value->>0, value->>1, value->>2 FROM json_each(?)"
_SET_OUTPUTS = (
    "INSERT OR IGNORE INTO outputs (ordinal, key, name) SELECT value->>0, value->>1, value->>2 FROM json_each(?)"
)
_ADD_VERDICTS = """
INSERT OR REPLACE INTO verdicts (row, draw, verdict, cause)
SELECT value->>0, value->>1, value->>2, value->>3 FROM json_each(?)
"""
_REMEMBER = "INSERT OR REPLACE INTO meta (key, value) SELECT key, value FROM json_each(?)"
_DIGEST = "2:"
_PORTION_CHARS = 16_000_000
_COUNTERS = (
    "done",
    "failed",
    "cached",
    "repaired",
    "attempts",
    "first_attempts",
    "rate_limited",
    "unknown",
    "answers",
    "prompt_tokens",
    "completion_tokens",
    "tokens_unknown",
    "cost_usd",
    "cost_unknown",
    "invalid",
    "refused",
    "marked",
    "dropped",
    "fallbacks",
)
_ADVANCE = f"UPDATE progress SET {', '.join(f'{name} = {name} + ?' for name in _COUNTERS)}, updated_at = ? WHERE id = 1"  # noqa: S608 names are ours
COUNT_COMMIT = "UPDATE progress SET commits = commits + 1 RETURNING commits"
_SET_LIVE = "UPDATE progress SET in_flight = ?, slots = ?, waiting = ?, rows_per_s = ? WHERE id = 1"


@dataclass(slots=True)
class Batch:
    """Everything that one transaction writes."""

    reserved: list[Attempt] = field(default_factory=list)
    ended: list[Attempt] = field(default_factory=list)
    released: list[Attempt] = field(default_factory=list)
    results: list[RowResult] = field(default_factory=list)
    spent: list[RowResult] = field(default_factory=list)  # ends of rows that stand or fall with their verdicts
    reopened: list[int] = field(default_factory=list)
    verdicts: list[tuple[int, int, str, str]] = field(default_factory=list)
    remembered: dict[str, str] = field(default_factory=dict)
    events: list[tuple[float, str, str]] = field(default_factory=list)
    outputs: tuple[tuple[str, str], ...] = ()
    live: LiveState | None = None
    rows_per_s: float | None = None
    commits: int = 0

    def write(self, connection: sqlite3.Connection) -> None:
        """Write all of it or nothing; afterwards `commits` is how many the file has seen."""
        connection.execute("BEGIN IMMEDIATE")
        try:
            self.put_into(connection)
            self.commits = int(connection.execute(COUNT_COMMIT).fetchall()[0][0])
            connection.execute("COMMIT")
        except BaseException:
            roll_back(connection)
            raise

    def put_into(self, connection: sqlite3.Connection) -> None:
        """Write all of it within a transaction that is open."""
        run = connection.execute
        attempts = [*self.reserved, *self.ended]
        if attempts:
            run(_ADD_ATTEMPTS, (_json([attempt_values(attempt) for attempt in attempts]),))
        if self.released:
            run(_RELEASE, (_json([_key(item) for item in self.released]),))
        if self.outputs:
            pairs = [(place, fit_text(key), fit_text(name)) for place, (key, name) in enumerate(self.outputs)]
            run(_SET_OUTPUTS, (_json(pairs),))
        if results := self._all_results:
            now = time.time()
            for part in _portions(results):
                run(_ADD_RESULTS, (_json([result_values(result, now) for result in part]),))
        if self.verdicts:
            run(_ADD_VERDICTS, (_json([(*found, fit_text(cause)) for *found, cause in self.verdicts]),))
        if self.remembered:
            run(_REMEMBER, (_json(self.remembered),))
        reopened = 0
        if self.reopened:
            run(NOTE_LATE, (_json(self.reopened),))
            reopened = run(_REOPEN, (_json(self.reopened),)).rowcount
        if self.events:
            run(_ADD_EVENTS, (_json([(at, level, fit_text(message)) for at, level, message in self.events]),))
        self._advance(connection, reopened)

    def reserve(self, attempts: Sequence[Attempt]) -> None:
        """Reserve attempts; what was given back before and is reserved again stays."""
        if self.released:
            again = {_key(attempt) for attempt in attempts}
            self.released = [attempt for attempt in self.released if _key(attempt) not in again]
        self.reserved.extend(attempts)

    def leave_unjudged(self) -> None:
        """Leave out how far draws are judged: an answer before was lost, so that they are judged on resume."""
        self.verdicts, self.spent = [], []
        self.remembered.pop("judged", None)

    @property
    def _all_results(self) -> list[RowResult]:
        return self.results + self.spent if self.spent else self.results

    def _advance(self, connection: sqlite3.Connection, reopened: int) -> None:
        results = self._all_results
        if results or self.ended or self.verdicts or reopened:
            counted = count(self.ended, results)
            counted["failed"] -= reopened
            for _, _, verdict, _ in self.verdicts:
                counted[verdict] += 1
                counted["done"] -= verdict == Verdict.REFUSED
            connection.execute(_ADVANCE, (*(counted[name] for name in _COUNTERS), time.time()))
        if self.live is not None:
            state = self.live
            connection.execute(_SET_LIVE, (state.in_flight, state.limit, state.waiting, self.rows_per_s))


def _key(attempt: Attempt) -> tuple[int, int, int]:
    return attempt.row, attempt.step, attempt.number


def _portions(results: list[RowResult]) -> Iterator[list[RowResult]]:
    """The results in parts whose raw answers make one statement of a size that memory and SQLite stand."""
    part: list[RowResult] = []
    size = 0
    for result in results:
        part.append(result)
        size += len(result.raw or "")
        if size > _PORTION_CHARS:
            yield part
            part, size = [], 0
    if part:
        yield part


def count(ended: list[Attempt], results: list[RowResult]) -> dict[str, float]:
    """By how much the counters grow."""
    counted: dict[str, float] = dict.fromkeys(_COUNTERS, 0)
    for attempt in ended:
        _count_attempt(attempt, counted)
    for result in results:
        counted["failed"] += result.status is RowStatus.FAILED
        counted["done"] += result.status is RowStatus.DONE and result.is_last
        counted["cached"] += result.cached and result.is_last
        counted["repaired"] += result.repaired
    return counted


def _count_attempt(attempt: Attempt, counted: dict[str, float]) -> None:
    usage, answered = attempt.usage, attempt.status == 200 or attempt.state is AttemptState.DONE
    counted["attempts"] += 1
    counted["first_attempts"] += attempt.number == 1
    counted["rate_limited"] += attempt.kind in THROTTLES
    counted["invalid"] += attempt.kind is ErrorKind.INVALID_OUTPUT
    counted["unknown"] += attempt.state is AttemptState.UNKNOWN
    counted["answers"] += answered
    counted["fallbacks"] += attempt.state is AttemptState.DONE and attempt.fallback is not None
    counted["prompt_tokens"] += usage.prompt_tokens or 0
    counted["completion_tokens"] += usage.completion_tokens or 0
    counted["cost_usd"] += usage.cost_usd or 0.0
    if answered or attempt.state is AttemptState.UNKNOWN:
        counted["tokens_unknown"] += usage.prompt_tokens is None or usage.completion_tokens is None
        counted["cost_unknown"] += usage.cost_usd is None


def attempt_values(attempt: Attempt) -> tuple[Any, ...]:
    """The columns of table `attempts`, in order."""
    usage = attempt.usage
    return (
        attempt.row,
        attempt.step,
        attempt.number,
        attempt.state,
        attempt.started_at,
        attempt.latency_s,
        attempt.kind,
        _fit(attempt.cause),
        attempt.status,
        _fit(attempt.model),
        _fit(attempt.upstream),
        usage.prompt_tokens,
        usage.completion_tokens,
        usage.cost_usd,
        attempt.reserved_usd,
        _fit(attempt.generation),
        _fit(attempt.fallback),
    )


def result_values(result: RowResult, now: float) -> tuple[Any, ...]:
    """The columns of table `results`, in order, the row's own hash among them."""
    data = None if result.values is None else to_json(result.values)
    told = (
        result.row,
        result.step,
        result.attempt,
        result.status,
        data,
        _fit(result.raw),
        result.kind,
        _fit(result.cause),
        _fit(result.remedy),
        _fit(result.finish_reason),
        int(result.repaired),
        int(result.cached),
        result.request_hash.hex(),
    )
    digest = result_digest(*told, result.similar_to, thousandths(now), thousandths(result.similarity))
    return (*told, digest, now, result.similar_to, result.similarity)


def result_digest(*told: str | int | None) -> str:
    """The hash that tells a damaged result from a whole one."""
    return f"{_DIGEST}{hashlib.sha256(_json(told).encode()).hexdigest()}"


def thousandths(figure: object) -> int | None:
    """A figure as it is hashed: its last binary digit may differ once SQLite has read it from JSON."""
    return round(figure * 1000) if isinstance(figure, int | float) else None


def is_whole(digest: str, told: tuple[str | int | None, ...]) -> bool:
    """Whether a stored result is what was written: `told` are its columns in the order of `result_values`."""
    if digest.startswith(_DIGEST):
        return digest == result_digest(*told)
    row, step, _, status, data, raw, *_ = told  # older files' hashes cover these
    return digest == hashlib.sha256(_json((row, step, status, data, raw)).encode()).hexdigest()


def _fit(text: str | None) -> str | None:
    return None if text is None else fit_text(text)


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
