"""The distributions that samplers promise, as the chance of a value less than a given one."""

import math
from collections.abc import Callable

Below = Callable[[float], float]

_EXACT_POISSON = 10_000  # beyond, a normal distribution can't be told from it


def uniform_below(low: float, high: float, decimals: int | None) -> Below:
    """Equal chances from `low` to `high`; with decimals, of each value on that grid, both ends included."""
    if decimals is None:
        return lambda value: _clamped((value - low) / (high - low)) if high > low else float(value > low)
    step = 10.0**-decimals
    values = round((high - low) / step) + 1
    return lambda value: _clamped(math.ceil((value - low) / step - 1e-9) / values)


def normal_below(mean: float, sd: float, low: float | None, high: float | None, decimals: int | None) -> Below:
    """A normal distribution within its bounds; a value on a grid stands for what is rounded to it."""
    half = 0.0 if decimals is None else 0.5 * 10.0**-decimals

    def whole(value: float) -> float:
        return 0.5 * (1 + math.erf((value - mean) / (sd * math.sqrt(2)))) if sd else float(value > mean)

    start = 0.0 if low is None else whole(low)
    end = 1.0 if high is None else whole(high)

    def below(value: float) -> float:
        if low is not None and value <= low:
            return 0.0
        if high is not None and value > high:
            return 1.0
        return _clamped((whole(value - half) - start) / (end - start)) if end > start else float(value > mean)

    return below


def poisson_below(mean: float) -> Below:
    """Counts with this mean."""
    if mean > _EXACT_POISSON:
        return normal_below(mean, math.sqrt(mean), 0, None, 0)
    most = math.ceil(mean + 12 * math.sqrt(mean) + 20)
    sums = [0.0]
    for count in range(most):
        sums.append(sums[-1] + math.exp(count * math.log(mean) - mean - math.lgamma(count + 1)))
    return lambda value: _clamped(sums[min(most, max(0, math.ceil(value)))])


def distance(asked: list[float], got: list[float]) -> float:
    """The total variation distance between two distributions over the same values."""
    return min(1.0, 0.5 * sum(abs(one - other) for one, other in zip(asked, got, strict=True)))


def by_chance(asked: list[float], count: int) -> float:
    """The distance that a fair draw of `count` values has on average."""
    spread = sum(math.sqrt(max(0.0, share * (1 - share))) for share in asked)
    return min(1.0, spread / math.sqrt(2 * math.pi * count)) if count else 1.0


def _clamped(share: float) -> float:
    return min(1.0, max(0.0, share))
