"""Reads what a provider's headers say about its limits and about how long to wait."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from providers.base import RateLimits

_UNIT_S = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|us|µs|ns|d|h|m|s)")
_DURATION = re.compile(rf"(?:{_PART.pattern}\s*)+")
_LATEST_TIMESTAMP_S = 1e11  # larger numbers count milliseconds
_EARLIEST_TIMESTAMP_S = 1e9  # smaller ones are durations

# The two families of header names: OpenAI's (also Groq, Azure, Together) and Anthropic's.
_OPENAI = "x-ratelimit-{field}-{what}"
_ANTHROPIC = "anthropic-ratelimit-{what}-{field}"


def rate_limits_from(headers: Mapping[str, str], now: datetime | None = None) -> RateLimits | None:
    """What `headers` (any case) say is left; None if they say nothing."""
    lower = {name.lower(): value for name, value in headers.items() if "limit" in name.lower()}
    if not lower:
        return None
    limits = RateLimits(
        limit_requests=_count(lower, "limit", "requests"),
        remaining_requests=_count(lower, "remaining", "requests"),
        reset_requests_s=_seconds(lower, "requests", now),
        limit_tokens=_count(lower, "limit", "tokens"),
        remaining_tokens=_count(lower, "remaining", "tokens"),
        reset_tokens_s=_seconds(lower, "tokens", now),
    )
    return limits if limits != RateLimits() else None


def retry_after_from(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """The seconds that the provider asks to wait: its own wish, else when what is used up is full again."""
    lower = {name.lower(): value for name, value in headers.items()}
    milliseconds = _number(lower.get("retry-after-ms") or lower.get("x-ms-retry-after-ms"))
    if milliseconds is not None:
        return max(0.0, milliseconds / 1000)
    wish = parse_wait(lower.get("retry-after"), now)
    return wish if wish is not None else _longest_reset(lower, now)


def parse_wait(text: str | None, now: datetime | None = None) -> float | None:
    """Seconds from "12", "6m0s", "20ms", an HTTP date, an ISO time, or a Unix time in s or ms; None if unreadable."""
    if text is None or not text.strip():
        return None
    text = text.strip()
    number = _number(text)
    if number is not None:
        return _from_number(number, now)
    if _DURATION.fullmatch(text):
        return sum(float(amount) * _UNIT_S[unit] for amount, unit in _PART.findall(text))
    moment = _moment(text)
    return None if moment is None else max(0.0, (moment - _now(now)).total_seconds())


def _from_number(number: float, now: datetime | None) -> float | None:
    if number < 0:
        return None
    if number < _EARLIEST_TIMESTAMP_S:
        return number
    seconds = number / 1000 if number > _LATEST_TIMESTAMP_S else number
    return max(0.0, seconds - _now(now).timestamp())


def _moment(text: str) -> datetime | None:
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(text)
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def _longest_reset(lower: Mapping[str, str], now: datetime | None) -> float | None:
    resets = {what: _seconds(lower, what, now) for what in ("requests", "tokens")}
    used_up = [resets[what] for what in resets if _count(lower, "remaining", what) == 0]
    known = [reset for reset in used_up or resets.values() if reset is not None]
    plain = parse_wait(lower.get("x-ratelimit-reset"), now)
    return max(known) if known else plain


def _count(lower: Mapping[str, str], field: str, what: str) -> int | None:
    number = _number(_value(lower, field, what))
    return None if number is None else int(number)


def _seconds(lower: Mapping[str, str], what: str, now: datetime | None) -> float | None:
    return parse_wait(_value(lower, "reset", what), now)


def _value(lower: Mapping[str, str], field: str, what: str) -> str | None:
    return lower.get(_OPENAI.format(field=field, what=what)) or lower.get(_ANTHROPIC.format(field=field, what=what))


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text is not None else None
    except ValueError:
        return None
    return number if number is not None and abs(number) < 1e16 else None


def _now(now: datetime | None) -> datetime:
    return now or datetime.now(UTC)
