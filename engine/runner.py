"""The runner: workers take slots, send, judge the answers and hand them to the one writer."""

import asyncio
from collections.abc import Iterable

from engine.answers import ANSWERS_FAULT, assess, stumbled
from engine.breaker import PROVIDER_KINDS
from engine.entry import Entry
from engine.feeder import Feeder
from engine.flow import Collaborators, Flow, RunEnd, is_cancelled
from engine.job import Job, Member
from engine.limiter import LimiterClosedError
from engine.parsing import Parsed
from engine.plan import RunPlan
from engine.publishing import Publisher
from engine.results import AttemptState, PauseReason
from engine.retry import outcome_of
from engine.switches import Switches
from engine.tables.model import Row
from engine.targets import FALLS_BACK, Target, Targets
from handai_errors import ErrorKind, ProviderError, StorageError
from providers.base import Completion


class Runner:
    """One execution of one run."""

    def __init__(self, plan: RunPlan, collaborators: Collaborators) -> None:
        self._plan = plan
        self._with = collaborators
        self._flow = Flow(collaborators, plan.numbering, plan.rows_per_call)
        self._targets = Targets(collaborators.first(plan.models[0]), collaborators.fallbacks)
        self._entry = Entry(plan, self._flow, self._targets)
        self._publisher = Publisher(collaborators.sink, self._targets, collaborators.judged)
        self._given_up = False
        self._told_of_length = False
        self._switches = Switches(plan.models[0].model, plan.models[0].fallbacks)
        self._group: asyncio.TaskGroup
        self._workers: list[asyncio.Task[None]] = []

    @property
    def draining_for(self) -> RunEnd | None:
        """Why nothing more is sent, once that is so."""
        return self._flow.end if self._flow.is_draining else None

    def drain(self, end: RunEnd) -> None:
        """Send nothing more; what is in flight finishes and is kept. The first reason stays."""
        self._flow.drain(end)

    def cancel(self) -> None:
        """Drain and break off what is in flight; its outcome is recorded as unknown."""
        self._flow.drain(RunEnd(stopped=True))
        self._flow.release_ready()
        for worker in self._workers:
            worker.cancel()

    async def run(self, rows: Iterable[tuple[int, Row]]) -> RunEnd:
        """Ask for every row in `rows` and return how it ended; a row's failure never raises."""
        if self._plan.rows_per_call > 1 or any(step.json for step in self._plan.steps):
            self._with.sink.remember("answer_form", self._with.forms.current)
        if self._with.left_out.names:
            self._with.sink.remember("left_out", str(self._with.left_out))
        async with asyncio.TaskGroup() as self._group:
            beside = [self._group.create_task(self._publisher.publish()), self._group.create_task(self._give_up())]
            self._workers = [self._group.create_task(self._work()) for _ in range(self._with.ceiling)]
            try:
                for row, draw, values in self._with.judged.unjudged:
                    self._flow.judge(row, draw, values)
                await Feeder(self._plan, self._flow, self._entry).feed(iter(rows))
                await self._flow.wait_until_settled()
            finally:
                for task in beside:
                    task.cancel()
                self._flow.release_ready()  # only a run that breaks off has any
                for _ in self._workers:
                    self._flow.ready.put(None)
        self._publisher.publish_diversity()
        try:
            await self._with.sink.flush()
        except StorageError as error:
            self._flow.storage_failed(error)
        return self._flow.end

    async def _work(self) -> None:
        while (job := await self._flow.ready.get()) is not None:
            if not self._flow.ready:
                self._with.sink.hurry()
            target = self._targets.of(job)
            try:
                await self._with.sink.room()
                job.lease = await target.limiter.acquire(job)
            except LimiterClosedError as closed:
                if closed.why is not None:
                    self._flow.drain(RunEnd(pause=PauseReason.DAILY_QUOTA, why=closed.why))
                self._refused_a_slot(job)
            except StorageError as error:
                self._flow.storage_failed(error)
                self._flow.release(job)
            except asyncio.CancelledError:
                self._flow.release(job)
                raise
            else:
                await self._attempt(job, target)

    async def _attempt(self, job: Job, target: Target) -> None:
        started, began = self._with.wall(), self._with.clock()
        try:
            job.form, job.without = target.forms.current, target.left_out.names
            self._with.sink.sending(job.row)
            completion = await target.client.complete(self._plan.request(job, target.model, target.price))
        except asyncio.CancelledError as error:
            if not is_cancelled():  # a library's own, which would end this worker without a word
                self._refused(job, target, stumbled(error), started, self._with.clock() - began)
                return
            self._with.sink.attempt_ended(job.ended(AttemptState.UNKNOWN, started, self._with.clock() - began))
            self._settle(job, None)
            self._flow.finish(len(job.members))
            raise
        except ProviderError as error:
            self._refused(job, target, error, started, self._with.clock() - began)
        except Exception as error:  # noqa: BLE001 an adapter's fault is one row's failure, never the run's
            self._refused(job, target, stumbled(error), started, self._with.clock() - began)
        else:
            self._answered(job, target, completion, started)
        finally:
            target.limiter.release(job.lease)

    def _answered(self, job: Job, target: Target, completion: Completion, started: float) -> None:
        target.heard()
        target.limiter.answered(job.lease, completion.rate_limits, completion.usage)
        switched = None if job.target else self._switches.fallback(completion.model)
        if switched and (note := self._switches.note(completion.model)) is not None:
            self._with.sink.event("warning", note)
        usage, found = assess(job, completion, target.cost)
        self._settle(job, usage.cost_usd)
        good = [(member, parsed) for member, parsed in found if isinstance(parsed, Parsed)]
        bad = [(member, error) for member, error in found if isinstance(error, ProviderError)]
        state = AttemptState.DONE if good else AttemptState.FAILED
        error = bad[0][1] if bad else None
        self._with.sink.attempt_ended(job.answered(state, started, completion, usage, error, switched))
        for member, parsed in good:
            self._keep(job, member, completion, parsed)
        if good:
            target.breaker.record([member.row for member, _ in good], None)
        if good and bad:
            job.counted += 1
            for member, _ in bad:
                self._ask_alone(job, member)
        elif bad:
            job.correct(bad[0][1])
            self._after_failure(job, bad[0][1])

    def _keep(self, job: Job, member: Member, completion: Completion, parsed: Parsed) -> None:
        is_last = job.step.index + 1 == len(self._plan.steps)
        answered_at = self._with.clock()
        result = job.done(
            member, completion, parsed.values, repaired=parsed.repaired, is_last=is_last, answered_at=answered_at
        )
        self._flow.keep(result)
        self._entry.known.keep(job, completion, result)
        following = self._entry.next(job, member, parsed.values)
        if following is not None:
            self._group.create_task(self._go_on(following))
        self._let_others_go_on(job)

    async def _go_on(self, job: Job) -> None:
        """A row's next step; what it builds on is committed before the reservation is."""
        if await self._entry.afford(job):
            await self._flow.reserve([job])

    def _let_others_go_on(self, job: Job) -> None:
        """The rows that waited for an equal request take its answer, or one of them asks."""
        for waiting in self._entry.known.ended(job):
            if (following := self._entry.again(waiting)) is not None:
                self._group.create_task(self._go_on(following))

    def _ask_alone(self, job: Job, member: Member) -> None:
        """One of several rows asked together has no good answer: it is asked on its own, once at least."""
        alone = self._plan.job([member], job.step.index)
        if member is job.members[0]:
            alone.number = job.number
        alone.counted = min(job.counted, self._plan.spec.limits.max_attempts - 1)
        self._group.create_task(self._retry_later(alone, 0.0))

    def _refused(self, job: Job, target: Target, error: ProviderError, started: float, latency_s: float) -> None:
        target.note_reach(job, error)
        state = outcome_of(error)
        job.unknown += state is AttemptState.UNKNOWN
        self._settle(job, None if state is AttemptState.UNKNOWN else 0.0)
        self._with.sink.attempt_ended(job.ended(state, started, latency_s, error))
        if (note := target.learn(job, error)) is not None:
            self._ask_otherwise(job, note)
            return
        target.limiter.refused(job.lease, error)
        if (note := target.note_of_wait(error)) is not None:
            self._with.sink.event("warning", note)
        self._after_failure(job, error)

    def _ask_otherwise(self, job: Job, note: str) -> None:
        """The server doesn't take this form of JSON or this setting: it is asked at once as it wants to be asked."""
        if note:
            self._with.sink.event("warning", note if not job.fallback else f"{job.fallback}: {note}")
            self._with.sink.remember("answer_form", self._with.forms.current)
            self._with.sink.remember("left_out", str(self._with.left_out))
        self._group.create_task(self._retry_later(job, 0.0))

    def _after_failure(self, job: Job, error: ProviderError) -> None:
        target = self._targets.of(job)
        decision = target.decide(job, error, self._plan.spec.limits, self._with.uniform)
        if decision.retry and not self._flow.is_draining:
            self._group.create_task(self._retry_later(job, decision.wait_s))
            return
        if not decision.retry and self._ask_the_next(job, error):
            return
        if decision.pause:
            self._pause(decision.pause, error)
        elif not decision.retry and target is self._targets.now and target.is_dead(job, error):
            self._pause(PauseReason.CIRCUIT_BREAKER, error)
        elif not decision.retry and not job.is_single and error.kind in ANSWERS_FAULT:
            for member in job.members:
                self._ask_alone(job, member)
            return
        elif not decision.retry and not (self._given_up and error.kind in PROVIDER_KINDS):
            self._fail(job, error)
            return
        self._flow.finish(len(job.members))

    def _ask_the_next(self, job: Job, error: ProviderError) -> bool:
        """Whether it is the run's next model's turn: for this row, or for all where the model is to blame."""
        target, following = self._targets.of(job), self._targets.after(job)
        if following is None or error.kind not in FALLS_BACK:
            return False
        if not job.is_single and error.kind in ANSWERS_FAULT:
            return False
        if self._flow.is_draining:  # it stays pending: after a resume another model may still answer it
            self._flow.finish(len(job.members))
            return True
        tripped = target.breaker.record([member.row for member in job.members], error.kind)
        gone = error.kind is ErrorKind.MODEL_NOT_FOUND or target.is_dead(job, error)
        if (note := self._targets.note_of_move(job, error, for_all=tripped or gone)) is not None:
            self._with.sink.event("warning", note)
        self._targets.put_after(job)
        self._group.create_task(self._retry_later(job, 0.0))
        return True

    def _refused_a_slot(self, job: Job) -> None:
        """No more is asked of the job's model: the run drains, or has moved on to the next."""
        if self._flow.is_draining:
            self._flow.release(job)
        else:
            self._flow.give_back(job)
            job.number -= 1  # it was never sent, so that the next is no retry
            self._group.create_task(self._retry_later(job, 0.0))

    def _fail(self, job: Job, error: ProviderError) -> None:
        for member, failure in zip(job.members, job.failures(error, self._with.clock()), strict=True):
            self._flow.row_failed(member.row, member.draw, failure)
        if error.kind is ErrorKind.CONTEXT_LENGTH and not self._told_of_length:
            self._told_of_length = True
            self._with.sink.event("warning", f"Row {job.row + 1} is too long for the model. {error}")
        self._watch(job, error)
        self._let_others_go_on(job)

    def _pause(self, reason: PauseReason, error: ProviderError) -> None:
        if not self._flow.is_draining:
            self._with.sink.event("error", f"Paused. {error.facts.title}: {error}")
        self._flow.drain(RunEnd(pause=reason, why=error))

    def _watch(self, job: Job, error: ProviderError) -> None:
        target = self._targets.of(job)
        tripped = target.breaker.record([member.row for member in job.members], error.kind)
        if tripped and target is self._targets.now and not self._given_up:
            self._given_up = True
            self._with.sink.reopen(target.breaker.rows_to_reopen())
            self._pause(PauseReason.CIRCUIT_BREAKER, error)

    async def _retry_later(self, job: Job, wait_s: float) -> None:
        job.number += 1
        self._targets.catch_up(job)
        if job.moved:
            self._let_others_go_on(job)
            if (following := self._entry.again(job)) is None:  # this model may have answered it before
                return
            job = following
        if await self._entry.afford(job):
            await self._flow.wait_or_drain(wait_s)
            await self._flow.reserve([job])

    async def _give_up(self) -> None:
        await self._flow.draining()
        self._entry.give_up()

    def _settle(self, job: Job, actual_usd: float | None) -> None:
        self._with.budget.settle(job.reserved_usd, actual_usd, job.stretched)
