"""A run over a sink that keeps everything in memory, for tests of the runner in virtual time: no thread takes part."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from engine.budget import Budget
from engine.flow import Collaborators, RunEnd
from engine.limiter import Limiter
from engine.outputs import OutputColumns
from engine.plan import RunPlan
from engine.results import Attempt, LiveState, Reservation, RowResult, RowStatus
from engine.runner import Runner
from engine.spec import ModelSettings, Prompt, RunSpec, TransformInput
from providers.base import CompletionClient
from tests.engine.limited_server import now
from tests.engine.scripted import Outcome, ScriptedClient, numbered


@dataclass
class MemorySink:
    """Durable at once."""

    results: dict[int, RowResult] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)

    async def reserve(self, requests: Sequence[Reservation], *, at_once: bool = False) -> None:
        await asyncio.sleep(0)

    def hurry(self) -> None:
        return

    async def room(self) -> None:
        return

    def sending(self, row: int) -> None:
        return

    def attempt_ended(self, attempt: Attempt) -> None:
        return

    def release(self, requests: Sequence[Reservation]) -> None:
        return

    def put(self, result: RowResult) -> None:
        self.results[result.row] = result

    def reopen(self, rows: Sequence[int]) -> None:
        for row in rows:
            self.results.pop(row, None)

    def judged(
        self, verdicts: Sequence[tuple[int, int, str, str]], place: str, spent: Sequence[RowResult] = ()
    ) -> None:
        return

    def remember(self, key: str, value: str) -> None:
        return

    def columns(self, pairs: Sequence[tuple[str, str]]) -> None:
        return

    def event(self, level: str, message: str) -> None:
        self.events.append(message)

    def live(self, state: LiveState) -> None:
        if state.waiting:
            self.waiting.append(state.waiting)

    async def flush(self) -> None:
        return

    def rows(self, status: RowStatus) -> int:
        return Counter(result.status for result in self.results.values())[status]


@dataclass
class Ran:
    """What a run did."""

    end: RunEnd
    sink: MemorySink
    asked: Counter[int]
    took_s: float

    @property
    def calls(self) -> int:
        return self.asked.total()

    @property
    def done(self) -> int:
        return self.sink.rows(RowStatus.DONE)


async def ran(
    script: Callable[[int, int], Outcome | Awaitable[Outcome]],
    rows: int,
    limiter: Limiter,
    *,
    local: bool = False,
    others: Sequence[tuple[CompletionClient, Limiter]] = (),
    seed: int = 0,
) -> Ran:
    """Ask for so many rows; the spec's retries and back-off are those a person gets."""
    client, sink = ScriptedClient(script, limiter.ceiling), MemorySink()
    fallbacks = [ModelSettings(provider="custom", model=f"spare{number}") for number in range(len(others))]
    model = ModelSettings(provider="custom", model="m")
    spec = RunSpec(input=TransformInput(), prompt=Prompt(template="{{ n }}"), model=model)
    collaborators = Collaborators(
        client=client,
        sink=sink,
        limiter=limiter,
        budget=Budget(None, None),
        outputs=OutputColumns(["n"]),
        local=local,
        clock=now,
        uniform=random.Random(seed).uniform,
    )
    for spare, (spare_client, spare_limiter) in zip(fallbacks, others, strict=True):
        target = collaborators.first(spare)
        target.client, target.limiter = spare_client, spare_limiter
        collaborators.fallbacks += (target,)
    began = now()
    end = await Runner(RunPlan(spec, ("n",), {}), collaborators).run(numbered(rows))
    return Ran(end, sink, client.asked, now() - began)
