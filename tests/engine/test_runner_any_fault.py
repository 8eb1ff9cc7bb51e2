"""Any schema, fault and death: the table is that of an unbroken run, and nothing durable is paid twice."""

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from handai_errors import ErrorKind, ProviderError
from providers.base import CompletionRequest
from storage.run_file import begin_execution, reopen_failed
from storage.run_reader import RunReader
from storage.run_writer import RunWriter
from tests.engine.generating import PATIENCE_S, Generation, Model, user_text

ROWS = 9
ASKED = "Tell {{ n }}"
SECOND: dict[str, Any] = {"name": "stars", "type": "integer", "prompt": "Rate {{ story }}"}
THIRD: dict[str, Any] = {"name": "title", "prompt": "Title {{ doubled }} {{ n }}"}
FAULTS = {
    "auth": ProviderError(ErrorKind.AUTH, "The key is wrong.", "Mend it.", status=401),
    "refusal": ProviderError(ErrorKind.REFUSAL, "No.", status=200),
    "overloaded": ProviderError(ErrorKind.OVERLOADED, "Later.", status=503),
}


@dataclass(frozen=True)
class Plan:
    """What one example does: the schema, faults by number of call, calls after which a process ends."""

    steps: int
    repeats: frozenset[int]
    redraws: int
    checks: bool
    faults: dict[int, str]
    ends: tuple[int, ...]
    slots: int
    rows_per_call: int

    @property
    def schema(self) -> dict[str, Any]:
        columns: list[dict[str, Any]] = [{"name": "n", "sampler": "sequence"}, {"name": "story", "prompt": ASKED}]
        if self.steps > 1:
            columns += [SECOND, {"name": "doubled", "expression": "stars * 2"}]
        if self.steps > 2:
            columns.append(THIRD)
        checks = [{"rule": "n % 4 != 3", "on_fail": "redraw"}, {"rule": "n != 2", "on_fail": "mark"}]
        return {
            "rows": ROWS,
            "rows_per_call": self.rows_per_call,
            "columns": columns,
            "duplicates": {"redraws": self.redraws, "stop_share": 1},
            "checks": checks if self.checks else [],
        }

    def answer(self, request: CompletionRequest) -> str:
        """The same for the same prompt; rows that repeat tell the same at their first draw."""
        text = user_text(request)
        if text.startswith("Row 1:"):
            asked = [line for line in text.splitlines() if line.startswith("Tell")]
            return json.dumps({"rows": [{"story": self.written(line)} for line in asked]})
        return self.written(text)

    def written(self, text: str) -> str:
        """What one prompt is answered with."""
        if text.startswith("Rate"):
            return json.dumps({"stars": len(text) % 5})
        n = text.rsplit(maxsplit=1)[-1]
        if text.startswith("Tell") and int(n) in self.repeats:
            return "The capital of this small country lies on a river that few have heard of"
        return hashlib.sha256(text.encode()).hexdigest() + n


plans = st.builds(
    Plan,
    steps=st.integers(1, 3),
    repeats=st.frozensets(st.integers(0, ROWS - 1) | st.integers(1000, 1000 + ROWS - 1)),
    redraws=st.integers(0, 3),
    checks=st.booleans(),
    faults=st.dictionaries(st.integers(0, 30), st.sampled_from(sorted(FAULTS)), max_size=5),
    ends=st.lists(st.integers(1, 90), max_size=3).map(tuple),
    slots=st.integers(1, 4),
    rows_per_call=st.sampled_from([1, 1, 3]),
)


class DyingWriter(RunWriter):
    """What its process had said before it died is on the disk, and nothing after that."""

    def __init__(self, path: Path, after: int) -> None:
        self._left = after
        self.died = asyncio.Event()
        super().__init__(path)

    def _give(
        self,
        operation: Any,  # noqa: ANN401 as in the class
        waiting: asyncio.Future[None] | None = None,
        *,
        at_once: bool = False,
    ) -> None:
        self._left -= 1
        if self._left >= 0:
            super()._give(operation, waiting, at_once=at_once)
        else:
            self.died.set()


async def _killed(generation: Generation, model: Model, after: int) -> None:
    """An execution that dies once it has said `after` things to its file."""
    writer = DyingWriter(generation.path, after)
    task = asyncio.create_task(generation.run(model, writer))
    death = asyncio.create_task(writer.died.wait())
    await asyncio.wait({task, death}, return_when=asyncio.FIRST_COMPLETED, timeout=PATIENCE_S)
    assert task.done() or death.done(), "it hangs"
    for waiting in (task, death):
        waiting.cancel()
    await asyncio.wait({task, death})
    await writer.close()


def _paying(plan: Plan, paid: Counter[str], faults: dict[int, str] | None = None) -> Any:  # noqa: ANN401 a reply
    calls = iter(range(1_000_000))

    def reply(request: CompletionRequest) -> str | BaseException:
        fault = (faults or {}).get(next(calls))
        if fault is not None:
            return FAULTS[fault]
        paid[user_text(request)] += 1
        return plan.answer(request)

    return reply


async def _finished(generation: Generation, plan: Plan, paid: Counter[str], faults: dict[int, str]) -> None:
    """Executions until every row is done, failed rows retried: those that fell, not those that repeat."""
    for _ in range(12):
        await generation.execute(Model(_paying(plan, paid, faults)))
        reopen_failed(generation.path, ErrorKind.REFUSAL)
        faults = {}
        with RunReader(generation.path) as reader:
            progress = reader.progress()
            if progress.done + progress.failed == ROWS:
                return
    raise AssertionError("the run does not come to an end")


def _counted(generation: Generation) -> tuple[int, ...]:
    results = generation.results().values()
    with RunReader(generation.path) as reader:
        found = reader.progress()
        refused = sum(len(rows) for rows in reader.refused_draws())
    assert found.done == sum(item.status == "done" for item in results)
    assert found.failed == sum(item.status == "failed" for item in results)
    assert found.marked == sum(item.verdict == "marked" for item in results)
    assert found.refused == refused
    return found.done, found.failed


def _answers_kept(generation: Generation) -> int:
    with RunReader(generation.path) as reader:
        return sum(step.status == "done" for row in range(ROWS) for step in reader.steps(row))


async def _compared(plan: Plan, folder: Path) -> None:
    whole, broken = (Generation(folder / name, plan.schema, slots=plan.slots) for name in ("whole.db", "broken.db"))
    paid_whole: Counter[str] = Counter()
    paid: Counter[str] = Counter()
    await whole.execute(Model(_paying(plan, paid_whole)))
    lost = 0
    for after in plan.ends:
        before = paid.total() - _answers_kept(broken)
        begin_execution(broken.path, 1)
        await _killed(broken, Model(_paying(plan, paid)), after)
        lost += paid.total() - _answers_kept(broken) - before
    begin_execution(broken.path, 1)
    await _finished(broken, plan, paid, dict(plan.faults))
    assert _counted(whole)[0] + _counted(broken)[0] > 0
    if plan.rows_per_call == 1:
        assert paid.total() - _answers_kept(broken) == lost  # what was on the disk was not paid again
    if "refusal" not in plan.faults.values():  # a row that is retried comes after others that it may repeat
        assert broken.values() == whole.values()
        assert _counted(broken) == _counted(whole)


SPENT = Plan(
    steps=1,
    repeats=frozenset({0, 1}),
    redraws=0,
    checks=False,
    faults={},
    ends=(),
    slots=1,
    rows_per_call=1,
)


def test_a_row_whose_draws_are_spent_ends_wherever_the_process_does() -> None:
    for after in range(6, 14):  # its end was a write of its own once: a death before it drew the row again
        _holds(replace(SPENT, ends=(after,)))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plans)
@example(replace(SPENT, ends=(9,)))
@example(replace(SPENT, ends=(10,)))
def test_any_break_off_ends_as_an_unbroken_run(plan: Plan) -> None:
    _holds(plan)


def _holds(plan: Plan) -> None:
    with TemporaryDirectory() as folder, _quick_writer():
        asyncio.run(_compared(plan, Path(folder)))


@contextmanager
def _quick_writer() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("storage.run_writer.FLUSH_INTERVAL_S", 0.0)
        patch.setattr("storage.ballast.BALLAST_BYTES", 1)
        yield


LATE = replace(SPENT, repeats=frozenset({0, 1}), redraws=2)


def test_a_retried_row_is_judged_wherever_the_process_dies() -> None:
    """Row 1 falls, is retried once the others have passed the gate, and repeats row 0: it must be drawn again."""
    for after in range(3, 12):
        with TemporaryDirectory() as folder, _quick_writer():
            asyncio.run(_retried_late(Path(folder), after))


async def _retried_late(folder: Path, after: int) -> None:
    generation = Generation(folder / "run.db", LATE.schema, slots=1)
    fell: list[str] = []

    def reply(request: CompletionRequest) -> str | BaseException:
        text = user_text(request)
        if text == "Tell 1" and not fell:
            fell.append(text)
            return FAULTS["refusal"]
        return LATE.answer(request)

    await generation.execute(Model(reply))
    assert reopen_failed(generation.path, ErrorKind.REFUSAL) == 1
    begin_execution(generation.path, 1)
    await _killed(generation, Model(reply), after)
    begin_execution(generation.path, 1)
    await generation.execute(Model(reply))

    stories = [str(values["story"]) for values in generation.values().values()]
    assert len(stories) == ROWS
    assert len(set(stories)) == ROWS, f"a death after {after} let a repeat in"
    assert _counted(generation)[0] == ROWS
