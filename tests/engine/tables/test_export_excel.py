"""Excel out: text is text, and nothing that Excel would refuse."""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timezone
from pathlib import Path

import openpyxl
import pytest

from engine.tables import Cell, Column, ExportInfo, Row, export_table
from engine.tables import export_excel as export_excel_module
from handai_errors import TableError
from tests.engine.tables.builders import convert_file

PAYLOADS = [
    "=1+1", "+1+1", "-1+1", "@SUM(1+1)", "=cmd|'/C calc'!A0", "=HYPERLINK(\"http://x.test\",\"click\")", "\t=1+1",
    "\r=1+1", "\n=1+1", "=IMPORTXML(\"http://x.test\",\"//a\")", "=WEBSERVICE(\"http://x.test\")", "＝1+1", "＋1+1",
    "－1+1", "＠SUM(1)", "=DDE(\"cmd\";\"/C calc\";\"x\")", "+cmd|' /C notepad'!A0", "-2+3+cmd|' /C calc'!D2",
    "@A1", "=A1", "=", "==1", "=\"a\"&\"b\"", "{=1+1}", "=1+1;=2", " =1+1", "'=1+1", "=@x", "#N/A", "#REF!",
    "=_xlfn.X()", "<f>1+1</f>",
]  # fmt: skip


def export(path: Path, cells: list[Cell]) -> ExportInfo:
    return export_table(path / "t.xlsx", [{"x": cell} for cell in cells], [Column("x")])


def stored_cells(path: Path) -> list[object]:
    sheet = openpyxl.load_workbook(path / "t.xlsx").worksheets[0]
    return [row[0].value for row in sheet.iter_rows(min_row=2)]


def test_no_payload_becomes_a_formula(tmp_path: Path) -> None:
    info = export_table(tmp_path / "t.xlsx", [{"=1+1": text} for text in PAYLOADS], [Column("=1+1")])
    sheet = openpyxl.load_workbook(info.path).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}
    xml = zipfile.ZipFile(info.path).read("xl/worksheets/sheet1.xml")
    assert (b"<f>" in xml, b"<f " in xml) == (False, False)


def test_every_payload_comes_back_as_it_was(tmp_path: Path) -> None:
    export(tmp_path, list(PAYLOADS))
    read = convert_file(tmp_path / "t.xlsx", "t.xlsx")
    assert [row["x"] for row in read.rows] == [text.replace("\r", "\n") for text in PAYLOADS]


def test_kinds_of_cells(tmp_path: Path) -> None:
    moment = datetime.fromisoformat("2024-01-02T03:04:05")
    cells: list[Cell] = [1, 0.5, True, None, date(2024, 1, 2), moment, [1, "ü"], {"a": None}, "007"]
    export(tmp_path, cells)
    expected = [
        1,
        0.5,
        True,
        None,
        datetime.fromisoformat("2024-01-02T00:00:00"),
        moment,
        '[1,"ü"]',
        '{"a":null}',
        "007",
    ]
    assert stored_cells(tmp_path) == expected


def test_what_excel_can_not_hold_as_a_number_or_date_is_text(tmp_path: Path) -> None:
    cells: list[Cell] = [
        1234567890123456789,
        float("inf"),
        float("nan"),
        date(1850, 1, 1),
        datetime(2024, 1, 2, 3, tzinfo=timezone.utc),  # noqa: UP017 - the class is what is tested
    ]
    export(tmp_path, cells)
    assert stored_cells(tmp_path) == ["1234567890123456789", "inf", None, "1850-01-01", "2024-01-02 03:00:00+00:00"]


def test_control_characters_are_removed_and_told(tmp_path: Path) -> None:
    info = export(tmp_path, ["a\x00b\x0bc\ufffe", "clean\ttext\n"])
    assert stored_cells(tmp_path) == ["abc", "clean\ttext\n"]
    assert info.notices == ("Control characters that Excel can't store were removed from 1 cell.",)


def test_escapes_of_excel_in_the_text_stay_text(tmp_path: Path) -> None:
    export(tmp_path, ["_x0041_ and _x000D_"])
    assert convert_file(tmp_path / "t.xlsx", "t.xlsx").rows == [{"x": "_x0041_ and _x000D_"}]


@pytest.mark.parametrize(
    ("text", "kept"),
    [("x" * 40_000, 32_767), ("😀" * 20_000, 16_383), ("x" * 32_767, 32_767)],
    ids=["x", "emoji", "fits"],
)
def test_long_cells_are_cut_where_excel_ends(tmp_path: Path, text: str, kept: int) -> None:
    info = export(tmp_path, [text])
    assert stored_cells(tmp_path) == [text[:kept]]
    assert bool(info.notices) is (kept < len(text))


def test_too_many_columns_are_refused_before_writing(tmp_path: Path) -> None:
    columns = [Column(f"c{i}") for i in range(16_385)]
    with pytest.raises(TableError, match=r"at most 16,384 columns.*CSV or Parquet"):
        export_table(tmp_path / "t.xlsx", [], columns)


class EndlessRows:
    """Claims to be too long, and fails the test if any row is asked for."""

    def __len__(self) -> int:
        return 1_048_576

    def __iter__(self) -> Iterator[Row]:
        raise AssertionError("rows were read")


def test_too_many_rows_are_refused_before_writing(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"at most 1,048,575 rows.*CSV or Parquet"):
        export_table(tmp_path / "t.xlsx", EndlessRows(), [Column("x")])


def test_too_many_streamed_rows_are_refused_without_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_excel_module, "MAX_ROWS", 10)
    rows: Iterator[Row] = ({"x": i} for i in range(11))
    with pytest.raises(TableError, match="at most 10 rows"):
        export_table(tmp_path / "t.xlsx", rows, [Column("x")])
    assert not (tmp_path / "t.xlsx").exists()
