"""The catalogue: small, shared by several processes, whole transactions or none."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from engine.tables.model import Column, ColumnKind, ParseOptions, TableInfo
from handai_db import Catalogue, DatasetRecord
from handai_errors import DatabaseBusyError, StorageError

_WRITER = """
import sys
from pathlib import Path
from handai_db import Catalogue
for number in range(15):
    with Catalogue(Path(sys.argv[1])) as catalogue:
        catalogue.sessions.add(f"{sys.argv[2]}-{number}", "x")
        catalogue.settings.put({f"{sys.argv[2]}": number, "both": sys.argv[2]})
"""


def dataset(dataset_id: str, created_at: float = 1.0) -> DatasetRecord:
    info = TableInfo(3, (Column("a"), Column("b", ColumnKind.DATE)), "csv", sheets=("one",), notices=("note",))
    return DatasetRecord(dataset_id, "möbel.csv", ParseOptions(delimiter=";"), info, 99, False, created_at)


def test_two_processes_write_at_once_and_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "handai.db"
    root = Path(__file__).parents[2]
    writers = [subprocess.Popen([sys.executable, "-c", _WRITER, path, name], cwd=root) for name in ("a", "b")]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    with Catalogue(path) as catalogue:
        assert len(catalogue.sessions.all()) == 30
        assert catalogue.settings.all() | {"both": "?"} == {"a": 14, "b": 14, "both": "?"}


def test_a_held_catalogue_is_told_as_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.connect.BUSY_TIMEOUT_MS", 20)
    path = tmp_path / "handai.db"
    with Catalogue(path) as catalogue, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusyError):
            catalogue.settings.put({"a": 1})
        other.execute("ROLLBACK")
        catalogue.settings.put({"a": 2})
        assert catalogue.settings.all() == {"a": 2}


def test_a_commit_that_a_reader_blocks_leaves_no_half_open_transaction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.connect.BUSY_TIMEOUT_MS", 20)
    path = tmp_path / "handai.db"
    with Catalogue(path) as catalogue, closing(sqlite3.connect(path, isolation_level=None)) as other:
        catalogue.settings.put({"a": 1, "b": 1})
        cursor = other.execute("SELECT * FROM settings")
        cursor.fetchone()  # a reader in the middle of its work lets nobody commit
        with pytest.raises(DatabaseBusyError):
            catalogue.settings.put({"a": 2})
        cursor.close()
        catalogue.settings.put({"b": 3})
        assert catalogue.settings.all() == {"a": 1, "b": 3}


def add_two(catalogue: Catalogue, one: str, two: str) -> None:
    with catalogue.database.transaction():
        catalogue.sessions.add(one, "x")
        catalogue.sessions.add(two, "x")


def test_a_transaction_that_fails_changes_nothing(tmp_path: Path) -> None:
    with Catalogue(tmp_path / "handai.db") as catalogue:
        catalogue.sessions.add("taken", "x")
        with pytest.raises(StorageError):
            add_two(catalogue, "new", "taken")
        assert [item.id for item in catalogue.sessions.all()] == ["taken"]


def test_settings_keep_their_kinds_and_leave_others_alone(tmp_path: Path) -> None:
    with Catalogue(tmp_path / "handai.db") as catalogue:
        catalogue.settings.put({"text": "ä", "none": None, "list": [1, 2.5], "flag": True})
        catalogue.settings.put({"flag": False})
    with Catalogue(tmp_path / "handai.db") as catalogue:
        assert catalogue.settings.all() == {"text": "ä", "none": None, "list": [1, 2.5], "flag": False}


def test_sessions_come_last_used_first(tmp_path: Path) -> None:
    with Catalogue(tmp_path / "handai.db") as catalogue:
        catalogue.sessions.add("one", "One")
        catalogue.sessions.add("two", "Two")
        catalogue.sessions.touch("one")
        catalogue.sessions.rename("one", "First")
        assert [(item.id, item.name, item.runs) for item in catalogue.sessions.all()] == [
            ("one", "First", 0),
            ("two", "Two", 0),
        ]


def test_a_dataset_comes_back_as_it_was_stored(tmp_path: Path) -> None:
    with Catalogue(tmp_path / "handai.db") as catalogue:
        catalogue.datasets.add(dataset("d"))
        catalogue.datasets.add(dataset("d", created_at=2.0))
        assert catalogue.datasets.get("d") == dataset("d")
        assert catalogue.datasets.get("other") is None


def test_only_a_dataset_without_runs_is_deleted(tmp_path: Path) -> None:
    with Catalogue(tmp_path / "handai.db") as catalogue:
        catalogue.datasets.add(dataset("old", created_at=1.0))
        catalogue.datasets.add(dataset("new", created_at=9.0))
        assert [item.id for item in catalogue.datasets.unused(older_than=5.0)] == ["old"]
        assert catalogue.datasets.delete_unused("old")
        assert not catalogue.datasets.delete_unused("old")
