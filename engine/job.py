"""One model call on its way through the runner: what is sent, and how it is written down as it ends."""

from dataclasses import dataclass, field

from engine.pacer import NO_LEASE, Lease
from engine.prompts import correction, prompt_tokens_bound
from engine.results import Attempt, AttemptState, Reservation, RowResult, RowStatus
from engine.retry import AttemptHistory
from engine.steps import Step
from engine.tables.model import Row
from handai_errors import REPORT_FAULT, ErrorKind, ProviderError
from providers.base import AnswerForm, Completion, Message, Usage
from providers.values import value

REDRAWN = ""  # the key under which a redrawn row's sampled values are stored; no column has it


@value(frozen=True, slots=True)
class Member:
    """A row that a job asks for: which draw of it, and its values so far."""

    row: int
    values: Row
    draw: int = 0


@dataclass(slots=True)
class Job:
    """A step that still needs an answer, for one row or for several at once; `number` is the attempt to send next."""

    members: tuple[Member, ...]
    step: Step
    stored_step: int
    messages: tuple[Message, ...]
    request_hash: bytes
    number: int
    schema_tokens: int = 0
    digest: bytes = b""  # of its messages
    reserved_usd: float | None = None
    stretched: float = 1.0  # of the budget, as it was reserved
    counted: int = 0
    unknown: int = 0
    unreachable_since: float | None = None
    lease: Lease = NO_LEASE
    corrections: tuple[Message, ...] = ()
    form: AnswerForm = AnswerForm.TEXT
    without: frozenset[str] = frozenset()
    target: int = 0  # the place of the model that it is asked of; `fallback` names it where it is not the first
    fallback: str | None = None
    moved: bool = False  # to another model, since it was last looked up
    answer_key: bytes | None = None  # under which its answer is kept for whoever asks the same
    row: int = field(init=False)  # under which its attempts are recorded: the first one's
    is_single: bool = field(init=False)  # it asks for one row

    def __post_init__(self) -> None:
        self.row = self.members[0].row
        self.is_single = len(self.members) == 1

    @property
    def history(self) -> AttemptHistory:
        """What this execution has tried so far."""
        return AttemptHistory(self.counted, self.unknown)

    @property
    def bound_tokens(self) -> int:
        """An upper bound of the tokens that it sends, the JSON Schema among them."""
        return prompt_tokens_bound(self.messages + self.corrections) + self.schema_tokens

    @property
    def needs_json(self) -> bool:
        """Whether its answer has to be JSON: for its columns' sake, or because it is about several rows."""
        return self.step.json or not self.is_single

    def correct(self, error: ProviderError) -> None:
        """Show the model what was wrong with its answer when it is asked again."""
        self.corrections = correction(error)

    def reservation(self, now: float) -> Reservation:
        """The attempt as it is written before it is sent."""
        return Reservation(self.row, self.stored_step, self.number, now, self.reserved_usd)

    def ended(self, state: AttemptState, now: float, latency_s: float, error: ProviderError | None = None) -> Attempt:
        """The attempt as it ended without an answer."""
        return Attempt(
            self.row,
            self.stored_step,
            self.number,
            state,
            started_at=now,
            latency_s=latency_s,
            kind=error.kind if error else None,
            cause=error.cause if error else None,
            status=error.status if error else None,
            reserved_usd=self.reserved_usd,
            fallback=self.fallback,
        )

    def answered(
        self,
        state: AttemptState,
        now: float,
        completion: Completion,
        usage: Usage,
        error: ProviderError | None,
        fallback: str | None = None,
    ) -> Attempt:
        """The attempt as it ended with an answer, good or not; `fallback` is whom its provider switched to."""
        return Attempt(
            self.row,
            self.stored_step,
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
            generation=completion.id,
            fallback=fallback or self.fallback,
        )

    def failures(self, error: ProviderError, answered_at: float) -> list[RowResult]:
        """The end of its rows when no attempt succeeded; the raw answer is kept."""
        return [
            RowResult(
                member.row,
                self.stored_step,
                self.number,
                RowStatus.FAILED,
                raw=error.raw,
                kind=error.kind,
                cause=error.cause,
                remedy=error.remedy,
                request_hash=self.request_hash,
                answered_at=answered_at,
            )
            for member in self.members
        ]

    def done(
        self, member: Member, completion: Completion, values: Row, *, repaired: bool, is_last: bool, answered_at: float
    ) -> RowResult:
        """The end of a member's step when its answer is good."""
        if member.draw and self.step.index == 0:
            values = {**values, REDRAWN: dict(member.values)}
        return RowResult(
            member.row,
            self.stored_step,
            self.number,
            RowStatus.DONE,
            values=values,
            raw=completion.text if member is self.members[0] else None,
            finish_reason=completion.finish_reason,
            repaired=repaired,
            is_last=is_last,
            request_hash=self.request_hash if self.is_single else b"",
            answered_at=answered_at,
        )


def internal_failure(row: int, stored_step: int, error: Exception) -> RowResult:
    """The end of a row that Handai itself stumbled over."""
    cause = f"Handai could not handle this row: {type(error).__name__}."
    return RowResult(row, stored_step, 0, RowStatus.FAILED, kind=ErrorKind.INTERNAL, cause=cause, remedy=REPORT_FAULT)
