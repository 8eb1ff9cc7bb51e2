"""A run in pictures: rows, tokens and cost over the time that it executed, and how long its answers took.

Summed by SQLite, once for each state of a run; at most a few dozen points each, however long the run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

from handai_db import RunRecord, executions_in, latencies_in, periods_in
from services.home import run_path
from services.results.kept_looks import KEPT
from services.results.spread import Spread

POINTS = 60
_SHORTEST_S = 0.05


@dataclass(frozen=True, slots=True)
class Point:
    """A stretch of the time that a run executed, in seconds from its start; `cost_usd` is all that was paid by then."""

    begin_s: float
    end_s: float
    done: int
    failed: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float


@dataclass(frozen=True, slots=True)
class Latency:
    """How long answers took: (from, up to, answers) in seconds, and within what half and 95 % of them came."""

    bins: tuple[tuple[float, float, int], ...]
    median_s: float
    slow_s: float
    answers: int


@dataclass(frozen=True, slots=True)
class Charts:
    """What a run's charts show; `latency` is None where nothing was asked."""

    points: tuple[Point, ...]
    latency: Latency | None


def charts_of(record: RunRecord) -> Charts:
    """The charts of a run as it is; raises StorageError."""
    return KEPT.look(record, "charts", lambda: _read(record))


def _read(record: RunRecord) -> Charts:
    path = run_path(record.id)
    executed = executions_in(path)
    active = sum(end - start for start, end in executed)
    width = max(_SHORTEST_S, active / POINTS)
    sums = [[0, 0, 0, 0, 0.0] for _ in range(POINTS)]
    for period in periods_in(path, width):
        place = min(POINTS - 1, floor(executed_before(executed, period.at + width / 2) / width))
        told = (period.done, period.failed, period.prompt_tokens, period.completion_tokens, period.cost_usd)
        sums[place] = [kept + new for kept, new in zip(sums[place], told, strict=True)]
    return Charts(tuple(_points(sums, width, active)), _latency(latencies_in(path)))


def executed_before(executed: Sequence[tuple[float, float]], moment: float) -> float:
    """How many seconds a run had executed by a moment: the time in between does not count."""
    return sum(min(max(moment - start, 0.0), end - start) for start, end in executed)


def _points(sums: Sequence[Sequence[float]], width: float, active: float) -> list[Point]:
    points, paid = [], 0.0
    for place, (done, failed, sent, answered, usd) in enumerate(sums):
        if place and place * width >= active:
            break
        paid += usd
        points.append(
            Point(place * width, (place + 1) * width, int(done), int(failed), int(sent), int(answered), round(paid, 9))
        )
    return points


def _latency(counted: Sequence[tuple[int, int]]) -> Latency | None:
    answers = sum(rows for _, rows in counted)
    if not answers:
        return None
    spread = Spread(whole=False)
    for ms, rows in counted:
        spread.add(ms / 1000, rows)
    return Latency(tuple(spread.bins()), _within(counted, answers, 0.5), _within(counted, answers, 0.95), answers)


def _within(counted: Sequence[tuple[int, int]], answers: int, share: float) -> float:
    seen = 0
    for ms, rows in counted:
        seen += rows
        if seen >= share * answers:
            return ms / 1000
    return counted[-1][0] / 1000
