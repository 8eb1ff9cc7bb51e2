"""Drawing cells of a stored table."""

from pathlib import Path
from typing import Any

import pytest

from engine.sampling import Sampler
from engine.schema.columns import Schema
from engine.tables.model import Cell, Column, ColumnKind, TableInfo
from engine.tables.parquet_io import TableWriter
from handai_errors import DamagedFileError, SpecError


def stored(path: Path, kind: ColumnKind, cells: list[Any]) -> Path:
    columns = (Column("other"), Column("Stadt ✨", kind))
    with TableWriter(path, columns) as writer:
        writer.write_values([["-"] * len(cells), cells])
        writer.finish(TableInfo(len(cells), columns, "csv"))
    return path


def of(path: Path, **rest: object) -> Sampler:
    column = {"name": "x", "sampler": "table", "column": "Stadt ✨", "dataset": "d1", **rest}
    return Sampler(Schema.model_validate({"seed": 3, "columns": [column]}), {"d1": path})


def test_cells_come_by_chance_and_alike(tmp_path: Path) -> None:
    one = of(stored(tmp_path / "t.parquet", ColumnKind.TEXT, ["Rom", "Köln", None, "Rom"]))
    cells = one.block(0, 8000)["x"]
    assert cells.count("Rom") / 8000 == pytest.approx(0.5, abs=0.02)
    assert cells.count(None) / 8000 == pytest.approx(0.25, abs=0.02)
    assert one.row(5, 0)["x"] == cells[5]
    assert len({str(one.row(5, redraw)["x"]) for redraw in range(20)}) > 1


def test_cells_come_row_by_row_and_from_the_beginning_again(tmp_path: Path) -> None:
    one = of(stored(tmp_path / "t.parquet", ColumnKind.INTEGER, [1, 2, 3]), order="sequence")
    assert one.block(1, 6)["x"] == [2, 3, 1, 2, 3]
    assert one.row(10_000_000, 4)["x"] == 2
    assert one.columns == (Column("x", ColumnKind.INTEGER),)


@pytest.mark.parametrize(
    ("kind", "value", "cell"),
    [
        (ColumnKind.JSON, '{"a":[1]}', {"a": [1]}),
        (ColumnKind.BOOLEAN, True, True),
        (ColumnKind.NUMBER, 0.5, 0.5),
    ],
)
def test_cells_keep_their_type(tmp_path: Path, kind: ColumnKind, value: object, cell: Cell) -> None:
    one = of(stored(tmp_path / "t.parquet", kind, [value]))
    assert one.columns == (Column("x", kind),)
    assert one.row(0, 0)["x"] == cell


def test_a_table_that_is_not_there_is_told(tmp_path: Path) -> None:
    column = {"name": "x", "sampler": "table", "column": "a", "dataset": "gone"}
    with pytest.raises(SpecError, match=r"`x` takes its values from is not there\. Upload it again"):
        Sampler(Schema.model_validate({"columns": [column]}))


def test_a_file_that_was_not_stored_is_told() -> None:
    column = {"name": "x", "sampler": "table", "column": "a", "file": "cities.csv"}
    with pytest.raises(SpecError, match="is not there"):
        Sampler(Schema.model_validate({"columns": [column]}))


def test_a_column_that_is_not_there_is_told_with_the_nearest(tmp_path: Path) -> None:
    path = stored(tmp_path / "t.parquet", ColumnKind.TEXT, ["a"])
    with pytest.raises(SpecError, match=r"no column `othr`.*other"):
        of(path, column="othr")


def test_a_table_without_rows_is_told(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="has no rows"):
        of(stored(tmp_path / "t.parquet", ColumnKind.TEXT, []))


def test_a_damaged_table_is_told(tmp_path: Path) -> None:
    path = stored(tmp_path / "t.parquet", ColumnKind.TEXT, ["abc"] * 1000)
    one = of(path)
    path.write_bytes(path.read_bytes()[:50] + b"\0" * 200)
    with pytest.raises(DamagedFileError, match="damaged"):
        one.row(0, 0)
