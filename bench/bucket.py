"""A provider's rate limit: a token bucket, and the words in which each provider tells of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

Telling = tuple[dict[str, str], dict[str, Any] | None]
_MESSAGE = "Rate limit reached for requests"


@dataclass(slots=True)
class Bucket:
    """Allows `rate` requests a second, and `burst` at once after a rest."""

    rate: float
    burst: int
    level: float = 0.0
    updated: float = 0.0

    def __post_init__(self) -> None:
        self.level = float(self.burst)

    def take(self, now: float) -> bool:
        """Whether one more request is allowed at `now`."""
        if self.updated:
            self.level = min(self.burst, self.level + (now - self.updated) * self.rate)
        self.updated = now
        if self.level < 1:
            return False
        self.level -= 1
        return True

    @property
    def remaining(self) -> int:
        """Whole requests left."""
        return int(self.level)

    @property
    def full_in_s(self) -> float:
        """Seconds until the whole burst is there again."""
        return (self.burst - self.level) / self.rate

    @property
    def next_in_s(self) -> float:
        """Seconds until one more request is allowed."""
        return max(0.0, (1 - self.level) / self.rate)


def _duration(seconds: float) -> str:
    """As Go prints it, as OpenAI and Groq do: 6m0s, 1.2s, 20ms."""
    if seconds >= 60:
        return f"{int(seconds // 60)}m{seconds % 60:g}s"
    return f"{seconds:.3f}s" if seconds >= 1 else f"{round(seconds * 1000)}ms"


def _openai(bucket: Bucket) -> dict[str, str]:
    return {
        "x-ratelimit-limit-requests": str(bucket.burst),
        "x-ratelimit-remaining-requests": str(bucket.remaining),
        "x-ratelimit-reset-requests": _duration(bucket.full_in_s),
        "x-ratelimit-limit-tokens": "2000000",
        "x-ratelimit-remaining-tokens": "1999000",
        "x-ratelimit-reset-tokens": "30ms",
    }


def _anthropic(bucket: Bucket) -> dict[str, str]:
    full_at = datetime.now(UTC) + timedelta(seconds=bucket.full_in_s)
    return {
        "anthropic-ratelimit-requests-limit": str(bucket.burst),
        "anthropic-ratelimit-requests-remaining": str(bucket.remaining),
        "anthropic-ratelimit-requests-reset": full_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _seconds_up(bucket: Bucket) -> str:
    return str(max(1, round(bucket.next_in_s + 0.5)))


def _nothing(_: Bucket) -> dict[str, str]:
    return {}


def _openai_refusal(bucket: Bucket) -> Telling:
    milliseconds = max(1, round(bucket.next_in_s * 1000))
    return {"retry-after": _seconds_up(bucket), "retry-after-ms": str(milliseconds)}, None


def _groq_refusal(bucket: Bucket) -> Telling:
    return {"retry-after": _seconds_up(bucket)}, None


def _openrouter_refusal(bucket: Bucket) -> Telling:
    reset_ms = str(int((time.time() + bucket.next_in_s) * 1000))
    headers = {
        "X-RateLimit-Limit": str(bucket.burst),
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": reset_ms,
    }
    return headers, {"error": {"message": _MESSAGE, "code": 429, "metadata": {"headers": headers}}}


def _google_refusal(bucket: Bucket) -> Telling:
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{bucket.next_in_s:.3f}s"}]
    return {}, {"error": {"code": 429, "message": _MESSAGE, "status": "RESOURCE_EXHAUSTED", "details": details}}


def _silent_refusal(_: Bucket) -> Telling:
    return {}, None


@dataclass(frozen=True, slots=True)
class Dialect:
    """What every answer says of the limit, and what a refusal says besides."""

    told: Callable[[Bucket], dict[str, str]]
    refusal: Callable[[Bucket], Telling]


DIALECTS: dict[str, Dialect] = {
    "none": Dialect(_nothing, _silent_refusal),
    "openai": Dialect(_openai, _openai_refusal),
    "headers-only": Dialect(_openai, _silent_refusal),  # budgets on every answer, no Retry-After
    "retry-after": Dialect(_nothing, _groq_refusal),  # nothing until it refuses
    "groq": Dialect(_openai, _groq_refusal),
    "anthropic": Dialect(_anthropic, _groq_refusal),
    "openrouter": Dialect(_nothing, _openrouter_refusal),
    "google": Dialect(_nothing, _google_refusal),
}


def refusal_body(body: dict[str, Any] | None) -> bytes:
    """The body of a 429."""
    error = {"message": _MESSAGE, "type": "requests", "param": None, "code": "rate_limit_exceeded"}
    return orjson.dumps(body or {"error": error})
