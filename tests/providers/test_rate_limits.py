from datetime import UTC, datetime

import pytest

from providers.base import Allowance, RateLimits
from providers.rate_limits import parse_wait, rate_limits_from, retry_after_from

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("12", 12.0),
        ("0.5", 0.5),
        ("6m0s", 360.0),
        ("1.5s", 1.5),
        ("20ms", 0.02),
        ("1h2m3s", 3723.0),
        ("2d", 172800.0),
        ("Sat, 21 Nov 2026 12:00:30 GMT", 30.0),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0.0),
        ("2026-11-21T12:01:00Z", 60.0),
        ("2026-11-21T13:01:00+01:00", 60.0),
        (str(int(NOW.timestamp()) + 5), 5.0),
        (str((int(NOW.timestamp()) + 5) * 1000), 5.0),
        ("", None),
        (None, None),
        ("soon", None),
        ("-3", None),
        ("nan", None),
        ("inf", None),
        ("1e400", None),
    ],
)
def test_a_wait_in_any_form_is_seconds(text: str | None, seconds: float | None) -> None:
    assert parse_wait(text, NOW) == seconds


def test_openais_headers() -> None:
    headers = {
        "X-RateLimit-Limit-Requests": "500",
        "x-ratelimit-remaining-requests": "499",
        "x-ratelimit-reset-requests": "120ms",
        "x-ratelimit-limit-tokens": "30000",
        "x-ratelimit-remaining-tokens": "29000",
        "x-ratelimit-reset-tokens": "6m0s",
    }
    assert rate_limits_from(headers, NOW) == RateLimits(Allowance(499, 500, 0.12), Allowance(29000, 30000, 360.0))


def test_anthropics_headers() -> None:
    headers = {
        "anthropic-ratelimit-requests-limit": "50",
        "anthropic-ratelimit-requests-remaining": "49",
        "anthropic-ratelimit-requests-reset": "2026-11-21T12:00:10Z",
        "anthropic-ratelimit-tokens-limit": "80000",
        "anthropic-ratelimit-input-tokens-limit": "40000",
        "anthropic-ratelimit-input-tokens-remaining": "39000",
        "anthropic-ratelimit-input-tokens-reset": "2026-11-21T12:00:01Z",
        "anthropic-ratelimit-output-tokens-remaining": "8000",
    }
    assert rate_limits_from(headers, NOW) == RateLimits(
        Allowance(49, 50, 11.0), None, Allowance(39000, 40000, 2.0), Allowance(8000)
    )


@pytest.mark.parametrize(
    ("headers", "limits"),
    [
        (
            {
                "x-ratelimit-limit": "60",
                "x-ratelimit-remaining": "59",
                "x-ratelimit-reset": "1",
                "x-tokenlimit-limit": "60000",
                "x-tokenlimit-remaining": "58000",
            },
            RateLimits(Allowance(59, 60, 1.0), Allowance(58000, 60000)),
        ),
        (
            {"x-ratelimit-remaining-requests": "11", "x-ratelimit-remaining-tokens": "9000"},
            RateLimits(Allowance(11), Allowance(9000)),
        ),
        (
            {
                "x-ratelimit-limit-requests-day": "14400",
                "x-ratelimit-remaining-requests-day": "14000",
                "x-ratelimit-reset-requests-day": "33011.38",
                "x-ratelimit-limit-tokens-minute": "60000",
                "x-ratelimit-remaining-tokens-minute": "59500",
                "x-ratelimit-reset-tokens-minute": "11.38",
            },
            RateLimits(Allowance(14000, 14400, 33011.38), Allowance(59500, 60000, 11.38)),
        ),
        (
            {"X-RateLimit-Limit": "20", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1763726404000"},
            RateLimits(Allowance(0, 20, 0.0)),
        ),
        (
            {"x-ratelimit-remaining-requests-minute": "3", "x-ratelimit-remaining-requests-day": "900"},
            RateLimits(Allowance(3)),
        ),
    ],
    ids=["together", "azure", "by-period", "openrouter", "the-tightest"],
)
def test_other_providers_headers(headers: dict[str, str], limits: RateLimits) -> None:
    assert rate_limits_from(headers, NOW) == limits


@pytest.mark.parametrize("headers", [{}, {"content-type": "x"}, {"x-ratelimit-limit-requests": "many"}])
def test_nothing_said_is_none(headers: dict[str, str]) -> None:
    assert rate_limits_from(headers, NOW) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"x-ms-retry-after-ms": "2000"}, 2.0),
        ({"Retry-After": "Sat, 21 Nov 2026 12:00:09 GMT"}, 9.0),
        ({"x-ratelimit-reset-requests": "3s", "x-ratelimit-reset-tokens": "9s"}, 9.0),
        (
            {
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": "3s",
                "x-ratelimit-remaining-tokens": "10",
                "x-ratelimit-reset-tokens": "9s",
            },
            3.0,
        ),
        ({"X-RateLimit-Reset": str((int(NOW.timestamp()) + 4) * 1000)}, 4.0),
        ({}, None),
    ],
    ids=["ms", "azure", "date", "longest", "used-up", "epoch-ms", "nothing"],
)
def test_the_wait_that_a_refusal_asks_for(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_from(headers, NOW) == seconds
