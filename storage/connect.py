"""Opening SQLite files the one right way for each role, and turning its errors into ours."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from handai_errors import DamagedFileError, DatabaseBusyError, DiskFullError, StorageError
from storage.migrate import Migration, migrate, refuse_newer, version_of
from storage.schema import CATALOGUE, RUN_FILE

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
    if code in _DAMAGED or str(error).startswith("Could not decode"):
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
    """A connection to the catalogue, up to date: rollback journal, autocommit, explicit short transactions."""
    make_private(path)
    connection = _connect(path, CATALOGUE, "journal_mode=DELETE", "foreign_keys=ON")
    connection.row_factory = sqlite3.Row
    connection.create_function("fold", 1, _fold, deterministic=True)
    return connection


def open_run_writer(path: Path, *, create: bool = False) -> sqlite3.Connection:
    """The one writing connection of a run file, up to date (SQLite 3.40 can corrupt WAL with two writers)."""
    if create:
        make_private(path)
    else:
        _must_be_filled(path)  # an empty file in place of a lost one would ask, and pay, for every row again
    return _connect(path, RUN_FILE, "journal_mode=WAL")


def open_run_reader(path: Path) -> sqlite3.Connection:
    """A read-only connection to a run file; it never checkpoints."""
    _must_be_filled(path)
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=5, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    with _closed_on_failure(connection):
        refuse_newer(connection, RUN_FILE, path)
        for pragma in ("wal_autocheckpoint=0", "mmap_size=0"):
            connection.execute(f"PRAGMA {pragma}")
        if version_of(connection) < 2:  # a run of before verdicts were kept has none
            connection.execute("CREATE TEMP TABLE verdicts (row INTEGER, draw INTEGER, verdict TEXT, cause TEXT)")
        if version_of(connection) < 4:  # nor did a row take a similar one's answer
            connection.execute(
                "CREATE TEMP VIEW results AS SELECT *, NULL AS similar_to, NULL AS similarity FROM main.results"
            )
        if version_of(connection) < 6:  # nor was another model asked
            connection.execute("CREATE TEMP VIEW attempts AS SELECT *, NULL AS fallback FROM main.attempts")
    return connection


def copy_into(connection: sqlite3.Connection, target: Path) -> None:
    """Write a consistent copy of a database to a new file that only its owner can read.

    By a connection of its own: the views that stand in for an older run file's tables would be in the way.
    """
    make_private(target)
    (source,) = (path for _, name, path in connection.execute("PRAGMA database_list") if name == "main")
    address = f"{Path(source).as_uri()}?mode=ro"
    with (
        translated(target),
        closing(sqlite3.connect(address, uri=True, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000)) as plain,
    ):
        plain.execute("VACUUM INTO ?", (str(target),))


def _connect(path: Path, migrations: Sequence[Migration], *pragmas: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000, check_same_thread=False)
    with _closed_on_failure(connection):
        refuse_newer(connection, migrations, path)  # before a pragma can write to the file
        for pragma in (*pragmas, "synchronous=FULL", "secure_delete=ON", "mmap_size=0"):
            connection.execute(f"PRAGMA {pragma}")
        migrate(connection, migrations, path)
    return connection


@contextmanager
def _closed_on_failure(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _must_be_filled(path: Path) -> None:
    if not path.exists() or path.stat().st_size == 0:
        what = "empty" if path.exists() else "missing"
        raise DamagedFileError(f"The run file {path.name} is {what}.", "Restore it from a backup, or run again.")


def _fold(text: str | None) -> str | None:
    """Letter case taken away in every script, which SQLite's lower() does for ASCII only."""
    return None if text is None else text.casefold()
