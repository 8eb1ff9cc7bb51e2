"""How many different values a column has, in memory that doesn't grow with it."""

import numpy as np

from engine.quality.cells import Words

EXACT_UP_TO = 131_072  # hashes kept: 1 MB; beyond, the figure is an estimate within about 0.3 %
_WHOLE = 2.0**64


class DistinctCount:
    """Counts different hashes: exactly as long as all of them can be kept, then from the smallest ones."""

    def __init__(self) -> None:
        self._kept: Words = np.empty(0, dtype=np.uint64)
        self._waiting: list[Words] = []
        self._waiting_count = 0
        self._below: np.uint64 | None = None

    def add(self, hashes: Words) -> None:
        """Count values by their hashes."""
        if self._below is not None:
            hashes = hashes[hashes < self._below]
        self._waiting.append(hashes)
        self._waiting_count += len(hashes)
        if self._waiting_count >= EXACT_UP_TO:
            self._settle()

    @property
    def count(self) -> int:
        """How many different values there are; an estimate is rounded to three digits."""
        self._settle()
        if self._below is None:
            return len(self._kept)
        return int(float(f"{len(self._kept) / (float(self._below) / _WHOLE):.3g}"))

    @property
    def is_estimate(self) -> bool:
        """Whether there are more than can be counted exactly."""
        self._settle()
        return self._below is not None

    def _settle(self) -> None:
        if not self._waiting_count:
            return
        self._kept = np.unique(np.concatenate([self._kept, *self._waiting]))
        self._waiting, self._waiting_count = [], 0
        if len(self._kept) > EXACT_UP_TO:
            self._below = self._kept[EXACT_UP_TO]
            self._kept = self._kept[:EXACT_UP_TO]
