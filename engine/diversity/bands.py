"""The table behind near-duplicate search: chains of rows that agree in one band, in a few bytes a row."""

import numpy as np
from numpy.typing import NDArray

from engine.diversity.minhash import Words32

Numbers = NDArray[np.int32]

_FIRST_CAPACITY = 256
_LONGEST_WALK = 64  # boilerplate shared by thousands makes endless chains; its texts also meet in other bands
_END = np.int32(-1)


class BandTable:
    """Numbers texts 0, 1, 2 … and finds those that share a band with a new one.

    Plain arrays instead of dictionaries: twelve bytes per band and text, where a dictionary takes over a hundred.
    """

    def __init__(self, bands: int) -> None:
        self._lanes = np.arange(bands)
        self._count = 0
        self._keys: Words32 = np.zeros((_FIRST_CAPACITY, bands), dtype=np.uint32)
        self._next: Numbers = np.full((_FIRST_CAPACITY, bands), _END, dtype=np.int32)
        self._heads: Numbers = np.full((bands, _FIRST_CAPACITY), _END, dtype=np.int32)

    def add(self, keys: Words32) -> None:
        """Take the next text in."""
        if self._count == len(self._keys):
            self._grow()
        slots = self._slots(keys)
        self._keys[self._count] = keys
        self._next[self._count] = self._heads[self._lanes, slots]
        self._heads[self._lanes, slots] = self._count
        self._count += 1

    def matches(self, keys: Words32, most: int) -> list[int]:
        """At most `most` earlier texts, those with the most bands in common, in the order in which they came."""
        found = self._walk(keys)
        if not found:
            return []
        texts, bands = np.unique(np.concatenate(found), return_counts=True)
        if len(texts) > most:
            texts = np.sort(texts[np.argsort(-bands, kind="stable")[:most]])
        chosen: list[int] = texts.tolist()
        return chosen

    def _walk(self, keys: Words32) -> list[Numbers]:
        found: list[Numbers] = []
        lanes = self._lanes
        at = self._heads[lanes, self._slots(keys)]
        for _ in range(_LONGEST_WALK):
            open_ends = at >= 0
            lanes, at = lanes[open_ends], at[open_ends]
            if not len(at):
                break
            same = at[self._keys[at, lanes] == keys[lanes]]
            if len(same):
                found.append(same)
            at = self._next[at, lanes]
        return found

    def _slots(self, keys: Words32) -> Words32:
        slots: Words32 = keys & np.uint32(self._heads.shape[1] - 1)
        return slots

    def _grow(self) -> None:
        bands, size = self._heads.shape[0], 2 * self._heads.shape[1]
        self._keys = np.vstack([self._keys, np.zeros_like(self._keys)])
        self._next = np.full((size, bands), _END, dtype=np.int32)
        self._heads = np.full((bands, size), _END, dtype=np.int32)
        slots = self._slots(self._keys[: self._count])
        for lane in range(bands):
            order = np.argsort(slots[:, lane], kind="stable").astype(np.int32)
            ordered = slots[order, lane]
            same = ordered[1:] == ordered[:-1]
            self._next[order[1:][same], lane] = order[:-1][same]
            self._heads[lane, ordered] = order  # later texts overwrite earlier ones: a chain starts at the newest
