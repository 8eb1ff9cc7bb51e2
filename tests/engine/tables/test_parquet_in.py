"""Parquet files of any origin."""

from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.tables import ParseOptions, read_rows
from engine.tables.parquet_in import convert_parquet
from engine.tables.parquet_io import BATCH_BYTES
from handai_errors import TableError
from tests.engine.tables.builders import Converted, convert_file


def read(folder: Path, arrays: dict[str, "pa.Array[Any]"]) -> Converted:
    source = folder / "upload"
    pq.write_table(pa.Table.from_arrays(list(arrays.values()), names=list(arrays)), source)
    return convert_file(source, "t.parquet")


ZONE = timezone(timedelta(hours=2))

CASES: list[tuple[str, "pa.Array[Any]", str, object]] = [
    ("text", pa.array(["ü"]), "text", "ü"),
    ("large text", pa.array(["x"], pa.large_string()), "text", "x"),
    ("dictionary", pa.array(["x"]).dictionary_encode(), "text", "x"),
    ("small integer", pa.array([7], pa.int8()), "integer", 7),
    ("unsigned", pa.array([2**64 - 1], pa.uint64()), "text", str(2**64 - 1)),
    ("float", pa.array([0.5], pa.float32()), "number", 0.5),
    ("nan", pa.array([float("nan")]), "number", None),
    ("boolean", pa.array([True]), "boolean", True),
    ("date", pa.array([date(2024, 1, 2)]), "date", date(2024, 1, 2)),
    (
        "nanoseconds",
        pa.array([datetime.fromisoformat("2024-01-02T03:00:00")], pa.timestamp("ns")),
        "datetime",
        datetime.fromisoformat("2024-01-02T03:00:00"),
    ),
    ("short decimal", pa.array([Decimal("12.30")], pa.decimal128(10, 2)), "number", 12.3),
    ("whole decimal", pa.array([Decimal(12)], pa.decimal128(10, 0)), "integer", 12),
    (
        "long decimal",
        pa.array([Decimal("1.000000000000000001")], pa.decimal128(30, 18)),
        "text",
        "1.000000000000000001",
    ),
    ("time", pa.array([time(12, 30)]), "text", "12:30:00"),
    ("duration", pa.array([timedelta(hours=1)]), "text", "1:00:00"),
    ("list", pa.array([[1, 2]]), "json", [1, 2]),
    ("struct", pa.array([{"a": {"b": "x"}}]), "json", {"a": {"b": "x"}}),
    ("text bytes", pa.array(["é".encode()]), "text", "é"),
    ("bytes", pa.array([b"\xff\x00"]), "text", "/wA="),
    ("nothing", pa.nulls(1), "text", None),
]


@pytest.mark.parametrize(("array", "kind", "value"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_arrow_types(tmp_path: Path, array: "pa.Array[Any]", kind: str, value: object) -> None:
    table = read(tmp_path, {"x": array})
    assert table.kinds == {"x": kind}
    assert table.rows == [{"x": value}]


def test_time_zones_are_kept(tmp_path: Path) -> None:
    moment = datetime(2024, 1, 2, 3, tzinfo=ZONE)
    table = read(tmp_path, {"x": pa.array([moment], pa.timestamp("ms", "Europe/Berlin"))})
    assert table.kinds == {"x": "datetime"}
    assert table.rows == [{"x": moment}]


def test_names_with_dots_and_duplicates(tmp_path: Path) -> None:
    source = tmp_path / "upload"
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2]), pa.array([3])], names=["a", "a.b", "a"]), source)
    assert convert_file(source, "t.parquet").rows == [{"a": 1, "a.b": 2, "a (2)": 3}]


def test_rows_keep_their_order_across_row_groups(tmp_path: Path) -> None:
    table = read(tmp_path, {"x": pa.array(range(50_000))})
    assert [row["x"] for row in table.rows] == list(range(50_000))


def test_no_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no rows"):
        read(tmp_path, {"x": pa.array([], pa.string())})


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "upload"
    pq.write_table(pa.table({"x": ["y"] * 1000}), source)
    source.write_bytes(source.read_bytes()[:-50])
    with pytest.raises(TableError, match="damaged"):
        convert_file(source, "t.parquet")


@pytest.mark.parametrize("encoded", [False, True], ids=["plain", "dictionary"])
def test_one_huge_row_group_of_long_texts_becomes_groups_that_can_be_held(tmp_path: Path, encoded: bool) -> None:
    text = "x" * 40_000
    column: pa.Array[Any] = pa.array([text] * 3_000)  # a few KB on the disk, 120 MB unpacked

    source, target = tmp_path / "upload", tmp_path / "stored.parquet"
    pq.write_table(pa.table({"text": column.dictionary_encode() if encoded else column}), source)

    convert_parquet(source, "parquet", ParseOptions(), target)

    groups = pq.ParquetFile(target).metadata
    sizes = [groups.row_group(place).total_byte_size for place in range(groups.num_row_groups)]
    assert sum(1 for row in read_rows(target) if row["text"] == text) == 3_000
    assert max(sizes) <= 2 * BATCH_BYTES + 100_000
