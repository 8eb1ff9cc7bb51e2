"""Files that only their owner can read, and SQLite's errors in words a person can use."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from handai_db import Catalogue, RunReader, private_directory
from handai_errors import DamagedFileError, DatabaseBusyError, DiskFullError, StorageError
from storage.connect import storage_error, translated
from tests.storage.stored import new_run_file


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def sqlite_failure(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("made up")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_FULL, DiskFullError),
        (sqlite3.SQLITE_IOERR_WRITE, DiskFullError),
        (sqlite3.SQLITE_IOERR_FSYNC, DiskFullError),
        (sqlite3.SQLITE_BUSY, DatabaseBusyError),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, DatabaseBusyError),
        (sqlite3.SQLITE_LOCKED, DatabaseBusyError),
        (sqlite3.SQLITE_CORRUPT, DamagedFileError),
        (sqlite3.SQLITE_NOTADB, DamagedFileError),
        (sqlite3.SQLITE_ERROR, StorageError),
        (sqlite3.SQLITE_READONLY, StorageError),
    ],
)
def test_sqlite_s_codes_become_our_errors(tmp_path: Path, code: int, kind: type[StorageError]) -> None:
    error = storage_error(sqlite_failure(code), tmp_path / "x.db")
    assert type(error) is kind
    assert error.cause
    assert error.remedy


def test_an_error_without_a_code_is_still_a_storage_error(tmp_path: Path) -> None:
    connection = sqlite3.connect(":memory:")
    connection.close()
    with pytest.raises(StorageError, match="Cannot operate"), translated(tmp_path / "x.db"):
        connection.execute("SELECT 1")


def test_every_file_is_its_owner_s_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Catalogue(home / "handai.db") as catalogue:
        catalogue.settings.put({"a": 1})
        catalogue.database.copy_to(tmp_path / "copy.db")
    assert mode(home) == 0o700
    run = new_run_file(private_directory(home / "runs"))
    with RunReader(run) as reader:
        reader.progress()
        reader.copy_to(tmp_path / "run copy.db")
        shared = [path for path in home.rglob("*") if path.is_file() and mode(path) != 0o600]
    assert shared == []
    assert mode(tmp_path / "copy.db") == mode(tmp_path / "run copy.db") == 0o600
    assert mode(home / "runs") == 0o700


def test_a_copy_never_replaces_a_file(tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_text("mine")
    with Catalogue(tmp_path / "handai.db") as catalogue, pytest.raises(StorageError):
        catalogue.database.copy_to(target)
    assert target.read_text() == "mine"


def test_deleted_text_does_not_linger_in_the_catalogue(tmp_path: Path) -> None:
    path = tmp_path / "handai.db"
    with Catalogue(path) as catalogue:
        catalogue.sessions.add("s", "a telling name")
        catalogue.sessions.delete("s")
    assert b"telling" not in path.read_bytes()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
