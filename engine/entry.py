"""How a row's next model call enters the runner: rendered, answered by an earlier run if it can be, afforded."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from engine.answers import with_computed
from engine.flow import Flow, RunEnd
from engine.job import REDRAWN, Job, Member, internal_failure
from engine.known import KnownAnswers
from engine.plan import RunPlan
from engine.results import PauseReason
from engine.tables.model import Cell
from engine.targets import Targets
from handai_errors import HandaiError

BUDGET_POLL_S = 0.02


class Entry:
    """Makes jobs for rows that are open in a flow."""

    def __init__(self, plan: RunPlan, flow: Flow, targets: Targets) -> None:
        self._plan = plan
        self._flow = flow
        self._targets = targets
        shared = flow.with_
        self.known = KnownAnswers(plan, targets, shared.sink, shared.reuse, shared.similar, shared.store)

    def first(self, members: Sequence[Member], step: int = 0) -> Job | None:
        """The job that `members` need now; None when their rows ended without one."""
        try:
            return self.unanswered(self._plan.job(members, step))
        except Exception as error:  # noqa: BLE001 a bad row is recorded with its cause and the run goes on
            for member in members:
                number = self._plan.numbering.number(member.draw, step)
                self._flow.row_failed(member.row, member.draw, internal_failure(member.row, number, error))
            return None

    def again(self, job: Job) -> Job | None:
        """A job that waited, or whose model is another now; None when its row ended or waits."""
        try:
            return self.unanswered(job)
        except Exception as error:  # noqa: BLE001 a bad row's own failure, here too
            member = job.members[0]
            self._flow.row_failed(member.row, member.draw, internal_failure(member.row, job.stored_step, error))
            return None

    def next(self, job: Job, member: Member, values: Mapping[str, Cell]) -> Job | None:
        """The job of a member's next step; None when its row has ended."""
        try:
            following = self._plan.next_job(job, member, values)
            if following is not None:
                return self.unanswered(following)
        except Exception as error:  # noqa: BLE001 what a step's answer makes of the next is the row's own failure
            failure = internal_failure(member.row, job.stored_step + 1, error)
            self._flow.row_failed(member.row, member.draw, failure)
            return None
        self._flow.row_done(member, values)
        return None

    @property
    def is_capped(self) -> bool:
        """Whether a job has to be afforded; without a cap every one is."""
        return self._flow.with_.budget.cap_usd is not None

    async def afford(self, job: Job, while_waiting: Callable[[], Awaitable[None]] | None = None) -> bool:
        """Reserve what a job can cost; False when the run drains instead and the job is forgotten."""
        budget = self._flow.with_.budget
        target = self._targets.of(job)
        try:
            capped = budget.cap_usd is not None  # else nobody has to know how long the prompt is
            bound = budget.bound(job.bound_tokens, self._plan.spec.model.max_tokens, target.price) if capped else None
        except HandaiError as error:
            self._flow.drain(RunEnd(why=error))
            self._flow.finish(len(job.members))
            return False
        job.stretched = budget.stretch
        while not budget.reserve(bound):
            if while_waiting is not None:
                await while_waiting()
            if not budget.holders:  # nothing in flight can give any of it back
                self._flow.drain(RunEnd(pause=PauseReason.BUDGET))
            if self._flow.is_draining:
                self._flow.finish(len(job.members))
                return False
            await self._flow.wait_or_drain(BUDGET_POLL_S)
        job.reserved_usd = bound
        return True

    def unanswered(self, job: Job) -> Job | None:
        """The first job from `job` on that has to be asked; None when its row ended, or waits for an equal request."""
        self._targets.catch_up(job)
        job.moved = False
        while (reused := self.known.find(job)) is not None:
            member = job.members[0]
            own = {name: value for name, value in (reused.values or {}).items() if name != REDRAWN}
            values = with_computed(job.step, member, own)
            following = self._plan.next_job(job, member, values)
            stored = {**values, REDRAWN: dict(member.values)} if member.draw and job.step.index == 0 else values
            self._flow.keep(replace(reused, values=stored, is_last=following is None))
            if following is None:
                self._flow.row_done(member, values)
                return None
            job = following
            self._targets.catch_up(job)
            job.moved = False
        if self.known.wait(job):
            if self._flow.is_draining:
                self.give_up()
            return None
        return job

    def give_up(self) -> None:
        """Leave the rows that wait for an equal request pending: the run drains."""
        for job in self.known.give_up():
            self._flow.finish(len(job.members))
