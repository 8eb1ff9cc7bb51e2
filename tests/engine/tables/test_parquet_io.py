"""The stored table, read row by row."""

import tracemalloc
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.tables import Column, ColumnKind, TableInfo, read_info, read_page, read_rows
from engine.tables.parquet_io import TableWriter
from handai_errors import DamagedFileError, TableError

COLUMNS = (Column("i", ColumnKind.INTEGER), Column("t.x"), Column("j", ColumnKind.JSON))


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    path = tmp_path / "t.parquet"
    with TableWriter(path, COLUMNS) as writer:
        for first in range(0, 100, 10):
            numbers = range(first, first + 10)
            writer.write_values([list(numbers), [f"t{i}" for i in numbers], [f"[{i}]" for i in numbers]])
        writer.finish(TableInfo(100, COLUMNS, "csv", sheets=("a",), notices=("x",)))
    return path


@pytest.mark.parametrize(("start", "stop"), [(0, None), (0, 1), (5, 25), (10, 20), (99, 500), (100, None), (30, 10)])
def test_a_range_of_rows_in_order(stored: Path, start: int, stop: int | None) -> None:
    expected = [{"i": i, "t.x": f"t{i}", "j": [i]} for i in range(100)][start:stop]
    assert list(read_rows(stored, start=start, stop=stop)) == expected


def test_a_page_ends_with_the_table(stored: Path) -> None:
    assert [row["i"] for row in read_page(stored, 95, 50)] == [95, 96, 97, 98, 99]


def test_only_the_columns_asked_for_in_their_order(stored: Path) -> None:
    assert next(read_rows(stored, columns=["j", "i"])) == {"j": [0], "i": 0}
    assert list(next(read_rows(stored, columns=["j", "i"]))) == ["j", "i"]
    assert list(read_rows(stored, columns=[], stop=2)) == [{}, {}]


def test_a_missing_column_is_named(stored: Path) -> None:
    with pytest.raises(TableError, match=r"no column 'k'.*i, t\.x, j"):
        next(read_rows(stored, columns=["k"]))


def test_row_groups_before_the_start_are_not_decoded(stored: Path) -> None:
    first = pq.read_metadata(stored).row_group(0)
    data = bytearray(stored.read_bytes())
    for column in range(3):
        chunk = first.column(column)
        start = chunk.data_page_offset
        data[start : start + chunk.total_compressed_size] = bytes(chunk.total_compressed_size)
    stored.write_bytes(bytes(data))
    assert next(read_rows(stored, start=50))["i"] == 50
    with pytest.raises(DamagedFileError):
        next(read_rows(stored))


def test_the_description_is_in_the_file(stored: Path) -> None:
    assert read_info(stored) == TableInfo(100, COLUMNS, "csv", sheets=("a",), notices=("x",))


def test_files_that_are_no_stored_table(tmp_path: Path) -> None:
    foreign, broken = tmp_path / "f.parquet", tmp_path / "b.parquet"
    pq.write_table(pa.table({"a": [1]}), foreign)
    broken.write_bytes(b"PAR1")
    for path, message in (
        (foreign, "not a table that Handai stored"),
        (broken, "damaged"),
        (tmp_path / "x", "missing"),
    ):
        with pytest.raises(DamagedFileError, match=message):
            read_info(path)


def test_reading_can_stop_early_without_leaving_the_file_open(stored: Path) -> None:
    rows = read_rows(stored)
    next(rows)
    rows.close()  # type: ignore[attr-defined]  # a generator, though only an iterator is promised
    assert next(read_rows(stored))["i"] == 0


def test_rows_become_python_objects_a_few_at_a_time(tmp_path: Path) -> None:
    target, columns = tmp_path / "t.parquet", [Column(f"c{place}") for place in range(40)]
    with TableWriter(target, columns) as writer:
        writer.write_values([[f"a cell of its own {row}" for row in range(8_000)]] * 40)
        writer.finish(TableInfo(8_000, tuple(columns), "csv"))
    tracemalloc.start()

    rows = sum(1 for _ in read_rows(target))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert rows == 8_000
    assert peak < 8_000_000  # the whole group as Python objects: 25 MB
