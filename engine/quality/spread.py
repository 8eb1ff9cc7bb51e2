"""Running moments, quantiles and histograms."""

import math
from dataclasses import dataclass

import numpy as np

from engine.quality.cells import Floats
from engine.quality.expected import Below
from engine.quality.report import Bin

_MOST_BINS = 20
_FEWEST_BINS = 5
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(slots=True)
class Moments:
    """Count, ends, mean and spread of numbers that come in blocks."""

    count: int = 0
    low: float = math.inf
    high: float = -math.inf
    mean: float = 0.0
    squares: float = 0.0
    whole: bool = True

    def add(self, values: Floats) -> None:
        """Count finite numbers."""
        if not len(values):
            return
        self.low, self.high = min(self.low, float(values.min())), max(self.high, float(values.max()))
        self.whole = self.whole and bool((values == np.floor(values)).all())
        with np.errstate(all="ignore"):  # numbers near the largest possible: what can't be computed is told as unknown
            mean = float(values.mean())
            squares = float(((values - mean) ** 2).sum())
            count = self.count + len(values)
            gap = mean - self.mean
            self.squares += squares + float(np.float64(gap) ** 2) * self.count * len(values) / count
            self.mean += gap * len(values) / count
        self.count = count

    @property
    def sd(self) -> float | None:
        """The standard deviation of a sample; None for fewer than two values."""
        return finite(math.sqrt(self.squares / (self.count - 1))) if self.count > 1 and self.squares >= 0 else None


def finite(value: float) -> float | None:
    """The number, or None for what is none."""
    return value if math.isfinite(value) else None


def quantiles(values: Floats) -> dict[str, float]:
    """Some quantiles by percent; none of nothing."""
    if not len(values):
        return {}
    found = np.quantile(values, _QUANTILES, method="lower")
    return {f"{100 * share:g}": float(value) for share, value in zip(_QUANTILES, found, strict=True)}


def histogram(values: Floats, low: float, high: float, *, whole: bool, below: Below | None = None) -> tuple[Bin, ...]:
    """Shares of values over bars from `low` to `high`, beside what `below` promises of each bar."""
    if not len(values) or not math.isfinite(high - low):
        return ()
    edges = _edges(low, high, len(values), whole=whole)
    counts, _ = np.histogram(values, edges)
    total = max(1, int(counts.sum()))
    ends = [below(float(edge)) for edge in edges] if below else []
    if ends:  # the bars at the ends answer for all that is beyond them
        ends[0], ends[-1] = 0.0, 1.0
    return tuple(
        Bin(
            low=float(edges[place]),
            high=float(edges[place + 1]),
            share=int(count) / total,
            asked=ends[place + 1] - ends[place] if ends else None,
        )
        for place, count in enumerate(counts)
    )


def _edges(low: float, high: float, count: int, *, whole: bool) -> Floats:
    most = min(_MOST_BINS, max(_FEWEST_BINS, math.isqrt(count)))
    if whole and abs(low) < 2**52 and abs(high) < 2**52:
        values = int(high - low) + 1
        width = max(1, math.ceil(values / (_MOST_BINS if values <= _MOST_BINS else most)))
        edges = low + np.arange(math.ceil(values / width) + 1, dtype=np.float64) * width
        edges[-1] = high + 1
        return edges
    edges = np.linspace(low, high, most + 1)
    return edges if (np.diff(edges) > 0).all() else np.array([low, np.nextafter(high, math.inf)])
