"""One flush of a run file: what has queued up, as one transaction."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import orjson

from engine.fitting import fit_text
from engine.gate import Verdict
from engine.results import Attempt, AttemptState, LiveState, Reservation, RowResult, RowStatus
from engine.retry import THROTTLES
from handai_errors import ErrorKind
from storage.many import ManyRows
from storage.migrate import roll_back
from storage.run_values import attempt_values, result_rows

_IF_KNOWN = """
ON CONFLICT (row, step, number) DO UPDATE SET state = excluded.state, started_at = excluded.started_at,
    latency_s = excluded.latency_s, kind = excluded.kind, cause = excluded.cause, status = excluded.status,
    model = excluded.model, upstream = excluded.upstream, prompt_tokens = excluded.prompt_tokens,
    completion_tokens = excluded.completion_tokens, cost_usd = excluded.cost_usd, generation = excluded.generation,
    fallback = excluded.fallback
"""
_RESERVE = ManyRows(
    f"INSERT INTO attempts ({', '.join(Reservation._fields)}, state)",
    len(Reservation._fields),
    _IF_KNOWN,
    constant="'reserved'",
)
_END_ATTEMPTS = ManyRows(
    """INSERT INTO attempts (row, step, number, state, started_at, latency_s, kind, cause, status, model, upstream,
    prompt_tokens, completion_tokens, cost_usd, reserved_usd, generation, fallback)""",
    17,
    _IF_KNOWN,
)
_RELEASE = """
DELETE FROM attempts WHERE state = 'reserved'
    AND (row, step, number) IN (SELECT value->>0, value->>1, value->>2 FROM json_each(?))
"""
_ADD_RESULTS = ManyRows(
    """INSERT OR REPLACE INTO results (row, step, attempt, status, data, raw, kind, cause, remedy, finish_reason,
    repaired, cached, request_hash, sha256, committed_at, similar_to, similarity)""",
    17,
)
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

    reserved: list[Reservation] = field(default_factory=list)
    ended: list[Attempt] = field(default_factory=list)
    released: list[Reservation] = field(default_factory=list)
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
        _RESERVE.write(connection, self.reserved)
        _END_ATTEMPTS.write(connection, [attempt_values(attempt) for attempt in self.ended])
        if self.released:
            run(_RELEASE, (_json([request.key for request in self.released]),))
        if self.outputs:
            pairs = [(place, fit_text(key), fit_text(name)) for place, (key, name) in enumerate(self.outputs)]
            run(_SET_OUTPUTS, (_json(pairs),))
        now = time.time()
        for part in _portions(self._all_results):
            _ADD_RESULTS.write(connection, result_rows(part, now))
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

    def reserve(self, requests: Sequence[Reservation]) -> None:
        """Reserve requests; what was given back before and is reserved again stays."""
        if self.released:
            again = {request.key for request in requests}
            self.released = [request for request in self.released if request.key not in again]
        self.reserved.extend(requests)

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


def _portions(results: list[RowResult]) -> Iterator[list[RowResult]]:
    """The results in parts whose raw answers make statements of a size that memory stands."""
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
    used = [attempt.usage for attempt in ended]
    counted["attempts"] = len(ended)
    counted["first_attempts"] = [attempt.number for attempt in ended].count(1)
    counted["prompt_tokens"] = sum([usage.prompt_tokens or 0 for usage in used])
    counted["completion_tokens"] = sum([usage.completion_tokens or 0 for usage in used])
    counted["cost_usd"] = sum([usage.cost_usd or 0.0 for usage in used])
    for attempt in ended:
        _count_outcome(attempt, counted)
    last = [result for result in results if result.is_last]
    counted["failed"] = [result.status for result in results].count(RowStatus.FAILED)
    counted["done"] = [result.status for result in last].count(RowStatus.DONE)
    counted["cached"] = [result.cached for result in last].count(True)
    counted["repaired"] = [result.repaired for result in results].count(True)
    return counted


def _count_outcome(attempt: Attempt, counted: dict[str, float]) -> None:
    usage, is_unknown = attempt.usage, attempt.state is AttemptState.UNKNOWN
    is_answer = attempt.status == 200 or attempt.state is AttemptState.DONE
    if attempt.kind is not None:
        counted["rate_limited"] += attempt.kind in THROTTLES
        counted["invalid"] += attempt.kind is ErrorKind.INVALID_OUTPUT
    if attempt.fallback is not None:
        counted["fallbacks"] += attempt.state is AttemptState.DONE
    counted["unknown"] += is_unknown
    counted["answers"] += is_answer
    if is_answer or is_unknown:
        counted["tokens_unknown"] += usage.prompt_tokens is None or usage.completion_tokens is None
        counted["cost_unknown"] += usage.cost_usd is None


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
