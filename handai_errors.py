"""Every failure Handai can name, and what a person can do about it.

    HandaiError                    cause (what happened) + remedy (what to do)
    ├── InputError                 something the person gave can't be used; nothing was sent
    │   ├── TableError             the file: empty, unreadable, too large, password, not what its name says
    │   ├── SpecError              the settings: a column that is not there, no instructions, a bad number
    │   └── NotFoundError          no such run, session, dataset or provider
    ├── ConflictError              it is there, but not now: the run executes, the output exists
    ├── StorageError               the disk or the database
    │   ├── DiskFullError
    │   ├── DatabaseBusyError
    │   ├── NewerDatabaseError     written by a newer Handai: refused, untouched
    │   └── DamagedFileError
    └── ProviderError              one model call failed; `kind` decides what happens next

Kinds, never message text, decide what happens next.
"""

from dataclasses import dataclass
from enum import StrEnum

REPORT_FAULT = (
    "This is a fault in Handai, not in your data. Every finished row is safe: try again, and if it stays, report it "
    "with this message."
)


class ErrorKind(StrEnum):
    """What went wrong with one model call; the values are stable and stored."""

    AUTH = "auth"
    PERMISSION = "permission"
    MODERATION = "moderation"
    SPEND_CAP = "spend_cap"
    CREDITS = "credits"
    IN_FLIGHT_BUDGET = "in_flight_budget"
    RATE_LIMIT = "rate_limit"
    DAILY_QUOTA = "daily_quota"
    REQUEST_TOO_LARGE = "request_too_large"
    OVERLOADED = "overloaded"
    UPSTREAM = "upstream"
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    MODEL_NOT_FOUND = "model_not_found"
    WRONG_ENDPOINT = "wrong_endpoint"
    CONTEXT_LENGTH = "context_length"
    CONTENT_FILTER = "content_filter"
    REFUSAL = "refusal"
    LENGTH = "length"
    INVALID_OUTPUT = "invalid_output"
    UNSUPPORTED = "unsupported"
    INVALID_REQUEST = "invalid_request"
    MALFORMED_RESPONSE = "malformed_response"
    INTERNAL = "internal"


class Retry(StrEnum):
    """How often the same request may be sent again."""

    NEVER = "never"
    ONCE = "once"
    BOUNDED = "bounded"  # up to the run's max_attempts
    UNCOUNTED = "uncounted"  # waits as long as the provider asks, outside the row's attempts


@dataclass(frozen=True, slots=True)
class KindFacts:
    """How one kind is shown and handled: its plain-words title, retry rule and whether it pauses the run."""

    title: str
    retry: Retry
    pauses_run: bool = False


KIND_FACTS: dict[ErrorKind, KindFacts] = {
    ErrorKind.AUTH: KindFacts("The key was refused", Retry.NEVER, pauses_run=True),
    ErrorKind.PERMISSION: KindFacts("The key may not use this model or region", Retry.NEVER, pauses_run=True),
    ErrorKind.MODERATION: KindFacts("Blocked by the provider's moderation", Retry.NEVER),
    ErrorKind.SPEND_CAP: KindFacts("The provider's spending limit is reached", Retry.NEVER, pauses_run=True),
    ErrorKind.CREDITS: KindFacts("No credit left at the provider", Retry.NEVER, pauses_run=True),
    ErrorKind.IN_FLIGHT_BUDGET: KindFacts("Too much spending in flight", Retry.UNCOUNTED),
    ErrorKind.RATE_LIMIT: KindFacts("The provider limits the rate", Retry.UNCOUNTED),
    ErrorKind.DAILY_QUOTA: KindFacts("The daily quota is used up", Retry.NEVER, pauses_run=True),
    ErrorKind.REQUEST_TOO_LARGE: KindFacts("The row is too large for the per-minute limit", Retry.NEVER),
    ErrorKind.OVERLOADED: KindFacts("The provider is overloaded", Retry.BOUNDED),
    ErrorKind.UPSTREAM: KindFacts("The upstream provider failed", Retry.BOUNDED),
    ErrorKind.TIMEOUT: KindFacts("No answer in time", Retry.ONCE),
    ErrorKind.CONNECTION: KindFacts("No connection to the provider", Retry.BOUNDED),
    ErrorKind.MODEL_NOT_FOUND: KindFacts("The model is not served", Retry.NEVER, pauses_run=True),
    ErrorKind.WRONG_ENDPOINT: KindFacts(
        "The base URL is not a chat-completions endpoint", Retry.NEVER, pauses_run=True
    ),
    ErrorKind.CONTEXT_LENGTH: KindFacts("The row is too long for the model", Retry.NEVER),
    ErrorKind.CONTENT_FILTER: KindFacts("Blocked by the provider's content filter", Retry.NEVER),
    ErrorKind.REFUSAL: KindFacts("The model refused", Retry.NEVER),
    ErrorKind.LENGTH: KindFacts("The answer was cut off", Retry.NEVER),
    ErrorKind.INVALID_OUTPUT: KindFacts("The answer does not have the asked-for form", Retry.BOUNDED),
    ErrorKind.UNSUPPORTED: KindFacts("The model does not support a setting", Retry.NEVER),
    ErrorKind.INVALID_REQUEST: KindFacts("The provider rejected the request", Retry.NEVER),
    ErrorKind.MALFORMED_RESPONSE: KindFacts("The provider sent an unreadable answer", Retry.ONCE),
    ErrorKind.INTERNAL: KindFacts("A fault in Handai", Retry.NEVER),
}


class HandaiError(Exception):
    """Something a person can be told: what happened and what to do about it."""

    def __init__(self, cause: str, remedy: str = "") -> None:
        super().__init__(cause)
        self.cause = cause
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.cause} {self.remedy}".strip()


class InputError(HandaiError):
    """Something the person gave can't be used; nothing was sent."""


class TableError(InputError):
    """The uploaded table can't be read as what it claims to be."""


class SpecError(InputError):
    """The run's settings can't work."""


class NotFoundError(InputError):
    """No such run, session, dataset or provider."""


class ConflictError(HandaiError):
    """It exists, but can't be done now."""


class StorageError(HandaiError):
    """The disk or the database failed; what was committed is safe."""


class DiskFullError(StorageError):
    """No space left where Handai keeps its files."""


class DatabaseBusyError(StorageError):
    """Another program holds the database."""


class NewerDatabaseError(StorageError):
    """Written by a newer Handai; refused and left untouched."""


class DamagedFileError(StorageError):
    """A stored file is not what was written."""


class ProviderError(HandaiError):
    """One model call failed.

    `unsent` is true when the request surely never reached the provider, so nothing can have been billed;
    `retry_after_s` is the provider's own wish in seconds; `raw` is the provider's answer as text, redacted
    before it is stored; `parameter` names a request parameter that the model refuses; `usage_known` tokens
    travel with the completion, not here. A fault in Handai has its remedy by itself.
    """

    def __init__(
        self,
        kind: ErrorKind,
        cause: str,
        remedy: str = "",
        *,
        status: int | None = None,
        retry_after_s: float | None = None,
        unsent: bool = False,
        raw: str | None = None,
        parameter: str | None = None,
    ) -> None:
        super().__init__(cause, remedy or (REPORT_FAULT if kind is ErrorKind.INTERNAL else ""))
        self.kind = kind
        self.status = status
        self.retry_after_s = retry_after_s
        self.unsent = unsent
        self.raw = raw
        self.parameter = parameter

    @property
    def facts(self) -> KindFacts:
        """The title, retry rule and run-wide effect of this error's kind."""
        return KIND_FACTS[self.kind]
