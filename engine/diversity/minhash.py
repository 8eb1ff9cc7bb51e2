"""Short fingerprints of texts: texts that share most of their character n-grams agree in most of their numbers."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Words32 = NDArray[np.uint32]

_MAX_HASHES = 192
_MISSED = 0.01  # the share of pairs at the aimed-at similarity that may have no band in common
_MARGIN = 0.02  # pairs exactly at the limit may be missed more often than those a little above it
_SEED = 20_261_121  # any fixed number: fingerprints must be the same in every process


@dataclass(frozen=True, slots=True)
class Tuning:
    """How a similarity is looked for: n-grams of `gram` characters, `bands` bands of `width` hashes each."""

    gram: int
    bands: int
    width: int


def tuned(near: float) -> Tuning:
    """Bands that find nearly every pair a little above `near`, as selective as that allows.

    The worst case counts: characters changed at random places, each of which spoils `gram` n-grams.
    """
    gram = 5 if near >= 0.85 else 4 if near >= 0.75 else 3
    kept = min(1.0, near + _MARGIN) ** gram
    shared = min(0.95, kept / (2 - kept))
    for width in range(8, 1, -1):
        bands = math.ceil(math.log(_MISSED) / math.log1p(-(shared**width)))
        if bands * width <= _MAX_HASHES:
            return Tuning(gram, bands, width)
    return Tuning(gram, _MAX_HASHES // 2, 2)


class Sketcher:
    """Turns a text into one key per band; two texts are candidates where a key agrees."""

    def __init__(self, tuning: Tuning) -> None:
        random = np.random.Generator(np.random.Philox(_SEED))
        hashes = tuning.bands * tuning.width
        self._gram = tuning.gram
        self._shape = (tuning.bands, tuning.width)
        self._factors: Words32 = (random.integers(0, 2**32, (hashes, 1), dtype=np.uint32)) | np.uint32(1)
        self._shifts: Words32 = random.integers(0, 2**32, (hashes, 1), dtype=np.uint32)
        self._places = random.integers(0, 2**63, tuning.gram, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
        self._mixers: Words32 = random.integers(0, 2**32, tuning.width, dtype=np.uint32) | np.uint32(1)

    def keys(self, text: str) -> Words32:
        """One number per band."""
        grams = self._grams(text)
        least = (grams * self._factors + self._shifts).min(axis=1).reshape(self._shape)
        mixed: Words32 = ((least ^ (least >> np.uint32(15))) * self._mixers).sum(axis=1, dtype=np.uint32)
        return mixed ^ (mixed >> np.uint32(16))

    def _grams(self, text: str) -> Words32:
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
        count = max(1, len(codes) - self._gram + 1)
        sums = np.zeros(count, dtype=np.uint64)
        for place, factor in enumerate(self._places):
            part = codes[place : place + count]
            sums[: len(part)] += part * factor
        sums ^= sums >> np.uint64(31)
        sums *= np.uint64(0x9E3779B97F4A7C15)
        return (sums >> np.uint64(32)).astype(np.uint32)
