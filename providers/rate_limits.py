"""Reads what a provider's headers say about its limits and about how long to wait."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from providers.base import Allowance, RateLimits

_UNIT_S = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|us|µs|ns|d|h|m|s)")
_DURATION = re.compile(rf"(?:{_PART.pattern}\s*)+")
_WHOLE_SECOND = re.compile(r"T\d\d:\d\d:\d\d(?!\.)")
_LATEST_TIMESTAMP_S = 1e11  # larger numbers count milliseconds
_EARLIEST_TIMESTAMP_S = 1e9  # smaller ones are durations

_PERIODS = ("", "-minute", "-hour", "-day")


_Names = tuple[tuple[str, str, str], ...]


def _names(*families: str) -> _Names:
    """Header names, (what is left, of how much, when it is full again), of families with a place for the word."""
    return tuple(
        (family.format("remaining") + period, family.format("limit") + period, family.format("reset") + period)
        for family in families
        for period in _PERIODS
    )


# OpenAI's family is also Groq's, Azure's (without resets), Mistral's and Cerebras's (by period); Together's has no word
# for requests; the last one is what standards bodies propose.
_REQUESTS = _names("x-ratelimit-{}-requests", "anthropic-ratelimit-requests-{}", "x-ratelimit-{}", "ratelimit-{}")
_TOKENS = _names("x-ratelimit-{}-tokens", "anthropic-ratelimit-tokens-{}", "x-tokenlimit-{}", "x-ratelimitbysize-{}")
_INPUT = _names("anthropic-ratelimit-input-tokens-{}", "x-ratelimit-{}-input-tokens")
_OUTPUT = _names("anthropic-ratelimit-output-tokens-{}", "x-ratelimit-{}-output-tokens")


def rate_limits_from(headers: Mapping[str, str], now: datetime | None = None) -> RateLimits | None:
    """What `headers` (any case) say is left; None if they say nothing."""
    lower = {name.lower(): value for name, value in headers.items() if "limit" in name.lower()}
    if not lower:
        return None
    limits = RateLimits(*(_allowance(lower, names, now) for names in (_REQUESTS, _TOKENS, _INPUT, _OUTPUT)))
    return limits if limits != RateLimits() else None


def _allowance(lower: Mapping[str, str], names: _Names, now: datetime | None) -> Allowance | None:
    """The budget under these names of which the least is left."""
    tightest: Allowance | None = None
    for remaining, limit, reset in names:
        left = _count(lower.get(remaining))
        if left is not None and (tightest is None or left < tightest.remaining):
            tightest = Allowance(max(0, left), _count(lower.get(limit)), _reset(lower.get(reset), now))
    return tightest


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
    found = [_allowance(lower, names, now) for names in (_REQUESTS, _TOKENS, _INPUT, _OUTPUT)]
    told = [allowance for allowance in found if allowance is not None and allowance.reset_s is not None]
    used_up = [allowance for allowance in told if allowance.remaining == 0]
    resets = [allowance.reset_s for allowance in used_up or told if allowance.reset_s is not None]
    bare = [parse_wait(lower.get(reset), now) for names in (_REQUESTS, _TOKENS) for _, _, reset in names]
    return max(resets or [reset for reset in bare if reset is not None], default=None)


def _reset(text: str | None, now: datetime | None) -> float | None:
    """As `parse_wait`; a moment told in whole seconds is somewhere within that second."""
    wait = parse_wait(text, now)
    return wait if wait is None or text is None or not _WHOLE_SECOND.search(text) else wait + 1.0


def _count(text: str | None) -> int | None:
    number = _number(text)
    return None if number is None else int(number)


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text is not None else None
    except ValueError:
        return None
    return number if number is not None and abs(number) < 1e16 else None


def _now(now: datetime | None) -> datetime:
    return now or datetime.now(UTC)
