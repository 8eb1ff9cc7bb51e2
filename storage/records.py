"""What storage gives back: frozen values, never rows of a cursor."""

from dataclasses import dataclass
from typing import Any

from engine.results import RunStatus
from engine.spec import RunSpec
from engine.tables.model import ParseOptions, TableInfo


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A person's named group of runs; times are Unix seconds.

    `cost_usd` is what its runs cost as far as that is known; `cost_unknown` counts those of whose cost a part is not.
    """

    id: str
    name: str
    created_at: float
    used_at: float
    runs: int = 0
    note: str = ""
    pinned: bool = False
    cost_usd: float = 0.0
    cost_unknown: int = 0


@dataclass(frozen=True, slots=True)
class DatasetRecord:
    """A stored upload; `id` is the hash of its bytes and parse options."""

    id: str
    filename: str
    options: ParseOptions
    info: TableInfo
    bytes: int
    sample: bool
    created_at: float


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run as the catalogue knows it; `figures` are its counters when it last ended.

    `commits` is how many its file had seen at least, when its process last said so; `origin` tells of a run that was
    opened from a bundle where it is from.
    """

    id: str
    session_id: str
    name: str
    kind: str
    status: RunStatus
    reason: str | None
    cause: str | None
    remedy: str | None
    spec: RunSpec
    provider: str
    model: str
    dataset_id: str | None
    total: int
    preview: bool
    reuse_from: tuple[str, ...]
    export: dict[str, Any]
    figures: dict[str, Any]
    request: str | None
    created_at: float
    started_at: float | None
    finished_at: float | None
    commits: int = 0
    origin: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """Which process executes a run: its pid, and when it started in seconds since the machine's own start."""

    run_id: str
    pid: int
    pid_started: float


@dataclass(frozen=True, slots=True)
class Progress:
    """A run file's counters, always equal to its committed rows, and the running process's live state."""

    done: int
    failed: int
    cached: int
    repaired: int
    attempts: int
    first_attempts: int
    rate_limited: int
    unknown: int
    answers: int
    prompt_tokens: int
    completion_tokens: int
    tokens_unknown: int
    cost_usd: float
    cost_unknown: int
    invalid: int
    refused: int
    marked: int
    dropped: int
    fallbacks: int
    in_flight: int
    slots: int
    waiting: str | None
    rows_per_s: float | None
    updated_at: float


@dataclass(frozen=True, slots=True)
class StoredResult:
    """A row's result: `values` by answer key over all its steps, the rest from the last step.

    `status` is done, failed, or pending for a row between two steps. `redrawn` are the sampled values of a later
    draw; `verdict` (marked or dropped) and `note` say what its checks found;
    `similar_to` is the row whose answer it took because their texts are alike, by `similarity`;
    `stale` says that the answer was kept from a run that asked differently.
    """

    row: int
    step: int
    attempt: int
    status: str
    values: dict[str, Any] | None
    raw: str | None
    kind: str | None
    cause: str | None
    remedy: str | None
    finish_reason: str | None
    repaired: bool
    cached: bool
    committed_at: float
    draw: int = 0
    redrawn: dict[str, Any] | None = None
    verdict: str | None = None
    note: str | None = None
    similar_to: int | None = None
    similarity: float | None = None
    stale: bool = False


@dataclass(frozen=True, slots=True)
class StoredStep:
    """The result of one model call of a row, under its stored number; `redrawn` as in the row's result."""

    step: int
    status: str
    values: dict[str, Any] | None
    raw: str | None
    cause: str | None
    repaired: bool
    redrawn: dict[str, Any] | None = None
    verdict: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The good answer to one request, for another run with the same request."""

    values: dict[str, Any] | None
    raw: str | None
    finish_reason: str | None
    repaired: bool


@dataclass(frozen=True, slots=True)
class StoredAttempt:
    """One attempt as stored."""

    row: int
    step: int
    number: int
    state: str
    started_at: float
    latency_s: float | None
    kind: str | None
    cause: str | None
    status: int | None
    model: str | None
    upstream: str | None
    prompt_tokens: int | None
    completion_tokens: int | None
    cost_usd: float | None
    fallback: str | None = None


@dataclass(frozen=True, slots=True)
class AnsweredBy:
    """How many answers came from one model of one upstream provider; None is unsaid."""

    model: str | None
    upstream: str | None
    answers: int


@dataclass(frozen=True, slots=True)
class ErrorGroup:
    """The failed rows of one kind, with the newest cause and its remedy."""

    kind: str
    count: int
    cause: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Event:
    """A line of a run's log."""

    at: float
    level: str
    message: str
