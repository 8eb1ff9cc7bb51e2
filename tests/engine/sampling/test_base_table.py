"""Writing the sampled columns: readable by the app's readers, private, whole or not there."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from engine.sampling import write
from engine.tables.parquet_io import BATCH_ROWS, read_info, read_rows
from handai_errors import DiskFullError, StorageError
from tests.engine.sampling.schemas import ALL, sampler

PLAIN: list[dict[str, Any]] = [
    {"name": "n", "sampler": "sequence"},
    {"name": "x", "sampler": "uniform", "low": 0, "high": 1},
]


def nothing(rows: int) -> None:
    """Progress that nobody looks at."""


def test_what_is_read_back_is_what_is_drawn(tmp_path: Path) -> None:
    columns = [
        *ALL,
        {"name": "mixed", "expression": "if_(plan == 'free', 'x', spend)"},
        {"name": "where", "sampler": "faker", "kind": "latlng"},
        {"name": "object", "sampler": "constant", "value": {"a": [1, "é"]}},
        {"name": "dated", "expression": "if_(active, day, 'never')"},
        {"name": "wrong", "expression": "1 / (number - 10)"},
    ]
    one = sampler(*columns, rows=50)
    one.write(tmp_path / "table.parquet", nothing)
    rows = list(read_rows(tmp_path / "table.parquet"))
    assert rows == [one.row(index, 0) for index in range(50)]
    assert read_info(tmp_path / "table.parquet").columns == one.columns
    assert read_info(tmp_path / "table.parquet").rows == 50


def test_a_table_of_several_blocks_is_whole_and_tells_its_progress(tmp_path: Path) -> None:
    heard: list[int] = []
    rows = 2 * BATCH_ROWS + 5
    sampler(*PLAIN, rows=rows).write(tmp_path / "table.parquet", heard.append)
    assert heard == [BATCH_ROWS, 2 * BATCH_ROWS, rows]
    assert [row["n"] for row in read_rows(tmp_path / "table.parquet", ["n"])] == list(range(1, rows + 1))


def test_the_file_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        sampler(*PLAIN).write(tmp_path / "table.parquet", nothing)
    finally:
        os.umask(before)
    assert (tmp_path / "table.parquet").stat().st_mode & 0o777 == 0o600


def test_breaking_off_leaves_nothing_behind(tmp_path: Path) -> None:
    class StoppedError(Exception):
        pass

    def stop(rows: int) -> None:
        assert len(list(tmp_path.iterdir())) == 1
        raise StoppedError

    with pytest.raises(StoppedError):
        sampler(*PLAIN).write(tmp_path / "table.parquet", stop)
    assert list(tmp_path.iterdir()) == []


def test_breaking_off_keeps_the_earlier_file(tmp_path: Path) -> None:
    target = tmp_path / "table.parquet"
    sampler(*PLAIN, rows=3).write(target, nothing)

    def stop(rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sampler(*PLAIN, rows=9).write(target, stop)
    assert read_info(target).rows == 3


def test_what_a_killed_process_left_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "table.parquet.part").write_bytes(b"half")
    (tmp_path / "table.parquet.part").chmod(0o644)
    sampler(*PLAIN).write(tmp_path / "table.parquet", nothing)
    assert [path.name for path in tmp_path.iterdir()] == ["table.parquet"]
    assert (tmp_path / "table.parquet").stat().st_mode & 0o777 == 0o600


def test_a_table_drawn_again_is_the_same(tmp_path: Path) -> None:
    sampler(*ALL).write(tmp_path / "one.parquet", nothing)
    sampler(*ALL).write(tmp_path / "two.parquet", nothing)
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="could not be written"):
        sampler(*PLAIN).write(tmp_path / "missing" / "table.parquet", nothing)


def test_a_full_disk_is_told_and_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(write, "_sync", full)
    with pytest.raises(DiskFullError, match="disk is full"):
        sampler(*PLAIN).write(tmp_path / "table.parquet", nothing)
    assert list(tmp_path.iterdir()) == []
