"""Opening SQLite files the one right way for each role, and turning its errors into ours."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from handai_errors import DamagedFileError, DatabaseBusyError, DiskFullError, StorageError

BUSY_TIMEOUT_MS = 30_000
SQLITE_VERSION = sqlite3.sqlite_version_info
FILE_MODE = 0o600
DIRECTORY_MODE = 0o700

_FULL = {sqlite3.SQLITE_FULL}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Run SQL on `path`; sqlite3 errors come out as StorageError of the right class."""
    try:
        yield
    except sqlite3.Error as error:
        raise storage_error(error, path) from error


def storage_error(error: sqlite3.Error, path: Path) -> StorageError:
    """The error a person can be told, by SQLite's own code."""
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    if code in _FULL or code == sqlite3.SQLITE_IOERR:
        return DiskFullError(
            f"Handai can't write to {path.parent}: the disk is full or failing.",
            "Everything counted so far is safe. Free some space, then resume.",
        )
    if code in _BUSY:
        return DatabaseBusyError(
            f"Another program is holding {path.name}.", "Close the program that has it open, then try again."
        )
    if code in _DAMAGED:
        return DamagedFileError(f"The file {path.name} is damaged.", "Restore it from a backup; it was left untouched.")
    return StorageError(f"The database {path.name} failed: {error}.", "Nothing counted was lost. Try again.")


def make_private(path: Path) -> None:
    """Create an empty file that only its owner can read, unless it is there."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, FILE_MODE))


def private_directory(path: Path) -> Path:
    """Create a directory that only its owner can enter; returns it."""
    path.mkdir(parents=True, exist_ok=True, mode=DIRECTORY_MODE)
    return path


def open_catalogue_file(path: Path) -> sqlite3.Connection:
    """A connection to the catalogue: rollback journal, autocommit, explicit short transactions."""
    make_private(path)
    connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    for pragma in ("journal_mode=DELETE", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "mmap_size=0"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def open_run_writer(path: Path) -> sqlite3.Connection:
    """The one writing connection of a run file: WAL, FULL, no mmap (SQLite 3.40 can corrupt WAL with two writers)."""
    make_private(path)
    connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000, check_same_thread=False)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "mmap_size=0", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def open_run_reader(path: Path) -> sqlite3.Connection:
    """A read-only connection to a run file; it never checkpoints."""
    if not path.exists():
        raise DamagedFileError(f"The run file {path.name} is missing.", "Restore it from a backup, or run again.")
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=5, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    for pragma in ("wal_autocheckpoint=0", "mmap_size=0"):
        connection.execute(f"PRAGMA {pragma}")
    return connection
