"""What is measured of a column while its values pass, by kind."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from engine.quality.asked import Asked
from engine.quality.cells import Floats, category_of, day_of, numbers_of
from engine.quality.expected import by_chance, distance
from engine.quality.report import (
    Bin,
    CategoryFigures,
    DateFigures,
    Figures,
    Kind,
    NumberFigures,
    Share,
    TextFigures,
)
from engine.quality.spread import Moments, finite, histogram, quantiles
from engine.tables.model import Cell

_MOST_COUNTED = 10_000  # categories; values beyond are counted together
_MOST_LISTED = 500
_LONGEST_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Reading:
    """What a gauge says at the end."""

    figures: Figures | None = None
    unfit: int = 0
    outside: int = 0
    distance: float | None = None
    chance: float | None = None


class Gauge(Protocol):
    """Measures the values of one column, none of them missing."""

    def add(self, values: Sequence[Cell]) -> Floats:
        """Measure values; returns the code of each for the sample, NaN where it has none."""
        ...

    def reading(self, sample: Floats) -> Reading:
        """What was measured; `sample` are the codes of sampled rows, without NaN."""
        ...


def gauge_for(kind: Kind, asked: Asked) -> Gauge:
    """The gauge of a kind of column."""
    match kind:
        case Kind.CATEGORY:
            return CategoryGauge(asked)
        case Kind.NUMBER:
            return NumberGauge(asked)
        case Kind.DATE:
            return DateGauge(asked)
        case Kind.TEXT:
            return TextGauge()
    return PlainGauge()


class CategoryGauge:
    """Counts each category; a code is the place in which it came up."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._counts: Counter[str] = Counter()
        self._codes: dict[str, int] = {}
        self._uncounted = 0

    def add(self, values: Sequence[Cell]) -> Floats:
        """Measure values."""
        names = [category_of(value) for value in values]
        for name in dict.fromkeys(names):
            if name not in self._codes and len(self._codes) < _MOST_COUNTED:
                self._codes[name] = len(self._codes)
        found = Counter(names)
        for name, count in found.items():
            if name in self._codes:
                self._counts[name] += count
            else:
                self._uncounted += count
        return np.array([self._codes.get(name, np.nan) for name in names], dtype=np.float64)

    def reading(self, sample: Floats) -> Reading:
        """What was measured."""
        total = self._counts.total() + self._uncounted
        asked = self._asked.shares or {}
        ranked = [*asked, *(name for name, _ in self._counts.most_common() if name not in asked)]
        listed = ranked[:_MOST_LISTED]
        known = bool(asked) and None not in asked.values()
        shares = tuple(
            Share(
                value=_shown(name),
                asked=asked.get(name, 0.0 if known else None),
                got=self._counts[name] / total if total else 0.0,
                count=self._counts[name],
            )
            for name in listed
        )
        others = total - sum(share.count for share in shares)
        # Cases put other values in the place of those drawn, so that those are no fault.
        strict = bool(asked) and not self._asked.conditional
        unfit = total - sum(self._counts[name] for name in asked) if strict else 0
        off, chance = self._compared(total) if known and total else (None, None)
        return Reading(CategoryFigures(shares=shares, others=others), unfit=unfit, distance=off, chance=chance)

    def _compared(self, total: int) -> tuple[float, float]:
        wanted = {name: share or 0.0 for name, share in (self._asked.shares or {}).items()}
        names = [*wanted, *(name for name in self._counts if name not in wanted)]
        promised = [wanted.get(name, 0.0) for name in names]
        got = [self._counts[name] / total for name in names]
        return distance([*promised, 0.0], [*got, self._uncounted / total]), by_chance(promised, total)


def _shown(name: str) -> str:
    """A category as the report can hold it: not endless, and without halves of characters."""
    return name[:_LONGEST_SHOWN].encode("utf-8", "replace").decode()


class NumberGauge:
    """Moments of all numbers; a code is the number."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._moments = Moments()
        self._unfit = 0
        self._outside = 0

    def add(self, values: Sequence[Cell]) -> Floats:
        """Measure values."""
        found = numbers_of(values)
        fit = found[~np.isnan(found)]
        self._unfit += len(found) - len(fit)
        self._moments.add(fit)
        low, high = self._asked.low, self._asked.high
        self._outside += int((fit < low).sum()) if low is not None else 0
        self._outside += int((fit > high).sum()) if high is not None else 0
        return found

    def reading(self, sample: Floats) -> Reading:
        """What was measured."""
        asked, moments = self._asked, self._moments
        if not moments.count:
            return Reading(unfit=self._unfit)
        bars = histogram(sample, moments.low, moments.high, whole=moments.whole, below=asked.below)
        figures = NumberFigures(
            asked_mean=asked.mean,
            asked_sd=asked.sd,
            low=moments.low,
            high=moments.high,
            mean=finite(moments.mean),
            sd=moments.sd,
            whole=moments.whole,
            quantiles=quantiles(sample),
            histogram=bars,
        )
        return Reading(
            figures,
            unfit=self._unfit,
            outside=0 if asked.conditional else self._outside,
            **_compared(bars, len(sample)),
        )


def _compared(bars: Sequence[Bin], count: int) -> dict[str, float]:
    """How far the bars are from those asked for; nothing where none were."""
    asked = [bar.asked for bar in bars if bar.asked is not None]
    if not asked:
        return {}
    return {"distance": distance(asked, [bar.share for bar in bars]), "chance": by_chance(asked, count)}


class TextGauge:
    """Lengths of all texts; a code is the length in characters."""

    def __init__(self) -> None:
        self._moments = Moments()

    def add(self, values: Sequence[Cell]) -> Floats:
        """Measure values."""
        lengths = np.fromiter((len(v if isinstance(v, str) else str(v)) for v in values), np.float64, len(values))
        self._moments.add(lengths)
        return lengths

    def reading(self, sample: Floats) -> Reading:
        """What was measured."""
        moments = self._moments
        if not moments.count:
            return Reading()
        found = quantiles(sample)
        figures = TextFigures(
            shortest=int(moments.low),
            longest=int(moments.high),
            mean=moments.mean,
            median=found.get("50", moments.mean),
            p95=found.get("95", moments.high),
            histogram=histogram(sample, moments.low, moments.high, whole=True),
        )
        return Reading(figures)


class DateGauge:
    """The ends of all dates; a code is the days since 1970-01-01."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._moments = Moments()
        self._first, self._last = "", ""
        self._unfit = 0
        self._outside = 0

    def add(self, values: Sequence[Cell]) -> Floats:
        """Measure values."""
        found = np.fromiter((day_of(value) for value in values), np.float64, len(values))
        fit = found[~np.isnan(found)]
        self._unfit += len(found) - len(fit)
        if len(fit):
            if float(fit.min()) < self._moments.low:
                self._first = str(values[int(np.nanargmin(found))])
            if float(fit.max()) > self._moments.high:
                self._last = str(values[int(np.nanargmax(found))])
            self._moments.add(fit)
        if self._asked.first and self._asked.last:
            self._outside += int(((fit < day_of(self._asked.first)) | (fit > day_of(self._asked.last))).sum())
        return found

    def reading(self, sample: Floats) -> Reading:
        """What was measured."""
        if not self._moments.count:
            return Reading(unfit=self._unfit)
        whole = self._moments.whole
        bars = histogram(sample, self._moments.low, self._moments.high, whole=whole, below=self._asked.below)
        return Reading(
            DateFigures(first=self._first, last=self._last, whole=whole, histogram=bars),
            unfit=self._unfit,
            outside=0 if self._asked.conditional else self._outside,
            **_compared(bars, len(sample)),
        )


class PlainGauge:
    """Nothing beyond what is counted of every column."""

    def add(self, values: Sequence[Cell]) -> Floats:
        """Measure values."""
        return np.full(len(values), np.nan)

    def reading(self, sample: Floats) -> Reading:
        """What was measured."""
        return Reading()
