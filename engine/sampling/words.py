"""Random words that depend on nothing but seed, column, redraw and row."""

import hashlib

import numpy as np
from numpy.random import Philox
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Units = NDArray[np.float64]

WORDS_A_ROW = 4  # what one step of Philox4x64 gives, so that a row's words are one step


def key_of(seed: int, stream: str, redraw: int) -> Words:
    """The key of a stream of words; `stream` is a column's name, or that and a part of the column."""
    text = f"{seed}\0{redraw}\0{stream}".encode("utf-8", "surrogatepass")
    return np.frombuffer(hashlib.blake2b(text, digest_size=16).digest(), dtype="<u8").astype(np.uint64)


def words(key: Words, start: int, count: int) -> Words:
    """Four words for each of `count` rows from `start` on.

    Raw words only: numpy promises never to change them, while its distributions may change with any version.
    """
    raw: Words = Philox(key=key, counter=start).random_raw(WORDS_A_ROW * count)
    return raw.reshape(count, WORDS_A_ROW)


def units(column: Words) -> Units:
    """Words as numbers from 0 up to, not including, 1; each a multiple of 2⁻⁵³."""
    return (column >> np.uint64(11)).astype(np.float64) * 2.0**-53


def places(column: Words, count: int) -> NDArray[np.int64]:
    """Words as whole numbers from 0 up to, not including, `count` (below 2⁵³)."""
    return np.minimum((units(column) * count).astype(np.int64), count - 1)
