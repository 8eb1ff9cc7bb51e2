"""The bench's rate limit: it allows what it says, and tells of it in words that a client can read."""

import pytest

from bench.bucket import DIALECTS, Bucket
from providers.rate_limits import rate_limits_from, retry_after_from


def test_a_bucket_allows_its_burst_and_then_its_rate() -> None:
    bucket = Bucket(rate=10, burst=5)

    at_once = sum(bucket.take(1.0) for _ in range(20))
    in_the_next_second = sum(bucket.take(1.0 + tick / 100) for tick in range(1, 101))

    assert at_once == 5
    assert in_the_next_second in {9, 10}


@pytest.mark.parametrize("dialect", ["openai", "groq", "anthropic", "headers-only"])
def test_what_is_left_can_be_read_from_an_answers_headers(dialect: str) -> None:
    bucket = Bucket(rate=10, burst=5)
    bucket.take(1.0)

    limits = rate_limits_from(DIALECTS[dialect].told(bucket))

    assert limits is not None
    assert limits.requests is not None
    assert (limits.requests.limit, limits.requests.remaining) == (5, 4)


@pytest.mark.parametrize("dialect", ["openai", "groq", "anthropic", "retry-after", "openrouter"])
def test_a_refusal_says_how_long_to_wait(dialect: str) -> None:
    bucket = Bucket(rate=10, burst=1)
    bucket.take(1.0)

    headers, _ = DIALECTS[dialect].refusal(bucket)

    wait_s = retry_after_from(headers)
    assert wait_s is not None
    assert 0 < wait_s <= 1.1


def test_without_a_dialect_nothing_is_said() -> None:
    bucket = Bucket(rate=10, burst=1)

    assert DIALECTS["none"].told(bucket) == {}
    assert DIALECTS["none"].refusal(bucket) == ({}, None)
