"""Answers kept for whoever asks the same again: cache.db, safe to lose, bounded, never an error to anyone.

Reads are one lookup by key, made where the answer is wanted; writes are a thread's, in batches.
"""

import hashlib
import queue
import sqlite3
import threading
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import orjson

from providers.base import Completion
from storage.connect import make_private
from storage.many import ManyRows

MAX_BYTES = 500_000_000
_MAX_ANSWER_CHARS = 1_000_000
_VERSION = 2
_FLUSH_S = 1.0
_BUSY_S = 0.05  # a read waits no longer for another run's write: then it is a miss
_WRITE_BUSY_S = 10.0
_HASHED = 2**24 - 1
_MOST_SEEN = 300_000  # with more answers than these, reading all keys at a run's start would take longer than a second
_EVICTED_SHARE = 10  # one in so many goes when there are too many bytes
_TABLE = """
CREATE TABLE IF NOT EXISTS answers (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, run TEXT NOT NULL, at REAL NOT NULL, text TEXT NOT NULL,
    finish TEXT, model TEXT, sha256 TEXT NOT NULL)
"""
_INDEX = "CREATE INDEX IF NOT EXISTS answers_by_run ON answers(run)"
_ADD = ManyRows("INSERT OR REPLACE INTO answers (key, run, at, text, finish, model, sha256)", 7)
_FIND = "SELECT text, finish, model, sha256 FROM answers WHERE key = ?"
_KEYS = "SELECT id, key FROM answers WHERE id > ?"
_SPAN = "SELECT coalesce(max(id) - min(id), 0) FROM answers"
_EVICT = "DELETE FROM answers WHERE id <= (SELECT min(id) + (max(id) - min(id)) / ? FROM answers)"
_USED = """
SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size
"""


class SeenKeys:
    """Tells that a key is not in the file without asking it: almost every look is for an answer nobody has.

    One bit for each value of 24 bits of a key's hash; a bit too many costs a look into the file, one too few a request.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._bits = bytearray((_HASHED + 1) // 8)
        self._last_id = 0
        self._state: tuple[int, int, int] | None = None
        self._is_of_use: bool | None = None  # not known before the first look

    def may_have(self, reader: sqlite3.Connection, key: str) -> bool:
        """Whether the file may hold a key; keys that came into it since the last time are read first."""
        if self._is_of_use is None:
            self._is_of_use = reader.execute(_SPAN).fetchone()[0] <= _MOST_SEEN
        if not self._is_of_use:
            return True
        self._take_in_new_ones(reader)
        place = hash(key) & _HASHED
        return bool(self._bits[place >> 3] & 1 << (place & 7))

    def _take_in_new_ones(self, reader: sqlite3.Connection) -> None:
        found = self._path.stat()
        state = (found.st_ino, found.st_mtime_ns, found.st_size)
        if state != self._state:
            for id_, other in reader.execute(_KEYS, (self._last_id,)):
                self.add(other)
                self._last_id = id_
            self._state = state

    def add(self, key: str) -> None:
        """Note a key that the file holds, or will."""
        place = hash(key) & _HASHED
        self._bits[place >> 3] |= 1 << (place & 7)


@dataclass(frozen=True, slots=True)
class CacheUse:
    """How many answers are kept, and the bytes on the disk."""

    answers: int
    bytes: int


class AnswerCache:
    """The kept answers, for one run; `close` writes what is left. Where the file can't be used it keeps nothing."""

    def __init__(self, path: Path, run_id: str, max_bytes: int = MAX_BYTES) -> None:
        self._path = path
        self._run_id = run_id
        self._max_bytes = max_bytes
        self._fresh: dict[str, Completion] = {}  # not written yet
        self._seen = SeenKeys(path)
        self._queue: queue.SimpleQueue[tuple[str, Completion] | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._reader = _opened(path, _BUSY_S)
        self._thread = threading.Thread(target=self._run, name="answer-cache", daemon=True)
        self._thread.start()

    def find(self, key: str) -> Completion | None:
        """The answer under a key; None where there is none, or none that is whole."""
        fresh = self._fresh.get(key)
        if fresh is not None or self._reader is None:
            return fresh
        try:
            if not self._seen.may_have(self._reader, key):
                return None
            row = self._reader.execute(_FIND, (key,)).fetchone()
        except sqlite3.Error as error:
            self._forget_if_damaged(error)
            return None
        except OSError:  # cleared meanwhile
            return None
        if row is None or row[3] != _digest(key, *row[:3]):
            return None
        return Completion(row[0], model=row[2], finish_reason=row[1])

    def keep(self, key: str, completion: Completion) -> None:
        """Keep an answer."""
        if self._reader is None or completion.text is None or len(completion.text) > _MAX_ANSWER_CHARS:
            return
        kept = Completion(completion.text, model=completion.model, finish_reason=completion.finish_reason)
        self._fresh[key] = kept
        self._seen.add(key)  # before it is written and no longer fresh
        self._queue.put((key, kept))

    def close(self) -> None:
        """Write what is left and end the thread."""
        self._closing.set()
        self._queue.put(None)
        self._thread.join()
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _run(self) -> None:
        ending = False
        while not ending:
            items = [self._queue.get()]
            if items[0] is not None:
                self._closing.wait(_FLUSH_S)
            with suppress(queue.Empty):
                while True:
                    items.append(self._queue.get_nowait())
            ending = None in items
            batch = [item for item in items if item is not None]
            if batch:
                self._write(batch)
                for key, _ in batch:
                    self._fresh.pop(key, None)

    def _write(self, batch: Sequence[tuple[str, Completion]]) -> None:
        now = time.time()
        rows = []
        for key, found in batch:
            told = _told(found)
            try:
                rows.append((key, self._run_id, now, *told, _digest(key, *told)))
            except TypeError:  # half a character: no JSON holds it
                continue
        connection = _opened(self._path, _WRITE_BUSY_S)
        if connection is None:
            return
        with closing(connection), suppress(sqlite3.Error):
            connection.execute("BEGIN IMMEDIATE")
            _ADD.write(connection, rows)
            connection.execute("COMMIT")
            while connection.execute(_USED).fetchone()[0] > self._max_bytes:
                if connection.execute(_EVICT, (_EVICTED_SHARE,)).rowcount < 1:
                    break

    def _forget_if_damaged(self, error: sqlite3.Error) -> None:
        if _is_damage(error) and self._reader is not None:
            self._reader.close()
            _set_aside(self._path)
            self._reader = _opened(self._path, _BUSY_S)


def cache_use(path: Path) -> CacheUse:
    """What is kept."""
    connection = _opened(path, _BUSY_S) if path.exists() else None
    if connection is None:
        return CacheUse(0, 0)
    with closing(connection), suppress(sqlite3.Error):
        return CacheUse(connection.execute("SELECT count(*) FROM answers").fetchone()[0], path.stat().st_size)
    return CacheUse(0, 0)


def forget_answers(path: Path, run_id: str) -> None:
    """Delete the answers that a run has kept, from the file's bytes too."""
    connection = _opened(path, _WRITE_BUSY_S) if path.exists() else None
    _beside(path).unlink(missing_ok=True)
    if connection is None:
        return
    with closing(connection):
        try:
            connection.execute("DELETE FROM answers WHERE run = ?", (run_id,))
        except sqlite3.Error:  # what can't be taken out of it must not stay in it
            clear_cache(path)


def clear_cache(path: Path) -> None:
    """Delete every kept answer."""
    for name in (path, _beside(path), path.with_name(f"{path.name}-journal")):
        name.unlink(missing_ok=True)


def _opened(path: Path, busy_s: float) -> sqlite3.Connection | None:
    """A connection to the file, made anew where it is damaged or of another version; None where it can't be had."""
    for _ in range(2):
        try:
            return _connect(path, busy_s)
        except sqlite3.Error as error:
            if not _is_damage(error):
                return None
            _set_aside(path)
        except OSError:
            return None
    return None


def _connect(path: Path, busy_s: float) -> sqlite3.Connection:
    make_private(path)
    connection = sqlite3.connect(path, isolation_level=None, timeout=busy_s, check_same_thread=False)
    try:
        # Nobody waits for this disk; a power cut can cost the file, whose answers carry a hash each.
        for pragma in ("journal_mode=TRUNCATE", "synchronous=OFF", "secure_delete=ON", "mmap_size=0"):
            connection.execute(f"PRAGMA {pragma}")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version != _VERSION:
            for statement in ("DROP TABLE IF EXISTS answers", _TABLE, _INDEX, f"PRAGMA user_version = {_VERSION}"):
                connection.execute(statement)
    except BaseException:
        connection.close()
        raise
    return connection


def _is_damage(error: sqlite3.Error) -> bool:
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    return code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _set_aside(path: Path) -> None:
    with suppress(OSError):
        path.replace(_beside(path))
        path.with_name(f"{path.name}-journal").unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.damaged")


def _told(found: Completion) -> tuple[str | None, str | None, str | None]:
    return found.text, found.finish_reason, found.model


def _digest(key: str, *told: str | None) -> str:
    return hashlib.sha256(orjson.dumps((key, *told))).hexdigest()
