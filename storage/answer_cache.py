"""Answers kept for whoever asks the same again: cache.db, safe to lose, bounded, never an error to anyone.

Reads are one lookup by key, made where the answer is wanted; writes are a thread's, in batches.
"""

import queue
import sqlite3
import threading
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from zlib import crc32

from providers.base import Completion
from storage.connect import make_private
from storage.many import ManyRows
from storage.seen_keys import FORGET_IF_STALE, SEEN_TABLE, SeenKeys

MAX_BYTES = 500_000_000
_MAX_ANSWER_CHARS = 1_000_000
_VERSION = 4
_FLUSH_S = 1.0
_BUSY_S = 0.05  # a read waits no longer for another run's write: then it is a miss
_WRITE_BUSY_S = 10.0
_LOOK_EVERY_S = 0.25  # for what other runs have kept
_EVICTED_SHARE = 10  # one in so many goes when there are too many bytes
_MADE_ANEW = (
    "DROP TABLE IF EXISTS answers",
    "DROP TABLE IF EXISTS runs",
    "DROP TABLE IF EXISTS seen",
    """CREATE TABLE runs (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, first INTEGER NOT NULL,
    last INTEGER NOT NULL)""",  # its answers are among those from `first` to `last`
    """CREATE TABLE answers (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, run INTEGER NOT NULL, text TEXT NOT NULL,
    finish TEXT, model TEXT, checksum INTEGER NOT NULL)""",
    SEEN_TABLE,
    f"PRAGMA user_version = {_VERSION}",
)
_WRITER_PAGES = "PRAGMA cache_size = -8000"  # kB: each answer changes a page somewhere in the index of keys
_ADD_RUN = """
INSERT INTO runs (name, first, last) SELECT ?, coalesce(max(id), 0) + 1, 0 FROM answers WHERE true
ON CONFLICT (name) DO UPDATE SET first = min(first, excluded.first) RETURNING id
"""
_ADD = ManyRows("INSERT OR REPLACE INTO answers (key, run, text, finish, model, checksum)", 6)
_END_RUN = "UPDATE runs SET last = (SELECT max(id) FROM answers) WHERE id = ?"
_FIND = "SELECT text, finish, model, checksum FROM answers WHERE key = ?"
_FORGET = (
    """DELETE FROM answers WHERE id BETWEEN (SELECT first FROM runs WHERE name = :name)
    AND (SELECT last FROM runs WHERE name = :name) AND run = (SELECT id FROM runs WHERE name = :name)""",
    "DELETE FROM runs WHERE name = :name",
)
_EVICT = "DELETE FROM answers WHERE id <= (SELECT min(id) + (max(id) - min(id)) / ? FROM answers)"
_TABLES = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('answers', 'runs', 'seen')"
_USED = """
SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size
"""


_Told = tuple[str, str | None, str | None]  # an answer's text, why it ended, and its model


@dataclass(frozen=True, slots=True)
class CacheUse:
    """How many answers are kept, and the bytes on the disk."""

    answers: int
    bytes: int


class AnswerCache:
    """The kept answers, for one run; `close` writes what is left. Where the file can't be used it keeps nothing."""

    def __init__(
        self, path: Path, run_id: str, max_bytes: int = MAX_BYTES, look_every_s: float = _LOOK_EVERY_S
    ) -> None:
        self._path = path
        self._run_id = run_id
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._fresh: dict[bytes, _Told] = {}
        self._being_written: dict[bytes, _Told] = {}
        self._seen = SeenKeys(path, run_id, look_every_s)
        self._bell: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._reader = _opened(path, _BUSY_S)
        self._thread = threading.Thread(target=self._run, name="answer-cache", daemon=True)
        self._thread.start()

    def find(self, key: bytes) -> Completion | None:
        """The answer under a key; None where there is none, or none that is whole."""
        if (fresh := self._fresh.get(key) or self._being_written.get(key)) is not None:
            return _completion(*fresh)
        try:
            if self._reader is None or not self._seen.may_have(self._reader, key):
                return None
            row = self._reader.execute(_FIND, (key,)).fetchone()
        except sqlite3.Error as error:
            self._forget_if_damaged(error)
            return None
        except OSError:  # cleared meanwhile
            return None
        if row is None or row[3] != _checksum(key, *row[:3]):
            return None
        return _completion(*row[:3])

    def keep(self, key: bytes, completion: Completion) -> None:
        """Keep an answer."""
        text = completion.text
        if self._reader is None or text is None or len(text) > _MAX_ANSWER_CHARS:
            return
        self._seen.add(key)  # before it is written and no longer fresh
        with self._lock:
            if not self._fresh:
                self._bell.put(None)
            self._fresh[key] = (text, completion.finish_reason, completion.model)

    def close(self) -> None:
        """Write what is left and end the thread."""
        self._closing.set()
        self._bell.put(None)
        self._thread.join()
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _run(self) -> None:
        is_last = False
        while not is_last:
            self._bell.get()
            is_last = self._closing.wait(_FLUSH_S)  # then nothing comes after what is fresh now
            with self._lock:  # in this order: whoever looks meanwhile looks at the fresh ones first
                self._being_written = self._fresh
                self._fresh = {}
            if self._being_written:
                self._write(self._being_written)
            self._being_written = {}

    def _write(self, batch: Mapping[bytes, _Told]) -> None:
        connection = _opened(self._path, _WRITE_BUSY_S)
        if connection is None:
            return
        with closing(connection), suppress(sqlite3.Error):
            connection.execute(_WRITER_PAGES)
            connection.execute("BEGIN IMMEDIATE")
            (run,) = connection.execute(_ADD_RUN, (self._run_id,)).fetchone()
            _ADD.write(connection, _rows_of(batch, run))
            connection.execute(_END_RUN, (run,))
            self._seen.save(connection)
            connection.execute("COMMIT")
            while connection.execute(_USED).fetchone()[0] > self._max_bytes:
                if connection.execute(_EVICT, (_EVICTED_SHARE,)).rowcount < 1:
                    break
                connection.execute(FORGET_IF_STALE)

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
            for statement in _FORGET:
                connection.execute(statement, {"name": run_id})
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
        # Nobody waits for this disk; a power cut can cost the file, whose answers carry a checksum each.
        for pragma in ("journal_mode=TRUNCATE", "synchronous=OFF", "secure_delete=ON", "mmap_size=0"):
            connection.execute(f"PRAGMA {pragma}")
        if not _is_made(connection):
            _make(connection, busy_s)
    except BaseException:
        connection.close()
        raise
    return connection


def _is_made(connection: sqlite3.Connection) -> bool:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    return bool(version == _VERSION and connection.execute(_TABLES).fetchone()[0] == 3)


def _make(connection: sqlite3.Connection, busy_s: float) -> None:
    """Make the file anew; of several runs that find it so, one does."""
    connection.execute(f"PRAGMA busy_timeout = {_WRITE_BUSY_S * 1000:.0f}")
    connection.execute("BEGIN IMMEDIATE")
    if not _is_made(connection):
        for statement in _MADE_ANEW:
            connection.execute(statement)
    connection.execute("COMMIT")
    connection.execute(f"PRAGMA busy_timeout = {busy_s * 1000:.0f}")


def _is_damage(error: sqlite3.Error) -> bool:
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    return code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _set_aside(path: Path) -> None:
    with suppress(OSError):
        path.replace(_beside(path))
        path.with_name(f"{path.name}-journal").unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.damaged")


def _rows_of(batch: Mapping[bytes, _Told], run: int) -> list[tuple[object, ...]]:
    """The rows of a batch by key, so that each page of the index of keys is changed once."""
    rows: list[tuple[bytes, int, str, str | None, str | None, int]] = []
    for key, told in batch.items():
        try:
            rows.append((key, run, *told, _checksum(key, *told)))
        except UnicodeEncodeError:  # half a character: no JSON holds it
            continue
    return sorted(rows, key=itemgetter(0))


def _checksum(key: bytes, text: str, finish: str | None, model: str | None) -> int:
    return crc32(f"{text}\0{finish}\0{model}".encode(), crc32(key))


def _completion(text: str, finish: str | None, model: str | None) -> Completion:
    return Completion(text, model=model, finish_reason=finish)
