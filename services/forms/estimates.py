"""Figures that a person sees before paying: tokens of a prompt, a table judged by its preview, always as a range."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from providers.base import Message, Usage
from providers.prices import Price, cost_of
from services.forms.token_guess import guessed_tokens

_PER_MESSAGE = 4
_GUESS = (0.67, 1.5)  # how far `about_tokens` may be off
_GUESSED_ANSWER = (10, 400)  # tokens of an answer that nobody has seen yet
_AGAIN = 1.05  # some requests are sent twice, beyond those that the preview sent twice
_LEAST_SPREAD = 0.1
_DOUBT = {1: 6.3, 2: 1.9, 3: 1.6, 4: 1.5, 5: 1.5}  # by rows less one: how wide four of five such ranges are
_SURE = 1.3


def about_tokens(messages: Sequence[Message]) -> int:
    """A guess at the prompt's tokens, within a third for most languages."""
    return round(sum(guessed_tokens(message.content) + _PER_MESSAGE for message in messages))


@dataclass(frozen=True, slots=True)
class Span:
    """Between so little and so much."""

    low: float
    high: float

    def times(self, low: float, high: float | None = None) -> "Span":
        """Both ends multiplied."""
        return Span(self.low * low, self.high * (low if high is None else high))


@dataclass(frozen=True, slots=True)
class RowTook:
    """What one row of a preview took over all its requests; None is unknown."""

    prompt: int | None
    completion: int | None
    cost_usd: float | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Pacing:
    """How fast a run may ask: requests at the same time, and the least seconds from one to the next."""

    together: Span
    apart_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a run would take: `rows` are asked, `kept` have an answer already; None is unknown.

    `basis` is how many rows of previews it is judged by; 0 is a rough guess by the length of the messages.
    """

    rows: int
    kept: int
    basis: int
    sent: Span | None = None
    answered: Span | None = None
    cost_usd: Span | None = None
    seconds: Span | None = None


def judged_by(took: Sequence[RowTook], rows: int, kept: int, pacing: Pacing) -> Outlook:
    """What `rows` rows take if they are like those of a preview; their repeats and their thinking are in it."""

    def of(values: Sequence[float | None]) -> Span | None:
        known = [value for value in values if value is not None]
        mean = mean_span(known) if len(known) == len(values) else None  # a part that is unknown makes the sum unknown
        return mean.times(rows, rows * _AGAIN) if mean else None

    seconds = mean_span([row.seconds for row in took if row.seconds is not None])
    return Outlook(
        rows,
        kept,
        len(took),
        of([row.prompt for row in took]),
        of([row.completion for row in took]),
        of([row.cost_usd for row in took]),
        _time(seconds, rows, pacing) if seconds else None,
    )


def guessed(prompts: Sequence[int], rows: int, kept: int, price: Price | None, answer_limit: int | None) -> Outlook:
    """The same without a preview: by tokens of a few prompts, and answers as they often are."""
    if not prompts:
        return Outlook(rows, kept, 0)
    mean = sum(prompts) / len(prompts)
    sent = Span(mean, mean).times(*_GUESS)
    low, high = _GUESSED_ANSWER
    answered = Span(min(low, answer_limit or low), answer_limit or high)
    ends = [
        cost_of(price, Usage(round(tokens), round(answer)))
        for tokens, answer in ((sent.low, answered.low), (sent.high, answered.high))
    ]
    cost = None if ends[0] is None or ends[1] is None else Span(ends[0] * rows, ends[1] * rows * _AGAIN)
    return Outlook(rows, kept, 0, sent.times(rows, rows * _AGAIN), answered.times(rows, rows * _AGAIN), cost)


def mean_span(values: Sequence[float]) -> Span | None:
    """Between what the mean of many more such values probably is; None without any."""
    if not values:
        return None
    count, mean = len(values), sum(values) / len(values)
    if count == 1:
        return Span(mean / 2, mean * 2)
    deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / (count - 1))
    half = max(_DOUBT.get(count - 1, _SURE) * deviation / math.sqrt(count), mean * _LEAST_SPREAD)
    low = min(max(mean - half, min(values)), mean * (1 - _LEAST_SPREAD))
    return Span(low, mean + half)


def _time(seconds: Span, rows: int, pacing: Pacing) -> Span:
    """Seconds in all: as many at once as may be, but none sooner after another than allowed."""
    if not rows:
        return Span(0.0, 0.0)
    least, most, few = rows * pacing.apart_s, min(pacing.together.high, rows), min(pacing.together.low, rows)
    return Span(max(least, rows * seconds.low / most), max(least, rows * seconds.high / few))
