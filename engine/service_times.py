"""How long answers take at one level of concurrency, and whether two levels differ in what gets done."""

import math
import statistics
from dataclasses import dataclass, field

_MOST = 256
_TAIL = 5.0  # longer than so many medians counts as so many: one stuck answer says nothing about the rest


@dataclass(slots=True)
class ServiceTimes:
    """Latencies of answers to requests sent at one level, with the tokens of each answer where told."""

    level: int
    latencies: list[float] = field(default_factory=list)
    tokens: list[float | None] = field(default_factory=list)

    def add(self, latency_s: float, tokens: int | None) -> None:
        """Note an answer; only the latest are kept."""
        if len(self.latencies) >= _MOST:
            del self.latencies[0], self.tokens[0]
        self.latencies.append(max(latency_s, 1e-6))
        self.tokens.append(tokens)

    def __len__(self) -> int:
        return len(self.latencies)

    @property
    def mean_s(self) -> float:
        """Their mean, long ones cut."""
        longest = _TAIL * statistics.median(self.latencies)
        return statistics.fmean(min(latency, longest) for latency in self.latencies)

    def per_unit(self, *, by_tokens: bool) -> tuple[float, float] | None:
        """The logarithm of seconds per unit of work and its standard error; a unit is a token, or an answer."""
        work = [float(tokens or 0) for tokens in self.tokens] if by_tokens else [1.0] * len(self.latencies)
        if min(work, default=0) <= 0 or len(work) < 2:
            return None
        longest = _TAIL * statistics.median(map(float.__truediv__, self.latencies, work))
        latencies = [min(latency, longest * units) for latency, units in zip(self.latencies, work, strict=True)]
        seconds = sum(latencies) / sum(work)
        spread = sum((latency - seconds * units) ** 2 for latency, units in zip(latencies, work, strict=True))
        error = math.sqrt(spread / (len(work) - 1) / len(work)) / (sum(latencies) / len(work))
        return math.log(seconds), error


def is_slower(before: ServiceTimes, now: ServiceTimes, times: float, errors: float) -> bool:
    """Whether answers surely take more than so many times as long as before, also for their length."""
    ratios = []
    for by_tokens in (False, True):
        fast, slow = before.per_unit(by_tokens=by_tokens), now.per_unit(by_tokens=by_tokens)
        if fast is not None and slow is not None:
            ratios.append(slow[0] - fast[0] - errors * math.hypot(slow[1], fast[1]))
    return bool(ratios) and min(ratios) > math.log(times)


@dataclass(frozen=True, slots=True)
class Gain:
    """What more requests in flight bring: 1 is in proportion, 0 nothing; `error` is one standard error."""

    share: float
    error: float

    def is_over(self, threshold: float, errors: float) -> bool:
        """Whether it is surely more than `threshold`."""
        return self.share - errors * self.error > threshold

    def is_under(self, threshold: float, errors: float) -> bool:
        """Whether it is surely less than `threshold`."""
        return self.share + errors * self.error < threshold


def gain_of(low: ServiceTimes, high: ServiceTimes) -> Gain | None:
    """What the higher level brings over the lower one, by answers or by tokens, whichever tells it more surely."""
    step = math.log(high.level / low.level)
    found = []
    for by_tokens in (False, True):
        slow, fast = high.per_unit(by_tokens=by_tokens), low.per_unit(by_tokens=by_tokens)
        if slow is not None and fast is not None:
            error = math.hypot(slow[1], fast[1]) / step
            found.append(Gain(1 - (slow[0] - fast[0]) / step, error))
    return min(found, key=lambda gain: gain.error, default=None)
