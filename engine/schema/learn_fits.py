"""From numbers and dates to the sampler that draws such ones; no extreme of a single row is taken over."""

import calendar
import itertools
import math
import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime

from engine.schema.columns import DateColumn, NormalColumn, PoissonColumn, SequenceColumn, UniformColumn
from engine.schema.learn_cells import Dates, Numbers

FEW_VALUES = 12
_MIN_FOR_POISSON = 30
_SKEWED = 0.15  # distance from the better of both fits


def sequence_of(name: str, numbers: Numbers) -> SequenceColumn | None:
    """Whole numbers that count on by one step, or None. Years keep their start, ids only their number of digits."""
    values = numbers.values
    if numbers.decimals or len(values) < 3:
        return None
    steps = {round(after - before) for before, after in itertools.pairwise(values)}
    if len(steps) != 1 or 0 in steps:
        return None
    start, last = round(values[0]), round(values[-1])
    is_year = 1800 <= min(start, last) <= max(start, last) <= 2200
    if start > 1 and not is_year:
        start = 10 ** (len(str(start)) - 1) + start % 2
    return SequenceColumn(name=name, sampler="sequence", start=start, step=steps.pop())


def few_numbers(numbers: Numbers, threshold: int) -> dict[str, float] | None:
    """Whole numbers of which there are few, with their shares; None if they are many or some are rare."""
    counts = Counter(numbers.values)
    if numbers.decimals or len(counts) > FEW_VALUES or min(counts.values()) < threshold:
        return None
    return {str(round(value)): round(count / len(numbers.values), 4) for value, count in sorted(counts.items())}


def fitted(name: str, numbers: Numbers, threshold: int) -> tuple[UniformColumn | NormalColumn | PoissonColumn, bool]:
    """The sampler nearest to the numbers, and whether they are so lopsided that it is not very near."""
    values = common(sorted(numbers.values), threshold)
    mean, sd = statistics.fmean(values), statistics.pstdev(values)
    if not numbers.decimals and _looks_poisson(values, mean, sd):
        return PoissonColumn(name=name, sampler="poisson", mean=round(mean, 2)), False
    low, high = bounds(values, numbers.decimals)
    even, bell = _distance(values, lambda x: _even(x, low, high)), _distance(values, lambda x: _bell(x, mean, sd))
    lopsided = min(even, bell) > _SKEWED
    decimals = numbers.decimals
    if even <= bell:
        return UniformColumn(name=name, sampler="uniform", low=low, high=high, decimals=decimals), lopsided
    column = NormalColumn(
        name=name,
        sampler="normal",
        mean=_significant(mean),
        sd=_significant(sd),
        minimum=low,
        maximum=high,
        decimals=decimals,
    )
    return column, lopsided


def common(ordered: Sequence[float], threshold: int) -> Sequence[float]:
    """The sorted numbers without the few smallest and largest, so that no single row decides a range or a mean."""
    spare = min(threshold - 1, (len(ordered) - 1) // 4)
    return ordered[spare : len(ordered) - spare]


def bounds(values: Sequence[float], decimals: int) -> tuple[float, float]:
    """The range of sorted numbers, rounded outwards."""
    return _outwards(values[0], decimals, math.floor), _outwards(values[-1], decimals, math.ceil)


def _outwards(value: float, decimals: int, whole: Callable[[float], int]) -> float:
    """To two significant digits, but never finer than the numbers themselves."""
    if value == 0:
        return 0.0
    places = min(decimals, 1 - math.floor(math.log10(abs(value))))
    scale = 10.0**places
    rounded = whole(round(value * scale, 6)) / scale
    return round(rounded, max(places, 0))


def _significant(value: float) -> float:
    return float(f"{value:.3g}")


def _looks_poisson(values: Sequence[float], mean: float, sd: float) -> bool:
    return (
        len(values) >= _MIN_FOR_POISSON
        and 0 < mean <= 1000
        and values[0] >= 0
        and abs(sd * sd / mean - 1) < 0.3
        and _distance(values, lambda x: _poisson(math.floor(x), mean)) < 0.1
    )


def _distance(ordered: Sequence[float], cumulative: Callable[[float], float]) -> float:
    """How far the numbers' distribution is from the given one, at most (Kolmogorov–Smirnov)."""
    count = len(ordered)
    share = {value: place / count for place, value in enumerate(ordered, start=1)}
    return max(abs(cumulative(value) - below) for value, below in share.items())


def _even(x: float, low: float, high: float) -> float:
    return 1.0 if high <= low else min(1.0, max(0.0, (x - low) / (high - low)))


def _bell(x: float, mean: float, sd: float) -> float:
    return 0.5 * (1 + math.erf((x - mean) / (sd * math.sqrt(2)))) if sd else float(x >= mean)


def _poisson(count: int, mean: float) -> float:
    terms = (math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1))
    return sum(terms)


def date_column(name: str, dates: Dates, threshold: int, *, whole_years: bool) -> DateColumn:
    """Dates of the same span, widened to whole months, or years where a day of one person must not show."""
    spare = min(threshold - 1, (len(dates.values) - 1) // 4)
    first, last = dates.values[spare], dates.values[-1 - spare]
    start = date(first.year, 1 if whole_years else first.month, 1)
    month = 12 if whole_years else last.month
    end = date(last.year, month, calendar.monthrange(last.year, month)[1])
    if not dates.timed:
        return DateColumn(name=name, sampler="date", start=start, end=end)
    return DateColumn(name=name, sampler="date", start=_at(start, 0, 0), end=_at(end, 23, 59))


def _at(day: date, hour: int, minute: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute)  # noqa: DTZ001 a table's time has no zone
