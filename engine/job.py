"""One row on its way through the runner, and the reader that makes such jobs from rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.columns import Output
from engine.outputs import declared_outputs
from engine.prompts import prompt_tokens_bound, render_messages, request_hash
from engine.results import Attempt, AttemptState, RowResult, RowStatus
from engine.retry import AttemptHistory
from engine.spec import RunSpec
from engine.tables.model import Cell, Row
from handai_errors import ErrorKind, ProviderError
from providers.base import Completion, CompletionRequest, Message, Usage


@dataclass(slots=True)
class Job:
    """A row's step that still needs an answer; `number` is the attempt to send next."""

    row: int
    messages: tuple[Message, ...]
    request_hash: bytes
    number: int
    bound_tokens: int
    reserved_usd: float | None = None
    counted: int = 0
    unknown: int = 0
    unreachable_since: float | None = None
    step: int = 0

    @property
    def history(self) -> AttemptHistory:
        """What this execution has tried so far."""
        return AttemptHistory(self.counted, self.unknown)

    def reservation(self, now: float) -> Attempt:
        """The attempt as it is written before it is sent."""
        return Attempt(
            self.row, self.step, self.number, AttemptState.RESERVED, started_at=now, reserved_usd=self.reserved_usd
        )

    def ended(self, state: AttemptState, now: float, latency_s: float, error: ProviderError | None = None) -> Attempt:
        """The attempt as it ended without an answer."""
        return Attempt(
            self.row,
            self.step,
            self.number,
            state,
            started_at=now,
            latency_s=latency_s,
            kind=error.kind if error else None,
            cause=error.cause if error else None,
            status=error.status if error else None,
            reserved_usd=self.reserved_usd,
        )

    def answered(
        self, state: AttemptState, now: float, completion: Completion, usage: Usage, error: ProviderError | None
    ) -> Attempt:
        """The attempt as it ended with an answer, good or not."""
        return Attempt(
            self.row,
            self.step,
            self.number,
            state,
            started_at=now,
            latency_s=completion.latency_s,
            kind=error.kind if error else None,
            cause=error.cause if error else None,
            status=200,
            model=completion.model,
            upstream=completion.upstream,
            usage=usage,
            reserved_usd=self.reserved_usd,
        )

    def failure(self, error: ProviderError, answered_at: float) -> RowResult:
        """The row's end when no attempt succeeded; the raw answer is kept."""
        return RowResult(
            self.row,
            self.step,
            self.number,
            RowStatus.FAILED,
            raw=error.raw,
            kind=error.kind,
            cause=error.cause,
            remedy=error.remedy,
            request_hash=self.request_hash,
            answered_at=answered_at,
        )


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What the engine needs to know of a run: its spec, the columns the model sees, attempts made so far by row."""

    spec: RunSpec
    columns: tuple[str, ...]
    attempts_so_far: Mapping[int, int] = field(default_factory=dict)

    @property
    def outputs(self) -> Sequence[Output]:
        """The declared outputs, or the one text column."""
        return declared_outputs(self.spec)

    def job(self, index: int, row: Row) -> Job:
        """The job of the row at `index`."""
        model = self.spec.model
        messages = render_messages(self.spec.prompt, self.columns, row, json_mode=model.json_mode, outputs=self.outputs)
        return Job(
            index,
            messages,
            request_hash(model, messages),
            number=self.attempts_so_far.get(index, 0) + 1,
            bound_tokens=prompt_tokens_bound(messages),
        )

    def request(self, job: Job) -> CompletionRequest:
        """The model call of a job."""
        model = self.spec.model
        return CompletionRequest(
            model=model.model,
            messages=job.messages,
            temperature=model.temperature,
            max_tokens=model.max_tokens,
            json_mode=model.json_mode,
            seed=model.seed,
            timeout_s=self.spec.limits.timeout_s,
        )


def done_result(
    job: Job, completion: Completion, values: dict[str, Cell], *, repaired: bool, answered_at: float
) -> RowResult:
    """The row's end when its answer is good."""
    return RowResult(
        job.row,
        job.step,
        job.number,
        RowStatus.DONE,
        values=values,
        raw=completion.text,
        finish_reason=completion.finish_reason,
        repaired=repaired,
        request_hash=job.request_hash,
        answered_at=answered_at,
    )


def internal_failure(row: int, error: Exception) -> RowResult:
    """The end of a row that Handai itself stumbled over."""
    cause = f"Handai could not handle this row: {type(error).__name__}."
    return RowResult(row, 0, 0, RowStatus.FAILED, kind=ErrorKind.INTERNAL, cause=cause, remedy="Please report it.")
