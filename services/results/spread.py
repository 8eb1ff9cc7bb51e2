"""How numbers are spread, counted as they come: exact at every edge, and never more than a few thousand counts."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from engine.tables import Cell
from services.results.facet_choice import EXACT, exactly

_MOST_COUNTS = 2_000
_MOST_BINS = 12


@dataclass(slots=True)
class Spread:
    """Counts numbers in bins of a power of ten millionths; the bins grow tenfold when there are too many."""

    rows: int = 0
    whole: bool = True
    counts: Counter[int] = field(default_factory=Counter)
    _width: int = 1

    def add(self, number: Cell, rows: int = 1) -> None:
        """Count a number, as often as it comes."""
        found = exactly(number)
        self.rows += rows
        self.whole = self.whole and found % EXACT == 0
        self.counts[found // self._width] += rows
        while len(self.counts) > _MOST_COUNTS:
            self._grow()

    def _grow(self) -> None:
        self._width *= 10
        grown: Counter[int] = Counter()
        for place, rows in self.counts.items():
            grown[place // 10] += rows
        self.counts = grown

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the greatest number, as exactly as the bins tell."""
        return min(self.counts) * self._width / EXACT, max(self.counts) * self._width / EXACT

    def bins(self) -> list[tuple[float, float, int]]:
        """A few bins with round edges: from, up to (left out), how many; empty ones between others too."""
        if not self.counts:
            return []
        first, last = min(self.counts) * self._width, max(self.counts) * self._width
        step = self._step(last - first)
        found: Counter[int] = Counter()
        for place, rows in self.counts.items():
            found[place * self._width // step] += rows
        edges = range(first // step, last // step + 2)
        return [(low * step / EXACT, high * step / EXACT, found[low]) for low, high in pairwise(edges)]

    def _step(self, reach: int) -> int:
        least = EXACT if self.whole else self._width
        power = max(least, self._width)
        while True:
            for factor in (1, 2, 5):
                if reach // (power * factor) < _MOST_BINS:
                    return power * factor
            power *= 10
