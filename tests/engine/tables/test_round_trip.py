"""What is exported losslessly comes back as it was."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.tables import Cell, Column, ColumnKind, ExportOptions, ParseOptions, Row, export_table
from tests.engine.tables.builders import convert_file

# NUL is removed on reading, and lone surrogates are not text.
CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
NASTY = st.sampled_from(['"', '""', ",", ";", "\n", "\r", "\r\n", "\t", "'", "=1", "\ufeff", " ", "", "\\", "\x1f"])
TABLE = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(CELL | NASTY, min_size=width, max_size=width), min_size=1, max_size=6)
)


@given(table=TABLE)
@pytest.mark.parametrize("name", ["t.csv", "t.tsv"])
def test_lossless_text_comes_back_identical(name: str, table: list[list[str]]) -> None:
    columns = [Column(f"c{i}") for i in range(len(table[0]))]
    rows: list[Row] = [dict(zip((column.name for column in columns), cells, strict=True)) for cells in table]
    options = ParseOptions(header=True, encoding="utf-8", delimiter="," if name == "t.csv" else "tab")
    with tempfile.TemporaryDirectory() as folder:
        info = export_table(Path(folder, name), rows, columns, ExportOptions(lossless=True))
        assert convert_file(info.path, name, options).rows == rows


def test_a_lossless_table_is_also_detected_as_it_was(tmp_path: Path) -> None:
    rows: list[Row] = [{"a": f"x, {i}", "b": 'he said "no"\n', "c": "=1+1"} for i in range(20)]
    export_table(tmp_path / "t.csv", rows, [Column("a"), Column("b"), Column("c")], ExportOptions(lossless=True))
    assert convert_file(tmp_path / "t.csv", "t.csv").rows == rows


@pytest.mark.parametrize("name", ["t.json", "t.jsonl", "t.xlsx"])
def test_typed_values_come_back_with_their_kinds(tmp_path: Path, name: str) -> None:
    cells: dict[str, Cell] = {"i": 7, "f": 0.25, "b": True, "t": "007", "n": None}
    kinds = [ColumnKind.INTEGER, ColumnKind.NUMBER, ColumnKind.BOOLEAN, ColumnKind.TEXT, ColumnKind.TEXT]
    columns = [Column(key, kind) for key, kind in zip(cells, kinds, strict=True)]
    export_table(tmp_path / name, [cells, cells], columns)
    read = convert_file(tmp_path / name, name)
    assert read.rows == [cells, cells]
    assert tuple(read.info.columns) == tuple(columns)
