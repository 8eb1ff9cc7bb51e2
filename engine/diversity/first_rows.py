"""The first row of every text, by the text's hash: a few bytes a text, where the text itself takes hundreds."""

from hashlib import blake2b

import numpy as np

_FIRST_CAPACITY = 1 << 12


class FirstRows:
    """A hash table in two plain arrays, never more than half full: about 36 bytes a text.

    Two different texts are taken for equal about once in ten million tables of a million texts.
    """

    def __init__(self) -> None:
        self._count = 0
        self._keys = np.zeros(_FIRST_CAPACITY, dtype=np.uint64)  # 0 is an empty place
        self._rows = np.zeros(_FIRST_CAPACITY, dtype=np.int64)

    def find(self, text: str) -> int | None:
        """The row whose text is equal, if there is one."""
        key = _key(text)
        place = self._place(key)
        return int(self._rows[place]) if self._keys[place] == key else None

    def add(self, row: int, text: str) -> None:
        """Take in a text that is not there."""
        if 2 * self._count >= len(self._keys):
            self._grow()
        self._put(_key(text), row)
        self._count += 1

    def _put(self, key: int, row: int) -> None:
        place = self._place(key)
        self._keys[place], self._rows[place] = key, row

    def _place(self, key: int) -> int:
        """Where the key is, or belongs."""
        keys, last = self._keys, len(self._keys) - 1
        place = key & last
        while keys[place] != 0 and keys[place] != key:
            place = (place + 1) & last
        return place

    def _grow(self) -> None:
        filled = np.flatnonzero(self._keys)
        keys, rows = self._keys[filled].tolist(), self._rows[filled].tolist()
        size = 2 * len(self._keys)
        self._keys, self._rows = np.zeros(size, dtype=np.uint64), np.zeros(size, dtype=np.int64)
        for key, row in zip(keys, rows, strict=True):
            self._put(key, row)


def _key(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little") or 1
