"""Retries: for every kind, sent or not, near or far, what happens next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.results import AttemptState, PauseReason
from engine.retry import AttemptHistory, RetryDecision, decide, outcome_of, wait_s
from handai_errors import KIND_FACTS, ErrorKind, ProviderError, Retry

NEVER = (
    ErrorKind.MODERATION,
    ErrorKind.REQUEST_TOO_LARGE,
    ErrorKind.CONTEXT_LENGTH,
    ErrorKind.CONTENT_FILTER,
    ErrorKind.REFUSAL,
    ErrorKind.LENGTH,
    ErrorKind.UNSUPPORTED,
    ErrorKind.INVALID_REQUEST,
    ErrorKind.INTERNAL,
)
PAUSING = {
    ErrorKind.AUTH: PauseReason.AUTH,
    ErrorKind.PERMISSION: PauseReason.AUTH,
    ErrorKind.SPEND_CAP: PauseReason.CREDITS,
    ErrorKind.CREDITS: PauseReason.CREDITS,
    ErrorKind.DAILY_QUOTA: PauseReason.DAILY_QUOTA,
    ErrorKind.MODEL_NOT_FOUND: PauseReason.CIRCUIT_BREAKER,
    ErrorKind.WRONG_ENDPOINT: PauseReason.CIRCUIT_BREAKER,
}
UNCOUNTED = (ErrorKind.RATE_LIMIT, ErrorKind.IN_FLIGHT_BUDGET)
# kind → requests in all with max_attempts 6: (sent, unsent, unsent to this computer)
REQUESTS = {
    ErrorKind.OVERLOADED: (6, 6, 6),
    ErrorKind.UPSTREAM: (6, 6, 6),
    ErrorKind.CONNECTION: (2, 6, 2),
    ErrorKind.TIMEOUT: (2, 2, 2),
    ErrorKind.MALFORMED_RESPONSE: (2, 2, 2),
    ErrorKind.INVALID_OUTPUT: (3, 3, 3),
}


def after(error: ProviderError, counted: int, unknown: int = 0, *, local: bool = False, most: int = 6) -> RetryDecision:
    history = AttemptHistory(counted, unknown)
    return decide(error, history, max_attempts=most, local=local, uniform=lambda _low, high: high)


def requests_made(kind: ErrorKind, *, unsent: bool = False, local: bool = False, most: int = 6) -> int:
    """How often a row is asked when every request ends alike."""
    error, counted, unknown = ProviderError(kind, "x", unsent=unsent), 0, 0
    while counted < 50:
        counted += 1
        unknown += outcome_of(error) is AttemptState.UNKNOWN
        if not after(error, counted, unknown, local=local, most=most).retry:
            return counted
    raise AssertionError("it would be asked for ever")


def test_the_tables_here_cover_every_kind() -> None:
    assert {*NEVER, *PAUSING, *UNCOUNTED, *REQUESTS} == set(ErrorKind) == set(KIND_FACTS)


@pytest.mark.parametrize("local", [False, True])
@pytest.mark.parametrize("unsent", [False, True])
@pytest.mark.parametrize("kind", NEVER)
def test_what_the_row_is_to_blame_for_is_asked_once(kind: ErrorKind, *, unsent: bool, local: bool) -> None:
    assert requests_made(kind, unsent=unsent, local=local) == 1


@pytest.mark.parametrize("unsent", [False, True])
@pytest.mark.parametrize("kind", PAUSING)
def test_what_would_fail_every_row_pauses_the_run(kind: ErrorKind, *, unsent: bool) -> None:
    error = ProviderError(kind, "x", unsent=unsent, retry_after_s=1.0)
    assert after(error, 1) == RetryDecision(pause=PAUSING[kind])


@pytest.mark.parametrize("kind", UNCOUNTED)
def test_a_throttled_row_waits_as_long_as_it_takes(kind: ErrorKind) -> None:
    assert after(ProviderError(kind, "x", retry_after_s=33.0), 1000, most=1) == RetryDecision(retry=True, wait_s=33.0)
    assert after(ProviderError(kind, "x"), 1000, most=1).retry


@pytest.mark.parametrize("kind", REQUESTS)
def test_the_provider_s_trouble_is_tried_again_within_bounds(kind: ErrorKind) -> None:
    made = (
        requests_made(kind),
        requests_made(kind, unsent=True),
        requests_made(kind, unsent=True, local=True),
    )
    assert made == REQUESTS[kind]


@pytest.mark.parametrize("kind", REQUESTS)
def test_max_attempts_one_means_one(kind: ErrorKind) -> None:
    assert requests_made(kind, most=1) == requests_made(kind, unsent=True, local=True, most=1) == 1


@pytest.mark.parametrize("kind", ErrorKind)
def test_only_a_request_that_may_have_arrived_can_have_been_billed(kind: ErrorKind) -> None:
    maybe = {ErrorKind.TIMEOUT, ErrorKind.CONNECTION, ErrorKind.MALFORMED_RESPONSE, ErrorKind.INTERNAL}
    assert (outcome_of(ProviderError(kind, "x")) is AttemptState.UNKNOWN) == (kind in maybe)
    assert outcome_of(ProviderError(kind, "x", unsent=True)) is AttemptState.FAILED


@pytest.mark.parametrize("kind", [ErrorKind.TIMEOUT, ErrorKind.MALFORMED_RESPONSE, ErrorKind.CONNECTION])
def test_an_unknown_outcome_is_tried_once_again_also_after_other_trouble(kind: ErrorKind) -> None:
    error = ProviderError(kind, "x")
    assert after(error, counted=3, unknown=1).retry
    assert not after(error, counted=4, unknown=2).retry


@given(st.lists(st.sampled_from(list(REQUESTS)), min_size=8), st.integers(1, 8))
def test_no_mix_of_troubles_asks_more_than_allowed(kinds: list[ErrorKind], most: int) -> None:
    counted = unknown = 0
    for kind in kinds:
        error = ProviderError(kind, "x")
        counted += 1
        unknown += outcome_of(error) is AttemptState.UNKNOWN
        if not after(error, counted, unknown, most=most).retry:
            break
    assert counted <= most
    assert unknown <= 2


@pytest.mark.parametrize("kind", [*REQUESTS, *UNCOUNTED])
def test_the_provider_s_wish_is_kept_exactly(kind: ErrorKind) -> None:
    assert after(ProviderError(kind, "x", retry_after_s=7.5), 1, 1).wait_s == 7.5


@given(st.integers(1, 20), st.floats(0, 1))
def test_back_off_has_full_jitter_within_its_bounds(failures: int, chance: float) -> None:
    asked: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        asked.append((low, high))
        return low + (high - low) * chance

    waited = wait_s(failures, None, uniform)
    assert asked == [(0.0, min(60.0, 2.0 ** (failures - 1)))]
    assert 0 <= waited <= 60


def test_facts_and_decisions_agree_on_what_pauses() -> None:
    assert {kind for kind, facts in KIND_FACTS.items() if facts.pauses_run} == set(PAUSING)
    assert {kind for kind, facts in KIND_FACTS.items() if facts.retry is Retry.UNCOUNTED} == set(UNCOUNTED)
