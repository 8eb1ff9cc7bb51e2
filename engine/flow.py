"""What one execution shares: its collaborators, the bounded window of open rows, and how it drains."""

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from engine.answer_form import Forms
from engine.budget import Budget
from engine.gate import Judged, Judgement, Verdict
from engine.job import REDRAWN, Job, Member
from engine.known import AnswerStore, Reuse
from engine.left_out import LeftOut
from engine.limiter import Limiter
from engine.numbering import Numbering
from engine.outputs import OutputColumns
from engine.ready import ReadyJobs
from engine.results import PauseReason, ResultSink, RowResult, RowStatus
from engine.similar import SimilarAnswers
from engine.spec import ModelSettings
from engine.tables.model import Cell, Row
from engine.targets import Cost, Target
from engine.window import Window
from handai_errors import DatabaseBusyError, ErrorKind, HandaiError, StorageError
from providers.base import AnswerForm, CompletionClient

_SMALLEST_RESERVE = 16


@dataclass(frozen=True, slots=True)
class RunEnd:
    """How an execution ended: every row tried (all defaults), stopped by a person, paused, or broken off (`why`)."""

    stopped: bool = False
    pause: PauseReason | None = None
    why: HandaiError | None = None


@dataclass(slots=True)
class Collaborators:
    """What the runner works with; clocks and chance are parameters.

    `client`, `limiter`, `forms`, `left_out`, `cost` and `local` are of the run's first model, `fallbacks` the others.
    `store` keeps answers for whoever asks the same again.
    """

    client: CompletionClient
    sink: ResultSink
    limiter: Limiter
    budget: Budget
    outputs: OutputColumns
    forms: Forms = field(default_factory=lambda: Forms(AnswerForm.JSON_OBJECT))
    left_out: LeftOut = field(default_factory=LeftOut)
    judged: Judged = Judged()  # noqa: RUF009 frozen
    local: bool = False
    reuse: Reuse | None = None
    similar: SimilarAnswers | None = None
    store: AnswerStore | None = None
    cost: Cost = lambda usage: usage
    fallbacks: tuple[Target, ...] = ()
    wall: Callable[[], float] = time.time
    clock: Callable[[], float] = time.monotonic
    uniform: Callable[[float, float], float] = random.uniform

    @property
    def ceiling(self) -> int:
        """The most requests that can ever be in flight."""
        return max(self.limiter.ceiling, *(target.limiter.ceiling for target in self.fallbacks), 0)

    def first(self, model: ModelSettings) -> Target:
        """The run's own model, with what is its own."""
        price, clock = self.budget.price, self.clock
        limiter, forms, left_out = self.limiter, self.forms, self.left_out
        return Target(model, self.client, limiter, forms, left_out, price, self.cost, self.local, clock=clock)


def is_cancelled() -> bool:
    """Whether somebody has asked the running task to end."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class Flow:
    """The rows between reading and done: never more than the window, none lost on the way out."""

    def __init__(self, collaborators: Collaborators, numbering: Numbering, rows_per_call: int = 1) -> None:
        self.with_ = collaborators
        self._numbering = numbering
        ceiling = collaborators.ceiling
        # A crash may leave every reservation in doubt, so no more are made ahead than may be in flight; with fewer, a
        # commit serves fewer rows, and a server that answers faster than a commit takes would wait for it.
        self.reserve_ahead = max(_SMALLEST_RESERVE, ceiling)
        self.window_size = (ceiling + self.reserve_ahead) * rows_per_call
        self.window = Window(self.window_size)
        self.ready = ReadyJobs()
        self.end = RunEnd()
        self.open_rows = 0
        self.redraws: deque[tuple[int, int]] = deque()
        self._draining = asyncio.Event()
        self._changed = asyncio.Event()
        self._named = collaborators.outputs.named

    @property
    def is_draining(self) -> bool:
        """Whether nothing more may be sent."""
        return self._draining.is_set()

    def drain(self, end: RunEnd) -> None:
        """Send nothing more; what is in flight finishes and is kept. The first reason stays."""
        if not self.is_draining:
            self.end = end
            self._draining.set()
            self.with_.limiter.close()
            for target in self.with_.fallbacks:
                target.limiter.close()

    def storage_failed(self, error: StorageError) -> None:
        """Pause the run because answers can't be kept."""
        reason = PauseReason.DB_LOCKED if isinstance(error, DatabaseBusyError) else PauseReason.DISK_FULL
        self.drain(RunEnd(pause=reason, why=error))

    async def room(self) -> None:
        """Return when the writer can take another result, or the run drains because it never will."""
        try:
            await self.with_.sink.room()
        except StorageError as error:
            self.storage_failed(error)

    async def wait_or_drain(self, seconds: float) -> None:
        """Return after `seconds`, or at once when the run drains."""
        try:
            async with asyncio.timeout(seconds):
                await self._draining.wait()
        except TimeoutError:
            return

    async def draining(self) -> None:
        """Return once nothing more may be sent."""
        await self._draining.wait()

    async def reserve(self, jobs: Sequence[Job]) -> None:
        """Put jobs whose reservation is on the disk into the ready queue."""
        if self.is_draining:
            for job in jobs:
                self.forget(job)
            return
        if not jobs:
            return
        now = self.with_.wall()
        try:
            await self.with_.sink.reserve([job.reservation(now) for job in jobs], at_once=not self.ready)
        except StorageError as error:
            self.storage_failed(error)
            for job in jobs:
                self.forget(job)
            return
        except asyncio.CancelledError:  # the commit is on its way: take it back behind it
            for job in jobs:
                self.release(job)
            raise
        use = self.release if self.is_draining else self.ready.put
        for job in jobs:
            use(job)

    def release(self, job: Job) -> None:
        """Take back a reservation that was never sent; the row stays pending."""
        self.give_back(job)
        self.finish(len(job.members))

    def give_back(self, job: Job) -> None:
        """Take back a reservation that was never sent; the job is still to be asked."""
        self.with_.sink.release([job.reservation(self.with_.wall())])
        self.with_.budget.settle(job.reserved_usd, 0.0)

    def forget(self, job: Job) -> None:
        """Give up a job that has no reservation on the disk; the row stays pending."""
        self.with_.budget.settle(job.reserved_usd, 0.0)
        self.finish(len(job.members))

    def open(self) -> None:
        """Note that a row has entered the window."""
        self.open_rows += 1

    def finish(self, rows: int = 1) -> None:
        """Note that rows have left the window."""
        self.open_rows -= rows
        self.window.give_back(rows)
        if self.open_rows == 0:
            self._changed.set()

    async def wait_until_settled(self) -> None:
        """Return when no row is open."""
        while self.open_rows:
            self._changed.clear()
            await self._changed.wait()

    async def changed(self) -> None:
        """Return when rows have to be drawn again, or when none is open."""
        self._changed.clear()
        if self.open_rows and not self.redraws:
            await self._changed.wait()

    def row_done(self, member: Member, values: Mapping[str, Cell]) -> None:
        """Note that a row has all its values, of which the last are on their way to the writer."""
        if self.with_.judged.gate is not None:
            self.judge(member.row, member.draw, {**member.values, **values})
        self.finish()

    def row_failed(self, row: int, draw: int, result: RowResult) -> None:
        """Note that a row has failed."""
        self.with_.sink.put(result)
        self.judge(row, draw, None)
        self.finish()

    def judge(self, row: int, draw: int, values: Row | None) -> None:
        """Let the gate decide on a finished draw, if there is a gate."""
        judged = self.with_.judged
        gate = judged.gate
        if gate is None:
            return
        found = list(gate.finished(row, draw, values))
        verdicts = [
            (item.row, item.draw, _stored_verdict(item), item.cause)
            for item in found
            if item.verdict is not Verdict.ACCEPTED
        ]
        spent = [
            _refused_for_good(item.row, self._numbering.number(item.draw + 1, 0), item.cause)
            for item in found
            if item.verdict is Verdict.SPENT
        ]
        # As one: a verdict without the place behind it would leave the gate waiting for a draw that was refused, and
        # a row whose last draw is spent would be drawn once more if its end were not written with the verdict.
        self.with_.sink.judged(verdicts, str(gate.place), spent)
        refused = [(item.row, item.draw + 1) for item in found if item.verdict is Verdict.REFUSED]
        if refused:
            self.redraws.extend(refused)
            self._changed.set()
        if gate.refused_share() > judged.stop_share and not self.is_draining:
            self.drain(RunEnd(pause=PauseReason.CIRCUIT_BREAKER, why=_repetitive(gate.refused_share())))

    def release_ready(self) -> None:
        """Take back everything that waits for a slot."""
        for job in self.ready.take_all():
            self.release(job)

    def keep(self, result: RowResult) -> None:
        """Hand a result to the writer, its new output columns first."""
        named = self._named
        if new := [key for key in result.values or () if key not in named]:
            self._name(new, result.step)
        self.with_.sink.put(result)

    def _name(self, keys: Sequence[str], step: int) -> None:
        new = [key for key in keys if key != REDRAWN or not self._numbering.draw(step)]
        for key in new:
            self.with_.outputs.name_for(key)
        if new:
            self.with_.sink.columns(self.with_.outputs.pairs)


def _stored_verdict(judgement: Judgement) -> str:
    return Verdict.REFUSED if judgement.verdict is Verdict.SPENT else judgement.verdict


def _repetitive(share: float) -> HandaiError:
    return HandaiError(
        f"The rows repeat each other or fail their checks: {share:.0%} of the last 50 were refused.",
        "Add sampled columns to the prompt, raise the variation, or allow more duplicates; then resume.",
    )


def _refused_for_good(row: int, stored_step: int, cause: str) -> RowResult:
    remedy = "Retry it, vary the sampled columns more, or allow more duplicates."
    return RowResult(row, stored_step, 0, RowStatus.FAILED, kind=ErrorKind.INVALID_OUTPUT, cause=cause, remedy=remedy)
