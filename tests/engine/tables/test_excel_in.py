"""Excel workbooks as people really have them."""

import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest

from engine.tables import ParseOptions
from handai_errors import TableError
from tests.engine.tables.builders import FAR_CELL, FILES, Converted, convert_file, inline, raw_workbook, workbook


def read(path: Path, **options: str | bool) -> Converted:
    return convert_file(path, "book.xlsx", ParseOptions.model_validate(options))


def test_two_sheets_dates_empty_rows_and_a_formula(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["name", "born", "seen", "sum"],
        ["Anna", date(1990, 5, 17), datetime.fromisoformat("2024-01-02T03:04:05"), "=1+1"],
        [],
        [None, None, None, None],
        ["Ben", date(1985, 1, 1), datetime.fromisoformat("2024-01-03T00:00:00"), "=A2"],
    ]
    table = read(workbook(tmp_path / "b.xlsx", {"Empty": [], "People": rows, "More": [["x"], ["y"]]}))
    assert (table.info.sheet, table.info.sheets, table.info.rows) == ("People", ("Empty", "People", "More"), 2)
    assert table.kinds == {"name": "text", "born": "date", "seen": "datetime", "sum": "text"}
    assert table.rows[1] == {
        "name": "Ben",
        "born": date(1985, 1, 1),
        "seen": datetime.fromisoformat("2024-01-03T00:00:00"),
        "sum": None,
    }
    assert "2 empty rows were left out" in table.notices
    assert "2 formulas have no saved value" in table.notices
    assert "Open the file in Excel, save it" in table.notices


def test_a_formula_is_read_as_its_saved_value(tmp_path: Path) -> None:
    body = (
        f'<row r="1">{inline("A1", "n")}{inline("B1", "t")}</row>'
        '<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="str"><f>""</f><v></v></c></row>'
        '<row r="3"><c r="A3"><f>B1</f></c></row>'
    )
    table = read(raw_workbook(tmp_path / "b.xlsx", body))
    assert table.rows == [{"n": 2, "t": None}]
    assert "1 formula has no saved value" in table.notices


def test_another_sheet_can_be_chosen(tmp_path: Path) -> None:
    book = workbook(tmp_path / "b.xlsx", {"One": [["a"], ["x"]], "Two": [["b"], ["y"]]})
    assert read(book, sheet="Two").rows == [{"b": "y"}]
    with pytest.raises(TableError, match=r"no sheet 'Three'.*One, Two"):
        read(book, sheet="Three")


def test_whole_numbers_are_integers_only_if_the_column_is(tmp_path: Path) -> None:
    book = workbook(tmp_path / "b.xlsx", {"s": [["i", "f", "b"], [3, 3, True], [4.0, 3.5, False]]})
    table = read(book)
    assert table.kinds == {"i": "integer", "f": "number", "b": "boolean"}
    assert table.rows == [{"i": 3, "f": 3.0, "b": True}, {"i": 4, "f": 3.5, "b": False}]
    assert type(table.rows[0]["i"]) is int


def test_mixed_columns_become_text_as_excel_shows_it(tmp_path: Path) -> None:
    values = ["007", 3, 0.1 + 0.2, True, date(2024, 1, 2), time(12, 30), timedelta(hours=30), "text", "é😀"]
    book = workbook(tmp_path / "b.xlsx", {"s": [["mixed"], *([value] for value in values)]})
    expected = ["007", "3", "0.3", "TRUE", "2024-01-02", "12:30:00", "30:00:00", "text", "é😀"]
    assert [row["mixed"] for row in read(book).rows] == expected


def test_error_cells_are_empty_and_told(tmp_path: Path) -> None:
    table = read(workbook(tmp_path / "b.xlsx", {"s": [["a", "b"], ["x", "#N/A"], ["y", "#DIV/0!"]]}))
    assert [row.get("b") for row in table.rows] == [None, None]
    assert "2 cells hold Excel errors" in table.notices


def test_a_table_that_starts_further_in(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row, text in ((5, "name"), (6, "Anna")):
        sheet.cell(row, 3, text)
    for row, cell in ((5, "n"), (6, "x")):
        sheet.cell(row, 4, cell)
    book.save(tmp_path / "b.xlsx")
    table = read(tmp_path / "b.xlsx")
    assert table.rows == [{"name": "Anna", "n": "x"}]
    assert table.info.notices == ()


def test_empty_columns_without_a_header_are_left_out(tmp_path: Path) -> None:
    table = read(workbook(tmp_path / "b.xlsx", {"s": [["a", None, "b", "c"], ["x", None, None, "y"]]}))
    assert table.names == ["a", "b", "c"]
    assert "1 empty column was left out" in table.notices


def test_duplicate_and_blank_headers(tmp_path: Path) -> None:
    table = read(workbook(tmp_path / "b.xlsx", {"s": [["a", "a ", None], ["1", "2", "3"]]}))
    assert table.names == ["a", "a (2)", "column 3"]


def test_a_sheet_without_header(tmp_path: Path) -> None:
    book = workbook(tmp_path / "b.xlsx", {"s": [["Anna", 5], ["Ben", 6]]})
    assert read(book).rows[0] == {"column 1": "Anna", "column 2": 5}
    assert read(book, header=True).names == ["Anna", "5"]


@pytest.mark.parametrize(
    ("sheets", "message"), [({"s": [["a", "b"]]}, "header but no rows"), ({"s": [], "t": []}, "sheets .* are empty")]
)
def test_nothing_to_read(tmp_path: Path, sheets: dict[str, list[list[str]]], message: str) -> None:
    with pytest.raises(TableError, match=message):
        read(workbook(tmp_path / "b.xlsx", dict(sheets)))


def test_an_old_workbook(tmp_path: Path) -> None:
    source = tmp_path / "old"
    source.write_bytes((FILES / "old.xls").read_bytes())
    table = convert_file(source, "old.xls")
    assert table.rows[1] == {"name": "007", "count": 4, "when": date(2024, 5, 2)}


def test_a_workbook_with_a_password(tmp_path: Path) -> None:
    source = tmp_path / "locked"
    source.write_bytes((FILES / "locked.xlsx").read_bytes())
    with pytest.raises(TableError, match=r"protected with a password.*remove the password"):
        read(source)


def test_a_workbook_cut_off_is_damaged(tmp_path: Path) -> None:
    book = workbook(tmp_path / "b.xlsx", {"s": [["a"], ["b"]]})
    book.write_bytes(book.read_bytes()[:-200])
    with pytest.raises(TableError, match="damaged"):
        read(book)


@pytest.mark.parametrize("quote", ['"', "'"])
def test_the_far_cell_is_refused_with_its_place(tmp_path: Path, quote: str) -> None:
    book = raw_workbook(tmp_path / "far.xlsx", FAR_CELL.replace('"', quote))
    assert book.stat().st_size < 2_000
    with pytest.raises(TableError, match=r"stray cells far away .* row 1,048,576 and column 16,384"):
        read(book)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    book = raw_workbook(tmp_path / "bomb.xlsx", f"<row>{inline('A1', 'a' * 60_000_000)}</row>")
    assert book.stat().st_size < 200_000
    with pytest.raises(TableError, match="unpacks to 60 MB"):
        read(book)


def test_too_many_parts_are_refused(tmp_path: Path) -> None:
    book = raw_workbook(tmp_path / "b.xlsx", f"<row>{inline('A1', 'a')}</row>")
    with zipfile.ZipFile(book, "a") as archive:
        for i in range(1_000):
            archive.writestr(f"xl/media/{i}.bin", b"")
    with pytest.raises(TableError, match="1,005 parts"):
        read(book)


@pytest.mark.parametrize(
    "definition",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
    ],
    ids=["billion laughs", "external entity"],
)
def test_entities_are_refused(tmp_path: Path, definition: str) -> None:
    book = raw_workbook(tmp_path / "b.xlsx", f"<row>{inline('A1', '&a;')}</row>", before=definition)
    with pytest.raises(TableError, match="XML entities"):
        read(book)


def test_a_cell_split_by_a_chunk_is_still_counted(tmp_path: Path) -> None:
    filler = "".join(f'<row r="{i}">{inline(f"A{i}", "x" * 90)}</row>' for i in range(2, 20_000))
    formulas = "".join(f'<row r="{i}"><c r="A{i}"><f>1+1</f></c></row>' for i in range(20_000, 60_000))
    table = read(raw_workbook(tmp_path / "b.xlsx", f'<row r="1">{inline("A1", "h")}</row>{filler}{formulas}'))
    assert "40,000 formulas have no saved value" in table.notices
