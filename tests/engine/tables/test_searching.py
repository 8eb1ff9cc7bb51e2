"""A text is found in the columns of a stored table, whatever their kind, without making rows of them."""

from datetime import date
from pathlib import Path

import pytest

from engine.tables import Column, ColumnKind
from engine.tables.parquet_io import TableWriter
from engine.tables.searching import rows_holding
from handai_errors import DamagedFileError

COLUMNS = (Column("text"), Column("number", ColumnKind.INTEGER), Column("day", ColumnKind.DATE))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.parquet"
    with TableWriter(path, COLUMNS) as writer:
        writer.write_values([["Größe", None, "a (b) c"], [17, 2, None], [date(2025, 3, 1), None, date(2024, 1, 1)]])
        writer.write_values([["GRÖSSE", "plain"], [3, 171], [None, None]])
    return path


@pytest.mark.parametrize(
    ("text", "rows"),
    [("grö", [0, 3]), ("17", [0, 4]), ("2025-03", [0]), ("(b)", [2]), ("nowhere", []), (".*", [])],
)
def test_rows_are_found_in_every_group_and_kind(table: Path, text: str, rows: list[int]) -> None:
    found = rows_holding(table, text, ["text", "number", "day"], 5)
    assert [row for row, held in enumerate(found) if held] == rows


def test_only_the_named_columns_and_the_first_rows_are_looked_at(table: Path) -> None:
    assert not any(rows_holding(table, "17", ["text"], 5))
    assert list(rows_holding(table, "17", ["number"], 3)) == [1, 0, 0]


def test_a_damaged_table_is_told(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(DamagedFileError, match="damaged"):
        rows_holding(tmp_path / "t.parquet", "x", ["a"], 1)
