"""The cap is a promise: whatever answers cost, fail or stay unknown, wherever the process dies: never passed."""

import asyncio
import random
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.budget import Budget
from engine.flow import Collaborators, RunEnd
from engine.limiter import Limiter
from engine.outputs import OutputColumns
from engine.plan import RunPlan
from engine.results import PauseReason
from engine.runner import Runner
from engine.spec import Limits, ModelSettings, Prompt, RunSpec, TransformInput
from handai_errors import ErrorKind, ProviderError
from providers.base import Completion, CompletionRequest, Usage
from providers.prices import cost_of
from storage.run_file import begin_execution, create_run_file
from storage.run_reader import RunReader
from storage.run_writer import RunWriter
from tests.engine.scripted import PRICE, ScriptedClient, numbered
from tests.engine.test_runner_any_fault import DyingWriter

ROWS = 12
MAX_TOKENS = 50
PATIENCE_S = 20.0
FAILURES = (
    ProviderError(ErrorKind.OVERLOADED, "Later.", status=503),
    ProviderError(ErrorKind.TIMEOUT, "No answer."),  # it may have been billed, and here it was
    ProviderError(ErrorKind.CONNECTION, "Cut off."),
    ProviderError(ErrorKind.CONNECTION, "Nobody there.", unsent=True),
)


@dataclass(frozen=True)
class Plan:
    """What one example does; `seed` decides each call's cost, failure and latency, `ends` where a process dies."""

    cap_in_calls: float
    seed: int
    failing: float
    slots: int
    ends: tuple[int, ...]


plans = st.builds(
    Plan,
    cap_in_calls=st.floats(0.5, 20),
    seed=st.integers(0, 2**32),
    failing=st.sampled_from([0.0, 0.2, 0.6]),
    slots=st.integers(1, 4),
    ends=st.lists(st.integers(1, 60), max_size=3).map(tuple),
)
BOUND_TOKENS = 16 + 16 + 2  # of one row's prompt, as engine.prompts bounds it


class Provider(ScriptedClient):
    """Bills every call that reached it, whatever became of the answer."""

    def __init__(self, plan: Plan) -> None:
        self._chance = random.Random(plan.seed)
        self._failing = plan.failing
        self.billed = 0.0
        super().__init__(self._reply, plan.slots)

    async def complete(self, request: CompletionRequest) -> Completion:
        for _ in range(self._chance.randrange(4)):
            await asyncio.sleep(0)
        return await super().complete(request)

    def _reply(self, row: int, number: int) -> Completion | BaseException:
        chance = self._chance
        usage = Usage(chance.randint(1, BOUND_TOKENS - 2), chance.randint(0, MAX_TOKENS))
        failure = chance.choice(FAILURES) if chance.random() < self._failing else None
        if failure is not None and (failure.unsent or failure.status):
            return failure
        cost = cost_of(PRICE, usage)
        assert cost is not None
        self.billed += cost
        known = chance.random() < 0.8  # a provider that says no tokens leaves the cost unknown
        return failure or Completion("ok", model="m", finish_reason="stop", usage=usage if known else Usage())


def _runner(path: Path, plan: Plan, client: Provider, cap_usd: float, writer: RunWriter) -> tuple[Runner, bytearray]:
    spec = RunSpec(
        input=TransformInput(),
        prompt=Prompt(template="{{ n }}"),
        model=ModelSettings(provider="custom", model="m", max_tokens=MAX_TOKENS),
        limits=Limits(max_attempts=3, max_cost_usd=cap_usd),
    )
    with RunReader(path) as reader:
        finished = reader.finished_rows(ROWS)
        spent = reader.progress().cost_usd + reader.reserved_usd()
        run_plan = RunPlan(spec, ("n",), reader.attempts_of_unfinished())

    def priced(usage: Usage) -> Usage:
        return Usage(usage.prompt_tokens, usage.completion_tokens, cost_of(PRICE, usage))

    shared = Collaborators(
        client=client,
        sink=writer,
        limiter=Limiter(ceiling=plan.slots),
        budget=Budget(cap_usd, PRICE, spent_usd=spent),
        outputs=OutputColumns(["n"]),
        cost=priced,
        uniform=lambda _low, _high: 0.0,
    )
    return Runner(run_plan, shared), finished


async def _execution(path: Path, plan: Plan, client: Provider, cap_usd: float, after: int | None) -> RunEnd | None:
    begin_execution(path, 1)
    writer = RunWriter(path) if after is None else DyingWriter(path, after)
    runner, finished = _runner(path, plan, client, cap_usd, writer)
    task = asyncio.create_task(runner.run([item for item in numbered(ROWS) if not finished[item[0]]]))
    waiting = {task}
    if isinstance(writer, DyingWriter):
        waiting.add(asyncio.create_task(writer.died.wait()))  # type: ignore[arg-type]  # one tells that it died
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED, timeout=PATIENCE_S)
    end = task.result() if task.done() else None
    for one in waiting:
        one.cancel()
    await asyncio.wait(waiting)
    await writer.close()
    return end


async def _kept(plan: Plan, folder: Path) -> None:
    path, client = folder / "run.db", Provider(plan)
    create_run_file(path, {}, ())
    cap_usd = plan.cap_in_calls * (BOUND_TOKENS + MAX_TOKENS) / 1_000_000
    for after in plan.ends:
        await _execution(path, plan, client, cap_usd, after)
        assert client.billed <= cap_usd * (1 + 1e-9)
    end = await _execution(path, plan, client, cap_usd, None)
    assert end is not None, "it hangs"
    assert client.billed <= cap_usd * (1 + 1e-9)
    if end.pause is PauseReason.BUDGET:  # and a higher cap lets it go on
        before = client.billed
        await _execution(path, plan, client, cap_usd * 10, None)
        assert before <= client.billed <= cap_usd * 10 * (1 + 1e-9)


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plans)
@example(Plan(cap_in_calls=9.0, seed=7725, failing=0.6, slots=3, ends=()))  # so many 503s in a row take 28 s in earnest
def test_what_is_billed_never_passes_the_cap(plan: Plan) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("storage.run_writer.FLUSH_INTERVAL_S", 0.0)
        patch.setattr("storage.ballast.BALLAST_BYTES", 1)
        patch.setattr("engine.backoff.Backoff.wait_s", lambda *_: 0.0)
        patch.setattr("engine.outage._FIRST_WAIT_S", 0.0)  # 503s in a row are waited for, up to five seconds each
        asyncio.run(_kept(plan, Path(folder)))
