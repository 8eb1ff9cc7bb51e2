"""What a resume knows of the executions before it."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.budget import Budget
from engine.gate import Verdict
from engine.results import Attempt, AttemptState, Reservation
from handai_db import RunReader, RunRecord, reopen_failed, salvage
from handai_errors import ErrorKind
from providers.base import Usage
from services.home import run_path
from services.running import execution
from services.running.work import work_of
from storage.connect import open_run_writer
from storage.run_batch import Batch
from tests.services.stored_runs import done, failed, generate_run, put, transform_run

STORY = "Once upon a time there was a small town by a river, and in it lived number"


def write(record: RunRecord, batch: Batch) -> None:
    with closing(open_run_writer(run_path(record.id))) as connection:
        batch.write(connection)


def test_tries_that_no_answer_came_to_are_known(tmp_path: Path) -> None:
    record = transform_run(tmp_path, [{"name": "answer"}])
    tries = [
        Attempt(0, 0, 1, AttemptState.UNKNOWN, 1.0, kind=ErrorKind.TIMEOUT),
        Attempt(1, 0, 1, AttemptState.UNKNOWN, 1.0, kind=ErrorKind.TIMEOUT),
        Attempt(2, 0, 1, AttemptState.UNKNOWN, 1.0, kind=ErrorKind.TIMEOUT, fallback="vllm:spare"),
        Attempt(2, 0, 2, AttemptState.FAILED, 1.0, kind=ErrorKind.OVERLOADED),
    ]
    write(record, Batch(ended=tries))
    put(record, done(1, answer="fine"))
    plan = work_of(record).plan
    assert plan.unknown_so_far == {(0, 0): 1}  # of its own model, where a resume begins
    assert plan.attempts_so_far == {(0, 0): 1, (2, 0): 2}


def generated(*, judged: str = "0:3") -> RunRecord:
    """A generate run of three rows, the second failed, all of which the gate has passed."""
    record = generate_run({"name": "n", "sampler": "sequence"}, {"name": "story", "prompt": "Tell {{ n }}"})
    write(record, Batch(remembered={"judged": judged}))
    put(record, done(0, story=f"{STORY} 0"), failed(1), done(2, story=f"{STORY} 2"))
    return record


def by_hand(record: RunRecord) -> None:
    assert reopen_failed(run_path(record.id), ErrorKind.REFUSAL) == 1


def by_the_breaker(record: RunRecord) -> None:
    write(record, Batch(reopened=[1]))


@pytest.mark.parametrize("reopen", [by_hand, by_the_breaker])
def test_a_row_that_was_retried_after_its_turn_is_judged(reopen: Callable[[RunRecord], None]) -> None:
    record = generated()
    reopen(record)
    assert work_of(record).judged.unjudged == ()
    put(record, done(1, story=f"{STORY} 0"))
    assert [row for row, _, _ in work_of(record).judged.unjudged] == [1]
    put(record, verdicts=[(1, 0, Verdict.MARKED, "why")])
    assert work_of(record).judged.unjudged == ()


def test_a_row_that_damage_took_is_judged_when_it_was_asked_again(tmp_path: Path) -> None:
    record = generated()
    by_hand(record)
    source, mended = run_path(record.id), tmp_path / "mended.db"
    with RunReader(source) as reader:
        meta = {"id": record.id, "steps": reader.meta()["steps"]}
        salvage(source, mended, meta, reader.outputs(), rows=record.total)
    with RunReader(mended) as reader:
        assert (reader.meta()["judged"], reader.late_rows()) == ("0:3", frozenset({1}))


@pytest.mark.anyio
async def test_what_is_in_doubt_counts_as_spent_under_the_cap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = transform_run(tmp_path, [{"name": "answer"}])
    in_doubt = Attempt(0, 0, 1, AttemptState.UNKNOWN, 1.0, kind=ErrorKind.TIMEOUT, reserved_usd=0.5)
    paid = Attempt(1, 0, 1, AttemptState.FAILED, 1.0, status=200, usage=Usage(1, 1, 0.25), reserved_usd=0.5)
    write(record, Batch(reserved=[Reservation(row, 0, 1, 1.0, 0.5) for row in range(2)]))
    write(record, Batch(ended=[in_doubt, paid]))
    budgets: list[Budget] = []

    def noted(*given: Any, **named: Any) -> Budget:  # noqa: ANN401 as the class
        budgets.append(Budget(*given, **named))
        return budgets[-1]

    monkeypatch.setattr(execution, "Budget", noted)
    await execution.execute(record.id, None)  # nobody is there: it pauses
    assert [budget.spent_usd for budget in budgets] == [0.75]
