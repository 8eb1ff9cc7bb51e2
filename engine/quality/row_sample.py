"""A fair sample of the rows, for what can't be counted while they pass: quantiles, histograms, links."""

import numpy as np

from engine.quality.cells import Floats

SAMPLE_ROWS = 20_000
_MOST_CELLS = 8_000_000  # 64 MB, for tables of very many columns
_SEED = 20_261_121  # any fixed number: the same table gives the same report


class RowSample:
    """All rows while they fit, then an equally likely choice of them; a cell is its column's code, NaN for none."""

    def __init__(self, columns: int) -> None:
        self._size = max(1, min(SAMPLE_ROWS, _MOST_CELLS // max(1, columns)))
        self._random = np.random.Generator(np.random.Philox(_SEED))
        self._keys: Floats = np.empty(0)
        self._rows: Floats = np.empty((0, columns))

    def add(self, rows: Floats) -> None:
        """Offer rows, one line each."""
        keys = self._random.random(len(rows))
        if len(self._keys) == self._size:
            chosen = keys < self._keys.max()
            keys, rows = keys[chosen], rows[chosen]
        keys = np.concatenate([self._keys, keys])
        rows = np.concatenate([self._rows, rows])
        if len(keys) > self._size:
            kept = np.sort(np.argpartition(keys, self._size)[: self._size])
            keys, rows = keys[kept], rows[kept]
        self._keys, self._rows = keys, rows

    @property
    def rows(self) -> Floats:
        """The sampled rows, one line each."""
        return self._rows
