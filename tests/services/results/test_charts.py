"""What a run's charts are drawn from: sums that are those of its counters, pauses left out, few points."""

from contextlib import closing
from pathlib import Path

import pytest

from engine.results import Attempt, AttemptState
from handai_db import RunRecord
from providers.base import Usage
from services.home import run_path
from services.results.charts import POINTS, charts_of, executed_before
from storage.connect import open_run_writer
from storage.run_batch import Batch
from tests.services.stored_runs import done, failed, put, transform_run

ROWS = 40


@pytest.fixture
def record(tmp_path: Path) -> RunRecord:
    """40 rows over two executions of 10 s, with a night between; every tenth failed; answers took 0.1 to 4 s."""
    made = transform_run(tmp_path, [{"name": "answer"}], rows=ROWS)
    put(made, *(failed(row) if row % 10 == 0 else done(row, answer="x") for row in range(ROWS)))
    with closing(open_run_writer(run_path(made.id))) as connection:
        attempts = [
            Attempt(
                row, 0, 1, AttemptState.DONE, _moment(row) - 0.1 * (row + 1), 0.1 * (row + 1), usage=Usage(10, 5, 0.5)
            )
            for row in range(ROWS)
        ]
        Batch(ended=attempts).write(connection)
        connection.execute("DELETE FROM executions")
        for start in (1_000.0, 50_000.0):
            connection.execute(
                "INSERT INTO executions (started_at, ended_at, pid) VALUES (?, ?, 1)", (start, start + 10)
            )
        for row in range(ROWS):
            connection.execute("UPDATE results SET committed_at = ? WHERE row = ?", (_moment(row), row))
    return made


def _moment(row: int) -> float:
    return (1_000 if row < 20 else 50_000) + (row % 20) * 0.5 + 0.25


def test_points_add_up_to_the_run_and_leave_the_night_out(record: RunRecord) -> None:
    points = charts_of(record).points
    assert len(points) == POINTS
    assert points[-1].end_s == pytest.approx(20)
    assert (sum(point.done for point in points), sum(point.failed for point in points)) == (36, 4)
    assert sum(point.prompt_tokens for point in points) == 400
    assert points[-1].cost_usd == pytest.approx(20)
    assert [point.cost_usd for point in points] == sorted(point.cost_usd for point in points)
    halves = [sum(point.done + point.failed for point in half) for half in (points[:30], points[30:])]
    assert halves == [20, 20]


def test_half_and_nearly_all_answers_are_told_with_the_spread(record: RunRecord) -> None:
    latency = charts_of(record).latency
    assert latency is not None
    assert latency.median_s == pytest.approx(2.0, abs=0.002)
    assert latency.slow_s == pytest.approx(3.8, abs=0.002)
    assert sum(answers for _, _, answers in latency.bins) == latency.answers == ROWS
    assert len(latency.bins) <= 13


def test_a_run_that_asked_nothing_has_no_latency(tmp_path: Path) -> None:
    made = transform_run(tmp_path, [{"name": "answer"}], rows=2)
    put(made, done(0, answer="x"))
    assert charts_of(made).latency is None


@pytest.mark.parametrize(("moment", "seconds"), [(0, 0), (5, 4), (11, 10), (30, 10), (55, 15)])
def test_only_the_time_of_executions_counts(moment: float, seconds: float) -> None:
    assert executed_before([(1.0, 11.0), (50.0, 60.0)], moment) == seconds
