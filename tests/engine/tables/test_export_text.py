"""CSV, TSV, JSON and JSON Lines out."""

import csv
import errno
import json
import os
import random
import resource
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from engine.tables import Cell, Column, ColumnKind, ExportInfo, ExportOptions, Row, export_table
from handai_errors import DiskFullError, StorageError, TableError

ROWS: list[Row] = [
    {"id": 1, "text": "a, \"b\"\nc;\t'd'", "j": {"k": [1, "ü"]}, "x": None, "d": date(2024, 1, 2), "b": True},
    {"id": -5, "text": "שלום 👩‍👩‍👧", "j": ["a"], "x": 0.5, "d": None, "b": False},
]
COLUMNS = [
    Column("id", ColumnKind.INTEGER),
    Column("text"),
    Column("j", ColumnKind.JSON),
    Column("x", ColumnKind.NUMBER),
    Column("d", ColumnKind.DATE),
    Column("b", ColumnKind.BOOLEAN),
]


def written(path: Path, cells: list[Cell], *, lossless: bool = False) -> list[str]:
    export_table(path, [{"x": cell} for cell in cells], [Column("x")], ExportOptions(lossless=lossless))
    with path.open(encoding="utf-8", newline="") as file:
        return [row[0] for row in csv.reader(file, delimiter="\t" if path.suffix == ".tsv" else ",")][1:]


def test_csv_holds_every_cell_as_text(tmp_path: Path) -> None:
    info = export_table(tmp_path / "t.csv", ROWS, COLUMNS)
    assert info == ExportInfo(tmp_path / "t.csv", "csv", 2)
    with info.path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["id", "text", "j", "x", "d", "b"],
        ["1", "a, \"b\"\nc;\t'd'", '{"k":[1,"ü"]}', "", "2024-01-02", "true"],
        ["-5", "שלום 👩‍👩‍👧", '["a"]', "0.5", "", "false"],
    ]


EASTERN = datetime(2024, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2)))

RISKY = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", "=cmd|'/c calc'!A0", "-",
    "+", "--1", "-a", "=", "@", "+49 30 123456", "-2+3+cmd|' /C calc'!D2",
]  # fmt: skip


@pytest.mark.parametrize("ending", ["csv", "tsv"])
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(tmp_path: Path, ending: str) -> None:
    assert written(tmp_path / f"t.{ending}", list(RISKY)) == [f"'{text}" for text in RISKY]


@pytest.mark.parametrize("cell", ["-5.5", "+3", "1e-3", "-1e10", "-5,5", "+.5", "-12%", "plain", " =1", "a=b", "'x"])
def test_plain_numbers_and_harmless_text_are_untouched(tmp_path: Path, cell: str) -> None:
    assert written(tmp_path / "t.csv", [cell]) == [cell]


def test_numbers_are_never_taken_for_formulas(tmp_path: Path) -> None:
    assert written(tmp_path / "t.csv", [-5, -5.5, EASTERN]) == ["-5", "-5.5", "2024-01-02 03:04:05+02:00"]


def test_lossless_leaves_everything_as_it_is(tmp_path: Path) -> None:
    assert written(tmp_path / "t.csv", list(RISKY), lossless=True) == RISKY


def test_a_risky_header_is_made_safe_too(tmp_path: Path) -> None:
    export_table(tmp_path / "t.csv", [{"=a": "x"}], [Column("=a")])
    assert (tmp_path / "t.csv").read_text() == "'=a\nx\n"


@pytest.mark.parametrize("bom", [True, False])
def test_the_byte_order_mark_is_an_option(tmp_path: Path, bom: bool) -> None:
    export_table(tmp_path / "t.csv", ROWS, COLUMNS, ExportOptions(bom=bom))
    assert (tmp_path / "t.csv").read_bytes().startswith(b"\xef\xbb\xbf") is bom


def test_json_and_lines_keep_nested_values(tmp_path: Path) -> None:
    export_table(tmp_path / "t.json", ROWS, COLUMNS)
    export_table(tmp_path / "t.jsonl", ROWS, COLUMNS)
    expected = [
        {"id": 1, "text": "a, \"b\"\nc;\t'd'", "j": {"k": [1, "ü"]}, "x": None, "d": "2024-01-02", "b": True},
        {"id": -5, "text": "שלום 👩‍👩‍👧", "j": ["a"], "x": 0.5, "d": None, "b": False},
    ]
    assert json.loads((tmp_path / "t.json").read_bytes()) == expected
    assert [json.loads(line) for line in (tmp_path / "t.jsonl").read_bytes().splitlines()] == expected


def test_json_without_rows_is_an_empty_list(tmp_path: Path) -> None:
    export_table(tmp_path / "t.json", [], COLUMNS)
    assert json.loads((tmp_path / "t.json").read_bytes()) == []


def test_numbers_that_json_does_not_know(tmp_path: Path) -> None:
    rows: list[Row] = [{"x": float("nan")}, {"x": 2**70}, {"x": "lone \ud83d"}]
    export_table(tmp_path / "t.jsonl", rows, [Column("x")])
    lines = [json.loads(line)["x"] for line in (tmp_path / "t.jsonl").read_bytes().splitlines()]
    assert lines == [None, 2**70, "lone ?"]


def test_only_the_named_columns_are_written_and_missing_cells_are_empty(tmp_path: Path) -> None:
    export_table(tmp_path / "t.csv", [{"a": "1", "secret": "x"}, {}], [Column("a"), Column("b")])
    assert (tmp_path / "t.csv").read_text() == "a,b\n1,\n,\n"


def broken_rows() -> Iterator[Row]:
    yield {"a": "1"}
    raise KeyError("the source broke")


@pytest.mark.parametrize("ending", ["csv", "tsv", "json", "jsonl", "xlsx", "parquet"])
def test_a_failed_export_leaves_the_old_file_and_no_other(tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"t.{ending}"
    target.write_text("old")
    with pytest.raises(KeyError):
        export_table(target, broken_rows(), [Column("a")])
    assert target.read_text() == "old"
    assert [path for path in tmp_path.iterdir() if path.is_file()] == [target]


@pytest.mark.parametrize("ending", ["csv", "tsv", "json", "jsonl", "xlsx", "parquet"])
def test_an_export_replaces_the_old_file_and_is_private(tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"t.{ending}"
    target.write_text("old")
    assert export_table(target, ROWS, COLUMNS).rows == 2
    assert target.read_bytes() != b"old"
    assert target.stat().st_mode & 0o777 == 0o600
    assert [path for path in tmp_path.iterdir() if path.is_file()] == [target]


@pytest.fixture
def hundred_kilobytes() -> Iterator[None]:
    """No file may grow beyond 100 kB, as on a disk that is almost full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("hundred_kilobytes")
@pytest.mark.parametrize("ending", ["csv", "tsv", "json", "jsonl", "parquet"])
def test_a_file_that_can_not_grow_is_told_and_the_old_one_kept(tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"t.{ending}"
    target.write_text("old")
    noise = random.Random(1)
    rows: Iterator[Row] = ({"a": noise.randbytes(40).hex()} for _ in range(40_000))
    with pytest.raises(StorageError, match="could not be written: File too large"):
        export_table(target, rows, [Column("a")])
    assert target.read_text() == "old"
    assert [path for path in tmp_path.iterdir() if path.is_file()] == [target]


def test_a_full_disk_is_called_that(tmp_path: Path) -> None:
    def rows() -> Iterator[Row]:
        yield {"a": "x"}
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(DiskFullError, match=r"disk is full, so t\.csv was not written"):
        export_table(tmp_path / "t.csv", rows(), [Column("a")])


def test_other_endings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"\.csv, \.tsv, \.xlsx, \.json, \.jsonl, \.ndjson, \.parquet"):
        export_table(tmp_path / "t.pdf", ROWS, COLUMNS)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"folder .*nowhere does not exist"):
        export_table(tmp_path / "nowhere" / "t.csv", ROWS, COLUMNS)


def test_a_target_that_is_a_folder_can_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "t.csv").mkdir()
    with pytest.raises(StorageError, match=r"t\.csv could not be written"):
        export_table(tmp_path / "t.csv", ROWS, COLUMNS)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == []
