"""The one owner of retries: error kind and attempts so far decide; nothing here sends, waits or stores."""

from collections.abc import Callable
from dataclasses import dataclass

from engine.backoff import DEFAULT_BACKOFF, Backoff
from engine.results import AttemptState, PauseReason
from handai_errors import ErrorKind, ProviderError, Retry

MAX_UNKNOWN_RETRIES = 1
MAX_REASKS = 2
MAX_LOCAL_CONNECTION_ATTEMPTS = 2

_MAYBE_BILLED = frozenset({ErrorKind.TIMEOUT, ErrorKind.CONNECTION, ErrorKind.MALFORMED_RESPONSE, ErrorKind.INTERNAL})
_PAUSES = {
    ErrorKind.AUTH: PauseReason.AUTH,
    ErrorKind.PERMISSION: PauseReason.AUTH,
    ErrorKind.CREDITS: PauseReason.CREDITS,
    ErrorKind.SPEND_CAP: PauseReason.CREDITS,
    ErrorKind.DAILY_QUOTA: PauseReason.DAILY_QUOTA,
    ErrorKind.MODEL_NOT_FOUND: PauseReason.CIRCUIT_BREAKER,
    ErrorKind.WRONG_ENDPOINT: PauseReason.CIRCUIT_BREAKER,
}
THROTTLES = frozenset({ErrorKind.RATE_LIMIT, ErrorKind.IN_FLIGHT_BUDGET})
PUSHBACK = THROTTLES | {ErrorKind.OVERLOADED}


@dataclass(frozen=True, slots=True)
class AttemptHistory:
    """What a row's step has cost so far: attempts that count, among them those with unknown outcome."""

    counted: int
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class RetryDecision:
    """What to do after a failed attempt: retry after `wait_s`, fail the row, or pause the run."""

    retry: bool = False
    wait_s: float = 0.0
    pause: PauseReason | None = None


def outcome_of(error: ProviderError) -> AttemptState:
    """Whether the attempt surely failed or may have been billed without an answer reaching us."""
    maybe = error.kind in _MAYBE_BILLED and not error.unsent
    return AttemptState.UNKNOWN if maybe else AttemptState.FAILED


def decide(
    error: ProviderError,
    history: AttemptHistory,
    *,
    max_attempts: int,
    local: bool,
    uniform: Callable[[float, float], float],
    backoff: Backoff = DEFAULT_BACKOFF,
) -> RetryDecision:
    """The decision after `error`; `history` includes the attempt that just failed."""
    rule = error.facts.retry
    if error.facts.pauses_run:
        return RetryDecision(pause=_PAUSES[error.kind])
    if rule is Retry.UNCOUNTED:
        return RetryDecision(retry=True, wait_s=error.retry_after_s or 0.0)
    if rule is Retry.NEVER or history.counted >= _bound(error, max_attempts, local=local):
        return RetryDecision()
    if outcome_of(error) is AttemptState.UNKNOWN and history.unknown > MAX_UNKNOWN_RETRIES:
        return RetryDecision()
    return RetryDecision(retry=True, wait_s=wait_s(history.counted, error.retry_after_s, uniform, backoff))


def _bound(error: ProviderError, max_attempts: int, *, local: bool) -> int:
    if error.kind is ErrorKind.INVALID_OUTPUT:
        return min(max_attempts, 1 + MAX_REASKS)
    if error.kind is ErrorKind.CONNECTION and error.unsent and local:
        return min(max_attempts, MAX_LOCAL_CONNECTION_ATTEMPTS)
    if error.facts.retry is Retry.ONCE and outcome_of(error) is not AttemptState.UNKNOWN:
        return min(max_attempts, 2)  # of unknown outcomes there is a count of their own
    return max_attempts


def wait_s(
    failures: int,
    retry_after_s: float | None,
    uniform: Callable[[float, float], float],
    backoff: Backoff = DEFAULT_BACKOFF,
) -> float:
    """Seconds to wait: the provider's wish, else exponential back-off with jitter."""
    return backoff.wait_s(failures, uniform) if retry_after_s is None else retry_after_s
