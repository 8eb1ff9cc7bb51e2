"""Answers that need not be paid for: an earlier run's, one that was kept, a similar row's, one that is on its way."""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from engine.answer_key import AnswerKeys
from engine.answers import judge_answer
from engine.job import Job, Member
from engine.parsing import Parsed
from engine.plan import RunPlan
from engine.results import ResultSink, RowResult
from engine.similar import SimilarAnswers
from engine.targets import Targets
from handai_errors import ProviderError, StorageError
from providers.base import Completion

Reuse = Callable[[Job], RowResult | None]


class AnswerStore(Protocol):
    """Where good answers are kept for whoever asks the same again; neither method raises or waits for a disk."""

    def find(self, key: bytes) -> Completion | None:
        """The answer that is kept under a key."""
        ...

    def keep(self, key: bytes, completion: Completion) -> None:
        """Keep an answer."""
        ...


class KnownAnswers:
    """Looks for the answer to a job before it is asked; requests that are equal wait for the first of them."""

    def __init__(
        self,
        plan: RunPlan,
        targets: Targets,
        sink: ResultSink,
        reuse: Reuse | None,
        similar: SimilarAnswers | None,
        store: AnswerStore | None,
    ) -> None:
        self._keys = AnswerKeys(plan)
        self._anew = plan.anew
        self._targets = targets
        self._sink = sink
        self._reuse = reuse
        self._similar = similar
        self._store = store
        self._told_of_reuse = False
        self._waiting: dict[bytes, list[Job]] = {}  # by the key that another job is asking for

    def find(self, job: Job) -> RowResult | None:
        """The answer as this row's result; None where nobody has one."""
        if job.row in self._anew:
            return None
        known = self._of_earlier_run(job) or self._kept(job)
        return known if known is not None or self._similar is None else self._similar.find(job)

    def wait(self, job: Job) -> bool:
        """Whether the same is being asked already, so that this job waits for it; if not, others wait for this one."""
        if job.answer_key is None:
            return False
        waiting = self._waiting.get(job.answer_key)
        if waiting is None:
            self._waiting[job.answer_key] = []
            return False
        waiting.append(job)
        return True

    def keep(self, job: Job, completion: Completion, result: RowResult) -> None:
        """Take in a good answer."""
        if self._store is not None and job.answer_key is not None:
            self._store.keep(job.answer_key, completion)
        if self._similar is not None:
            self._similar.add(job, result)

    def ended(self, job: Job) -> list[Job]:
        """The jobs that have waited for this one, now that it is answered or given up."""
        key, job.answer_key = job.answer_key, None
        return self._waiting.pop(key, []) if key is not None else []

    def give_up(self) -> list[Job]:
        """Every job that waits, as the run drains."""
        found = [job for jobs in self._waiting.values() for job in jobs]
        self._waiting.clear()
        return found

    def _kept(self, job: Job) -> RowResult | None:
        if self._store is None:
            return None
        job.answer_key = self._keys.key(job, self._targets.of(job).model)
        completion = self._store.find(job.answer_key) if job.answer_key is not None else None
        return _as_result(job, completion) if completion is not None else None

    def _of_earlier_run(self, job: Job) -> RowResult | None:
        if self._reuse is None or not job.is_single or job.members[0].draw:
            return None
        try:
            return self._reuse(job)
        except StorageError as error:  # an earlier run's file: the model can still be asked
            if not self._told_of_reuse:
                self._told_of_reuse = True
                self._sink.event("warning", f"Earlier answers can't be taken over. {error}")
            return None


def _as_result(job: Job, completion: Completion) -> RowResult | None:
    """A kept answer, judged as a fresh one would be."""
    try:
        [(member, parsed)] = judge_answer(job, completion)
    except ProviderError:
        return None
    if not isinstance(parsed, Parsed):
        return None
    return replace(_done(job, member, completion, parsed), attempt=0, cached=True)


def _done(job: Job, member: Member, completion: Completion, parsed: Parsed) -> RowResult:
    return job.done(member, completion, parsed.values, repaired=parsed.repaired, is_last=True, answered_at=0.0)
