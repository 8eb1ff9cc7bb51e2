"""A provider that answers from a script, and runs over real run files, for the tests of the runner."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path

from engine.budget import Budget
from engine.flow import Collaborators, RunEnd
from engine.job import Job
from engine.limiter import Limiter
from engine.outputs import OutputColumns
from engine.plan import RunPlan
from engine.results import RowResult
from engine.runner import Runner
from engine.similar import SimilarAnswers
from engine.spec import Limits, ModelSettings, Prompt, RunSpec, TransformInput
from engine.tables.model import Row
from providers.base import Completion, CompletionRequest, StreamPiece, Usage
from providers.prices import Price
from storage.run_file import create_run_file
from storage.run_writer import RunWriter

PATIENCE_S = 10.0  # a deadlock fails instead of hanging
PRICE = Price(prompt=1.0, completion=1.0)

Outcome = Completion | BaseException
Script = Callable[[int, int], Outcome | Awaitable[Outcome]]


def answer(text: str = "ok", usage: Usage | None = None) -> Completion:
    """A good answer."""
    return Completion(text, model="m", finish_reason="stop", usage=usage or Usage(1, 1))


class ScriptedClient:
    """Answers the n-th request (from 1) of a row with what `script(row, n)` says; counts what is asked."""

    def __init__(self, script: Script, slots: int) -> None:
        self._script = script
        self._slots = slots
        self.asked: Counter[int] = Counter()
        self.in_flight = self.most_in_flight = 0
        self.full = asyncio.Event()

    async def complete(self, request: CompletionRequest) -> Completion:
        row = int(next(message.content for message in request.messages if message.role == "user"))
        self.asked[row] += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        if self.in_flight == self._slots:
            self.full.set()
        try:
            outcome = self._script(row, self.asked[row])
            if isinstance(outcome, Awaitable):
                outcome = await outcome
            else:
                await asyncio.sleep(0)
        finally:
            self.in_flight -= 1
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    async def stream(self, request: CompletionRequest) -> AsyncIterator[StreamPiece]:
        yield StreamPiece(completion=await self.complete(request))

    async def aclose(self) -> None:
        return


def numbered(count: int, start: int = 0) -> Iterator[tuple[int, Row]]:
    """Rows that hold their own number."""
    return ((index, {"n": str(index)}) for index in range(start, count))


@dataclass
class Watched:
    """Rows that tell how far they were read."""

    rows: Iterable[tuple[int, Row]]
    read: int = 0

    def __iter__(self) -> Iterator[tuple[int, Row]]:
        for item in self.rows:
            self.read += 1
            yield item


@dataclass
class Settings:
    """What a test may choose about an execution."""

    concurrency: int = 8
    max_attempts: int = 3
    json_mode: bool = False
    cap_usd: float | None = None
    max_tokens: int | None = None
    local: bool = False
    max_undurable: int = 256
    give_up_s: float = 5.0
    reuse: Callable[[Job], RowResult | None] | None = None
    similar: float | None = None
    cost: Callable[[Usage], Usage] = field(default=lambda usage: usage)
    attempts_so_far: dict[tuple[int, int], int] = field(default_factory=dict)
    unknown_so_far: dict[tuple[int, int], int] = field(default_factory=dict)


class Execution:
    """A runner over a real run file; `client` is scripted."""

    def __init__(self, path: Path, script: Script, settings: Settings) -> None:
        self.path = path
        self.client = ScriptedClient(script, settings.concurrency)
        self.writer = RunWriter(path, max_undurable=settings.max_undurable, give_up_s=settings.give_up_s)
        self.limiter = Limiter(ceiling=settings.concurrency)
        self.budget = Budget(settings.cap_usd, PRICE if settings.cap_usd is not None else None)
        spec = RunSpec(
            input=TransformInput(),
            prompt=Prompt(template="{{ n }}"),
            model=ModelSettings(
                provider="custom", model="m", json_mode=settings.json_mode, max_tokens=settings.max_tokens
            ),
            limits=Limits(max_attempts=settings.max_attempts),
        )
        self.runner = Runner(
            RunPlan(spec, ("n",), settings.attempts_so_far, unknown_so_far=settings.unknown_so_far),
            Collaborators(
                client=self.client,
                sink=self.writer,
                limiter=self.limiter,
                budget=self.budget,
                outputs=OutputColumns(["n"]),
                local=settings.local,
                reuse=settings.reuse,
                similar=SimilarAnswers(settings.similar) if settings.similar is not None else None,
                cost=settings.cost,
                uniform=lambda _low, _high: 0.0,
            ),
        )

    async def run(self, rows: Iterable[tuple[int, Row]]) -> RunEnd:
        async with asyncio.timeout(PATIENCE_S):
            return await self.runner.run(rows)


@asynccontextmanager
async def executing(path: Path, script: Script, settings: Settings | None = None) -> AsyncIterator[Execution]:
    """An execution over a new run file at `path`; closed at the end."""
    create_run_file(path, {}, ())
    execution = Execution(path, script, settings or Settings())
    try:
        yield execution
    finally:
        await execution.writer.close()


async def run_all(path: Path, script: Script, total: int, settings: Settings | None = None) -> tuple[RunEnd, "Stored"]:
    """Ask for rows 0 … total − 1 and tell how it ended and what is stored."""
    async with executing(path, script, settings) as execution:
        end = await execution.run(numbered(total))
    return end, Stored(path)


class Stored:
    """What a closed run file holds."""

    def __init__(self, path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection:
            self.status: dict[int, str] = dict(connection.execute("SELECT row, status FROM results"))
            self.kinds: dict[int, str] = dict(
                connection.execute("SELECT row, kind FROM results WHERE status = 'failed'")
            )
            self.attempts: list[tuple[int, int, str]] = list(
                connection.execute("SELECT row, number, state FROM attempts ORDER BY row, number")
            )
            self.events: list[str] = [text for (text,) in connection.execute("SELECT message FROM events")]
            self.counted = connection.execute(
                "SELECT done, failed, attempts, first_attempts, unknown, cached FROM progress"
            ).fetchone()
            self.in_tables = connection.execute(
                """SELECT (SELECT count(*) FROM results WHERE status = 'done'),
                (SELECT count(*) FROM results WHERE status = 'failed'),
                (SELECT count(*) FROM attempts WHERE state <> 'reserved'),
                (SELECT count(*) FROM attempts WHERE state <> 'reserved' AND number = 1),
                (SELECT count(*) FROM attempts WHERE state = 'unknown'),
                (SELECT count(*) FROM results WHERE cached)"""
            ).fetchone()

    @property
    def done(self) -> set[int]:
        return {row for row, status in self.status.items() if status == "done"}

    @property
    def failed(self) -> set[int]:
        return set(self.kinds)

    def states(self) -> Counter[str]:
        return Counter(state for _, _, state in self.attempts)

    def check_clean(self) -> None:
        """Counters equal the tables, and nothing is left in doubt that was never sent."""
        assert self.counted == self.in_tables
        assert self.states()["reserved"] == 0
