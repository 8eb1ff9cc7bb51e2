"""Tells that an answer is not kept without asking the file: almost every look is for one that nobody has."""

import sqlite3
from pathlib import Path
from time import monotonic

SEEN_TABLE = """
CREATE TABLE seen (id INTEGER PRIMARY KEY CHECK (id = 1), first INTEGER NOT NULL, last INTEGER NOT NULL,
    bits BLOB NOT NULL)
"""
# Once most of what they were made of has gone, they are made anew of what is left.
FORGET_IF_STALE = """
DELETE FROM seen WHERE (SELECT 2 * min(answers.id) - max(answers.id) FROM answers) > first
"""
_BYTES = 2**21  # for 24 bits of a key; with a million answers one look in seventeen goes to the file in vain
_SAVED_AFTER = 20_000  # keys that are read at a run's start instead, in about 20 ms
_SAVED = "SELECT first, last, bits FROM seen"
_SAVE = "INSERT OR REPLACE INTO seen (id, first, last, bits) VALUES (1, ?, ?, ?)"
_SPAN = "SELECT coalesce(min(id), 0), coalesce(max(id), 0) FROM answers"
_KEYS = "SELECT key FROM answers WHERE id > ? AND id <= ?"
_ALL_KEYS = "SELECT key FROM answers"
_KEYS_OF_OTHERS = "SELECT key FROM answers WHERE id > ? AND id <= ? AND run IS NOT (SELECT id FROM runs WHERE name = ?)"


class SeenKeys:
    """A bit for each value of a key's last 24 bits: one too many costs a look into the file, one too few a request.

    Answers that other runs keep meanwhile are seen within `look_every_s`.
    """

    def __init__(self, path: Path, run: str, look_every_s: float) -> None:
        self._path = path
        self._run = run
        self._look_every_s = look_every_s
        self._look_at = float("-inf")
        self._bits = bytearray(_BYTES)
        self._first_id = 0
        self._last_id = 0
        self._saved_id = 0
        self._read_inode: int | None = None  # of the file that the reader has open
        self._state: tuple[int, int, int] | None = None  # of the file, when it was looked at

    def may_have(self, reader: sqlite3.Connection, key: bytes) -> bool:
        """Whether the file may hold a key."""
        now = monotonic()
        if now >= self._look_at:
            self._look_at = now + self._look_every_s
            self._look(reader)
        place = int.from_bytes(key[-3:])
        return bool(self._bits[place >> 3] & 1 << (place & 7))

    def add(self, key: bytes) -> None:
        """Note a key that the file holds, or will."""
        place = int.from_bytes(key[-3:])
        self._bits[place >> 3] |= 1 << (place & 7)

    def save(self, connection: sqlite3.Connection) -> None:
        """Keep what was seen for the next run, once that saves it much reading."""
        last = self._last_id  # before the bits are copied: those may tell of more
        if last - self._saved_id > _SAVED_AFTER and self._is_the_file_that_was_read():
            connection.execute(_SAVE, (self._first_id, last, bytes(self._bits)))
            self._saved_id = last

    def _is_the_file_that_was_read(self) -> bool:
        """Not so once the answers were cleared and another run has begun a new file."""
        try:
            return self._path.stat().st_ino == self._read_inode
        except OSError:
            return False

    def _look(self, reader: sqlite3.Connection) -> None:
        """Read the keys that have come into the file: all at first, then those of other runs."""
        found = self._path.stat()
        state = (found.st_ino, found.st_mtime_ns, found.st_size)
        if state == self._state:
            return
        first, last = reader.execute(_SPAN).fetchone()
        if self._state is None:
            self._read_inode = found.st_ino
            keys = self._begin(reader, first, last)
        else:
            keys = reader.execute(_KEYS_OF_OTHERS, (self._last_id, last, self._run))
        for (key,) in keys:
            self.add(key)
        self._last_id, self._state = last, state

    def _begin(self, reader: sqlite3.Connection, first: int, last: int) -> sqlite3.Cursor:
        """The keys that are not among the saved ones; all of them, where nothing was saved."""
        saved = reader.execute(_SAVED).fetchone()
        if saved is None or saved[1] > last or len(saved[2]) != _BYTES:
            self._first_id = first
            return reader.execute(_ALL_KEYS)
        self._first_id, self._saved_id, bits = saved
        own = int.from_bytes(self._bits)
        self._bits = bytearray((own | int.from_bytes(bits)).to_bytes(_BYTES))
        return reader.execute(_KEYS, (self._saved_id, last))
