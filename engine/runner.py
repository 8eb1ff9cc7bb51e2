"""The runner: workers take slots, send, judge the answers and hand them to the one writer."""

import asyncio
from collections.abc import Iterable

from engine.answers import judge_answer
from engine.breaker import PROVIDER_KINDS, Breaker
from engine.budget import plausible
from engine.entry import Entry
from engine.feeder import Feeder
from engine.fitting import to_json
from engine.flow import Collaborators, Flow, RunEnd
from engine.job import Job, Member
from engine.limiter import LimiterClosedError
from engine.parsing import Parsed
from engine.plan import RunPlan
from engine.results import AttemptState, PauseReason
from engine.retry import PUSHBACK, THROTTLES, decide, outcome_of
from engine.switches import Switches
from engine.tables.model import Row
from handai_errors import ErrorKind, ProviderError, StorageError
from providers.base import Completion, Usage
from providers.redact import redact

_LIVE_INTERVAL_S = 0.5
# What one row, or the length of many, can do to an answer about several.
_ANSWERS_FAULT = frozenset(
    {ErrorKind.INVALID_OUTPUT, ErrorKind.LENGTH, ErrorKind.CONTEXT_LENGTH, ErrorKind.REFUSAL, ErrorKind.CONTENT_FILTER}
)


class Runner:
    """One execution of one run."""

    def __init__(self, plan: RunPlan, collaborators: Collaborators) -> None:
        self._plan = plan
        self._with = collaborators
        self._flow = Flow(collaborators, plan.numbering, plan.rows_per_call)
        self._entry = Entry(plan, self._flow)
        self._breaker = Breaker()
        self._given_up = False
        self._told_of_length = False
        self._switches = Switches(plan.spec.model.model, plan.spec.model.fallbacks)
        self._workers: list[asyncio.Task[None]] = []
        self._heard_at = float("-inf")

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
        async with asyncio.TaskGroup() as group:
            live = group.create_task(self._publish())
            self._workers = [group.create_task(self._work(group)) for _ in range(self._with.limiter.ceiling)]
            try:
                for row, draw, values in self._with.judged.unjudged:
                    self._flow.judge(row, draw, values)
                await Feeder(self._plan, self._flow, self._entry).feed(iter(rows))
                await self._flow.wait_until_settled()
            finally:
                live.cancel()
                self._flow.release_ready()  # only a run that breaks off has any
                for _ in self._workers:
                    self._flow.ready.put_nowait(None)
        self._publish_diversity()
        try:
            await self._with.sink.flush()
        except StorageError as error:
            self._flow.storage_failed(error)
        return self._flow.end

    async def _work(self, group: asyncio.TaskGroup) -> None:
        while (job := await self._flow.ready.get()) is not None:
            try:
                await self._with.sink.room()
                await self._with.limiter.acquire()
            except LimiterClosedError:
                self._flow.release(job)
            except StorageError as error:
                self._flow.storage_failed(error)
                self._flow.release(job)
            except asyncio.CancelledError:
                self._flow.release(job)
                raise
            else:
                await self._attempt(job, group)

    async def _attempt(self, job: Job, group: asyncio.TaskGroup) -> None:
        started, began = self._with.wall(), self._with.clock()
        try:
            job.form, job.without = self._with.forms.current, self._with.left_out.names
            completion = await self._with.client.complete(self._plan.request(job))
        except asyncio.CancelledError as error:
            if not _is_cancelled():  # a library's own, which would end this worker without a word
                self._refused(job, _stumbled(error), started, self._with.clock() - began, group)
                return
            self._with.sink.attempt_ended(job.ended(AttemptState.UNKNOWN, started, self._with.clock() - began))
            self._settle(job, None)
            self._flow.finish(len(job.members))
            raise
        except ProviderError as error:
            self._refused(job, error, started, self._with.clock() - began, group)
        except Exception as error:  # noqa: BLE001 an adapter's fault is one row's failure, never the run's
            self._refused(job, _stumbled(error), started, self._with.clock() - began, group)
        else:
            self._answered(job, completion, started, group)
        finally:
            self._with.limiter.release()

    def _answered(self, job: Job, completion: Completion, started: float, group: asyncio.TaskGroup) -> None:
        self._heard_at = self._with.clock()
        self._with.limiter.succeeded(completion.rate_limits)
        if (note := self._switches.note(completion.model)) is not None:
            self._with.sink.event("warning", note)
        usage, found = self._judge(job, completion)
        self._settle(job, usage.cost_usd)
        good = [(member, parsed) for member, parsed in found if isinstance(parsed, Parsed)]
        bad = [(member, error) for member, error in found if isinstance(error, ProviderError)]
        state = AttemptState.DONE if good else AttemptState.FAILED
        self._with.sink.attempt_ended(job.answered(state, started, completion, usage, bad[0][1] if bad else None))
        for member, parsed in good:
            self._keep(job, member, completion, parsed, group)
        if good:
            self._breaker.record([member.row for member, _ in good], None)
        if good and bad:
            job.counted += 1
            for member, _ in bad:
                self._ask_alone(job, member, group)
        elif bad:
            job.correct(bad[0][1])
            self._after_failure(job, bad[0][1], group)

    def _keep(self, job: Job, member: Member, completion: Completion, parsed: Parsed, group: asyncio.TaskGroup) -> None:
        is_last = job.step.index + 1 == len(self._plan.steps)
        answered_at = self._with.clock()
        result = job.done(
            member, completion, parsed.values, repaired=parsed.repaired, is_last=is_last, answered_at=answered_at
        )
        self._flow.keep(result)
        if self._with.similar is not None:
            self._with.similar.add(job, result)
        following = self._entry.next(job, member, parsed.values)
        if following is not None:
            group.create_task(self._go_on(following))

    async def _go_on(self, job: Job) -> None:
        """A row's next step; what it builds on is committed before the reservation is."""
        if await self._entry.afford(job):
            await self._flow.reserve([job])

    def _ask_alone(self, job: Job, member: Member, group: asyncio.TaskGroup) -> None:
        """One of several rows asked together has no good answer: it is asked on its own, once at least."""
        alone = self._plan.job([member], job.step.index)
        if member is job.members[0]:
            alone.number = job.number
        alone.counted = min(job.counted, self._plan.spec.limits.max_attempts - 1)
        group.create_task(self._retry_later(alone, 0.0))

    def _judge(self, job: Job, completion: Completion) -> tuple[Usage, list[tuple[Member, Parsed | ProviderError]]]:
        usage = Usage()
        try:
            usage = plausible(self._with.cost(plausible(completion.usage)))
            return usage, judge_answer(job, completion)
        except ProviderError as error:
            return usage, [(member, error) for member in job.members]
        except Exception as error:  # noqa: BLE001 our own fault over one answer is one row's failure too
            return usage, [(member, _stumbled(error, completion.text)) for member in job.members]

    def _refused(
        self, job: Job, error: ProviderError, started: float, latency_s: float, group: asyncio.TaskGroup
    ) -> None:
        self._note_reach(job, error)
        state = outcome_of(error)
        job.unknown += state is AttemptState.UNKNOWN
        self._settle(job, None if state is AttemptState.UNKNOWN else 0.0)
        self._with.sink.attempt_ended(job.ended(state, started, latency_s, error))
        if (note := self._learnt(job, error)) is not None:
            self._ask_otherwise(job, note, group)
            return
        if error.kind in PUSHBACK:
            gate = error.kind in THROTTLES or error.retry_after_s is not None
            self._with.limiter.pushed_back(error.retry_after_s, error.facts.title.lower(), gate=gate)
        self._after_failure(job, error, group)

    def _learnt(self, job: Job, error: ProviderError) -> str | None:
        """What a refusal taught about how this model is asked; None when it is no such refusal."""
        form = self._with.forms.step_down(job.form, error) if job.needs_json else None
        return form if form is not None else self._with.left_out.learn(job.without, error)

    def _ask_otherwise(self, job: Job, note: str, group: asyncio.TaskGroup) -> None:
        """The server doesn't take this form of JSON or this setting: it is asked at once as it wants to be asked."""
        if note:
            self._with.sink.event("warning", note)
            self._with.sink.remember("answer_form", self._with.forms.current)
            self._with.sink.remember("left_out", str(self._with.left_out))
        group.create_task(self._retry_later(job, 0.0))

    def _after_failure(self, job: Job, error: ProviderError, group: asyncio.TaskGroup) -> None:
        job.counted += error.kind not in THROTTLES
        limits = self._plan.spec.limits
        decision = decide(
            error,
            job.history,
            max_attempts=limits.max_attempts,
            local=self._with.local,
            uniform=self._with.uniform,
            backoff=limits.backoff,
        )
        if decision.pause:
            self._pause(decision.pause, error)
        elif decision.retry and not self._flow.is_draining:
            group.create_task(self._retry_later(job, decision.wait_s))
            return
        elif not decision.retry and self._server_is_dead(job, error):
            self._pause(PauseReason.CIRCUIT_BREAKER, error)
        elif not decision.retry and not job.is_single and error.kind in _ANSWERS_FAULT:
            for member in job.members:
                self._ask_alone(job, member, group)
            return
        elif not decision.retry and not (self._given_up and error.kind in PROVIDER_KINDS):
            self._fail(job, error)
            return
        self._flow.finish(len(job.members))

    def _fail(self, job: Job, error: ProviderError) -> None:
        for member, failure in zip(job.members, job.failures(error, self._with.clock()), strict=True):
            self._flow.row_failed(member.row, member.draw, failure)
        if error.kind is ErrorKind.CONTEXT_LENGTH and not self._told_of_length:
            self._told_of_length = True
            self._with.sink.event("warning", f"Row {job.row + 1} is too long for the model. {error}")
        self._watch(job, error)

    def _note_reach(self, job: Job, error: ProviderError) -> None:
        if error.status is not None:
            self._heard_at = self._with.clock()
        elif error.kind is ErrorKind.CONNECTION and error.unsent and job.unreachable_since is None:
            job.unreachable_since = self._with.clock()

    def _server_is_dead(self, job: Job, error: ProviderError) -> bool:
        """Whether nobody has answered any row since this one was first tried: the row is not to blame."""
        since = job.unreachable_since
        return error.kind is ErrorKind.CONNECTION and error.unsent and since is not None and self._heard_at < since

    def _pause(self, reason: PauseReason, error: ProviderError) -> None:
        if not self._flow.is_draining:
            self._with.sink.event("error", f"Paused. {error.facts.title}: {error}")
        self._flow.drain(RunEnd(pause=reason, why=error))

    def _watch(self, job: Job, error: ProviderError) -> None:
        if self._breaker.record([member.row for member in job.members], error.kind) and not self._given_up:
            self._given_up = True
            self._with.sink.reopen(self._breaker.rows_to_reopen())
            self._pause(PauseReason.CIRCUIT_BREAKER, error)

    async def _retry_later(self, job: Job, wait_s: float) -> None:
        job.number += 1
        if await self._entry.afford(job):
            await self._flow.wait_or_drain(wait_s)
            await self._flow.reserve([job])

    def _settle(self, job: Job, actual_usd: float | None) -> None:
        self._with.budget.settle(job.reserved_usd, actual_usd)

    async def _publish(self) -> None:
        while True:
            self._with.sink.live(self._with.limiter.live)
            self._publish_diversity()
            await asyncio.sleep(_LIVE_INTERVAL_S)

    def _publish_diversity(self) -> None:
        if (diversity := self._with.judged.diversity) is not None:
            self._with.sink.remember("diversity", to_json(diversity().model_dump()))


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _stumbled(error: BaseException, raw: str | None = None) -> ProviderError:
    return ProviderError(ErrorKind.INTERNAL, f"Handai stumbled: {type(error).__name__}: {redact(str(error))}", raw=raw)
