"""How a row's next model call enters the runner: rendered, answered by an earlier run if it can be, afforded."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from engine.answers import with_computed
from engine.flow import Flow, RunEnd
from engine.job import Job, Member, internal_failure
from engine.plan import RunPlan
from engine.results import PauseReason, RowResult
from engine.tables.model import Cell
from handai_errors import HandaiError, StorageError

BUDGET_POLL_S = 0.02


class Entry:
    """Makes jobs for rows that are open in a flow."""

    def __init__(self, plan: RunPlan, flow: Flow) -> None:
        self._plan = plan
        self._flow = flow
        self._told_of_reuse = False

    def first(self, members: Sequence[Member], step: int = 0) -> Job | None:
        """The job that `members` need now; None when their rows ended without one."""
        try:
            return self._unanswered(self._plan.job(members, step))
        except Exception as error:  # noqa: BLE001 a bad row is recorded with its cause and the run goes on
            for member in members:
                number = self._plan.numbering.number(member.draw, step)
                self._flow.row_failed(member.row, member.draw, internal_failure(member.row, number, error))
            return None

    def next(self, job: Job, member: Member, values: Mapping[str, Cell]) -> Job | None:
        """The job of a member's next step; None when its row has ended."""
        try:
            following = self._plan.next_job(job, member, values)
            if following is not None:
                return self._unanswered(following)
        except Exception as error:  # noqa: BLE001 as above
            failure = internal_failure(member.row, job.stored_step + 1, error)
            self._flow.row_failed(member.row, member.draw, failure)
            return None
        self._flow.row_done(member.row, member.draw, {**member.values, **values})
        return None

    async def afford(self, job: Job, while_waiting: Callable[[], Awaitable[None]] | None = None) -> bool:
        """Reserve what a job can cost; False when the run drains instead and the job is forgotten."""
        budget = self._flow.with_.budget
        try:
            bound = budget.bound(job.bound_tokens, self._plan.spec.model.max_tokens)
        except HandaiError as error:
            self._flow.drain(RunEnd(why=error))
            self._flow.finish(len(job.members))
            return False
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

    def _unanswered(self, job: Job) -> Job | None:
        """The first job from `job` on that neither an earlier run nor a similar row has answered."""
        while (reused := self._known(job)) is not None:
            member = job.members[0]
            values = with_computed(job.step, member, reused.values or {})
            following = self._plan.next_job(job, member, values)
            self._flow.keep(replace(reused, values=values, is_last=following is None))
            if following is None:
                self._flow.row_done(member.row, member.draw, {**member.values, **values})
                return None
            job = following
        return job

    def _known(self, job: Job) -> RowResult | None:
        similar = self._flow.with_.similar
        known = self._exactly_known(job)
        if known is not None or similar is None:
            return known
        return similar.find(job)

    def _exactly_known(self, job: Job) -> RowResult | None:
        reuse = self._flow.with_.reuse
        if reuse is None or not job.is_single or job.members[0].draw:
            return None
        try:
            return reuse(job)
        except StorageError as error:  # an earlier run's file: the model can still be asked
            if not self._told_of_reuse:
                self._told_of_reuse = True
                self._flow.with_.sink.event("warning", f"Earlier answers can't be taken over. {error}")
            return None
