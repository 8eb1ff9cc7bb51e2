"""Parquet out: kinds are kept, and a value that does not fit its column never stops an export."""

from datetime import date, datetime, timezone
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from engine.tables import Cell, Column, ColumnKind, ExportInfo, Row, export_table


def export(folder: Path, kind: ColumnKind, cells: list[Cell]) -> tuple[str, list[object], ExportInfo]:
    info = export_table(folder / "t.parquet", [{"x": cell} for cell in cells], [Column("x", kind)])
    table = pq.read_table(info.path)
    return str(table.schema.field("x").type), table.column("x").to_pylist(), info


NOON = datetime(2024, 1, 2, 12, tzinfo=timezone.utc)  # noqa: UP017 - what pyarrow gives back
DAY = date(2024, 1, 2)


@pytest.mark.parametrize(
    ("kind", "cells", "stored"),
    [
        (ColumnKind.TEXT, ["a", None, ""], "string"),
        (ColumnKind.INTEGER, [1, None], "int64"),
        (ColumnKind.NUMBER, [1.5, None], "double"),
        (ColumnKind.BOOLEAN, [True, None], "bool"),
        (ColumnKind.DATE, [None, DAY], "date32[day]"),
        (ColumnKind.DATETIME, [datetime.fromisoformat("2024-01-02T03:00:00")], "timestamp[us]"),
        (ColumnKind.DATETIME, [None, NOON], "timestamp[us, tz=UTC]"),
    ],
)
def test_values_that_fit_keep_their_kind(tmp_path: Path, kind: ColumnKind, cells: list[Cell], stored: str) -> None:
    assert export(tmp_path, kind, cells)[:2] == (stored, cells)


@pytest.mark.parametrize(
    ("kind", "cells", "texts"),
    [
        (ColumnKind.INTEGER, [1, "n/a", None], ["1", "n/a", None]),
        (ColumnKind.INTEGER, [1, 2**70], ["1", str(2**70)]),
        (ColumnKind.INTEGER, [1, True], ["1", "true"]),
        (ColumnKind.NUMBER, [1.5, [1]], ["1.5", "[1]"]),
        (ColumnKind.NUMBER, [0.5, 2**60 + 1], ["0.5", str(2**60 + 1)]),
        (ColumnKind.BOOLEAN, [True, "yes", 1], ["true", "yes", "1"]),
        (ColumnKind.DATE, [DAY, datetime.fromisoformat("2024-01-02T03:00:00")], ["2024-01-02", "2024-01-02 03:00:00"]),
        (
            ColumnKind.DATETIME,
            [datetime.fromisoformat("2024-01-02T00:00:00"), NOON],
            ["2024-01-02 00:00:00", "2024-01-02 12:00:00+00:00"],
        ),
    ],
)
def test_a_value_that_does_not_fit_makes_its_column_text(
    tmp_path: Path, kind: ColumnKind, cells: list[Cell], texts: list[str | None]
) -> None:
    stored, values, info = export(tmp_path, kind, cells)
    assert (stored, values) == ("string", texts)
    assert info.notices == ("Column 'x' holds values of several kinds, so it was written as text.",)


def test_text_columns_take_anything(tmp_path: Path) -> None:
    cells: list[Cell] = ["a", 1, 0.5, True, None, DAY, [1, "ü"], {"a": 1}, "lone \ud83d"]
    expected = ["a", "1", "0.5", "true", None, "2024-01-02", '[1,"ü"]', '{"a":1}', "lone ?"]
    assert export(tmp_path, ColumnKind.TEXT, cells)[1] == expected


def test_lists_and_objects_are_json_text(tmp_path: Path) -> None:
    assert export(tmp_path, ColumnKind.JSON, [[1], {"a": "ü"}, "x", None])[1] == ["[1]", '{"a":"ü"}', '"x"', None]


def test_a_misfit_after_many_rows_rewrites_what_was_written(tmp_path: Path) -> None:
    rows: list[Row] = [{"n": i, "t": f"t{i}"} for i in range(40_000)]
    rows.append({"n": "unknown", "t": "last"})
    info = export_table(tmp_path / "t.parquet", rows, [Column("n", ColumnKind.INTEGER), Column("t")])
    table = pq.read_table(info.path)
    assert table.column("n").to_pylist() == [*map(str, range(40_000)), "unknown"]
    assert table.column("t").to_pylist()[-2:] == ["t39999", "last"]
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["t.parquet"]


def test_no_rows_still_make_a_file_with_columns(tmp_path: Path) -> None:
    export_table(tmp_path / "t.parquet", [], [Column("a"), Column("b", ColumnKind.DATETIME)])
    assert pq.read_table(tmp_path / "t.parquet").schema.names == ["a", "b"]
