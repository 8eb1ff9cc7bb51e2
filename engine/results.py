"""The values that travel from the runner to storage, and the protocol between the two."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from engine.tables.model import Cell
from handai_errors import ErrorKind
from providers.base import UNKNOWN_USAGE, Usage
from providers.values import value


class AttemptState(StrEnum):
    """`reserved` is written before sending; `unknown` may have been billed without an answer reaching us."""

    RESERVED = "reserved"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


class RowStatus(StrEnum):
    """The two ends of a row; a row without either is pending."""

    DONE = "done"
    FAILED = "failed"


class PauseReason(StrEnum):
    """Why a run waits for a person."""

    USER = "user"
    BUDGET = "budget"
    CREDITS = "credits"
    AUTH = "auth"
    DAILY_QUOTA = "daily_quota"
    CIRCUIT_BREAKER = "circuit_breaker"
    DISK_FULL = "disk_full"
    DB_LOCKED = "db_locked"


class RunStatus(StrEnum):
    """Where a run stands; see docs/architecture.md for what each allows."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    STOPPING = "stopping"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"
    COMPLETED = "completed"
    PARTIAL = "partial"
    FAILED = "failed"

    @property
    def is_live(self) -> bool:
        """Whether a process should be executing it."""
        return self in {RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.PAUSING, RunStatus.STOPPING}

    @property
    def is_resumable(self) -> bool:
        """Whether rows may be pending and nobody is asking for them."""
        return self in {RunStatus.PAUSED, RunStatus.STOPPED, RunStatus.INTERRUPTED}


class Reservation(NamedTuple):
    """One request before it is sent; `reserved_usd` is the most that it can cost, None without a cap."""

    row: int
    step: int
    number: int
    started_at: float
    reserved_usd: float | None = None

    @property
    def key(self) -> tuple[int, int, int]:
        """What tells it from every other."""
        return self.row, self.step, self.number


@value(frozen=True, slots=True)
class Attempt:
    """One request for one step; `row` counts from 0, `number` from 1; `started_at` is a Unix time in seconds."""

    row: int
    step: int
    number: int
    state: AttemptState
    started_at: float
    latency_s: float | None = None
    kind: ErrorKind | None = None
    cause: str | None = None
    status: int | None = None
    model: str | None = None
    upstream: str | None = None
    usage: Usage = UNKNOWN_USAGE
    reserved_usd: float | None = None
    generation: str | None = None  # under what the provider can be asked about the answer
    fallback: str | None = None  # the model that was asked in place of the run's own


@value(frozen=True, slots=True)
class RowResult:
    """How a row's step ended: values by column, or the kind and cause of its failure with the raw answer kept."""

    row: int
    step: int
    attempt: int
    status: RowStatus
    values: dict[str, Cell] | None = None
    raw: str | None = None
    kind: ErrorKind | None = None
    cause: str | None = None
    remedy: str | None = None
    finish_reason: str | None = None
    repaired: bool = False
    cached: bool = False
    is_last: bool = True  # the row is done with it; earlier steps of a row are kept, and don't count
    request_hash: bytes = b""
    similar_to: int | None = None  # the row whose answer this is, taken because their texts are alike
    similarity: float | None = None
    answered_at: float = 0.0  # time.monotonic() when the answer was there; 0 when nobody asked


@dataclass(frozen=True, slots=True)
class LiveState:
    """What only the running process knows: requests in flight, the limit now, and why it is not more."""

    in_flight: int = 0
    limit: int = 0
    waiting: str | None = None


class ResultSink(Protocol):
    """Where the runner's outcomes become durable; one writer, group commits, in the order of the calls.

    Every method but `room`, `reserve` and `flush` returns at once; those raise StorageError when the disk fails.
    """

    async def reserve(self, requests: Sequence[Reservation], *, at_once: bool = False) -> None:
        """Return when the requests are on the disk as reserved; `at_once` if nothing else could be sent meanwhile."""
        ...

    def hurry(self) -> None:
        """Have reservations that are waited for written soon: nothing is left that could be sent meanwhile."""
        ...

    async def room(self) -> None:
        """Return when another answer may be asked for: the queue of undurable results is bounded."""
        ...

    def sending(self, row: int) -> None:
        """Note that a reserved request for this row leaves now: a kill must not take those that stayed for billed."""
        ...

    def attempt_ended(self, attempt: Attempt) -> None:
        """Record how an attempt ended."""
        ...

    def release(self, requests: Sequence[Reservation]) -> None:
        """Forget reservations that were never sent."""
        ...

    def put(self, result: RowResult) -> None:
        """Store a row's result; it counts once it is committed."""
        ...

    def reopen(self, rows: Sequence[int]) -> None:
        """Make failed rows pending again."""
        ...

    def judged(
        self, verdicts: Sequence[tuple[int, int, str, str]], place: str, spent: Sequence[RowResult] = ()
    ) -> None:
        """Record how far draws are judged, with (row, draw, verdict, cause) of those not simply accepted, as one.

        A refused one makes its row pending again; the row of a `spent` one ends with it.
        """
        ...

    def remember(self, key: str, value: str) -> None:
        """Keep a fact about the run; the last one of a key holds."""
        ...

    def columns(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Record the output columns, (answer key, column name) in order."""
        ...

    def event(self, level: str, message: str) -> None:
        """Add a line to the run's log."""
        ...

    def live(self, state: LiveState) -> None:
        """Publish the state for whoever watches."""
        ...

    async def flush(self) -> None:
        """Return when everything handed over is on the disk."""
        ...
