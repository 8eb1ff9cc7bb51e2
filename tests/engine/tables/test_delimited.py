"""CSV and TSV as people really have them."""

import codecs
import csv
import io
from pathlib import Path

import pytest

from engine.tables import ParseOptions
from engine.tables.delimited import MAX_CELL_CHARS
from handai_errors import TableError
from tests.engine.tables.builders import convert_bytes, convert_text

HEADER = ["id", "Größe", "text"]


def german_table(rows: int) -> tuple[list[list[str]], str]:
    """Rows with umlauts, delimiters, quotes and line breaks, as CSV with semicolons."""
    table = [[str(i), "groß; weiß", f'Zeile "{i}"\nund noch eine; für {i}'] for i in range(rows)]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows([HEADER, *table])
    return table, text.getvalue()


@pytest.mark.parametrize(
    ("encoding", "mark", "found"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", codecs.BOM_UTF8, "utf-8"),
        ("latin-1", b"", "cp1252"),  # the same letters; cp1252 is what programs mean
        ("cp1252", b"", "cp1252"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "utf-16"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16"),
        ("utf-16-le", b"", "utf-16-le"),
    ],
)
def test_ten_thousand_rows_with_semicolons_and_quoted_line_breaks(
    tmp_path: Path, encoding: str, mark: bytes, found: str
) -> None:
    table, text = german_table(10_000)
    read = convert_bytes(tmp_path, "t.csv", mark + text.encode(encoding))
    assert [list(row.values()) for row in read.rows] == table
    assert (read.names, read.info.rows, read.info.delimiter, read.info.encoding) == (HEADER, 10_000, ";", found)


def test_cells_stay_text_as_they_are_written(tmp_path: Path) -> None:
    read = convert_text(tmp_path, "a,b,c,d,e\n007,NA,,1.50, x \n")
    assert read.rows == [{"a": "007", "b": "NA", "c": "", "d": "1.50", "e": " x "}]
    assert set(read.kinds.values()) == {"text"}


def test_doubled_quotes_are_one_quote(tmp_path: Path) -> None:
    assert convert_text(tmp_path, 'a,b\n"say ""hi""",2\n').rows == [{"a": 'say "hi"', "b": "2"}]


def test_emoji_and_right_to_left_text_survive(tmp_path: Path) -> None:
    cells = {"text": "שלום, עולם", "emoji": "👩‍👩‍👧 🇩🇪", "العربية": "مرحبا"}
    read = convert_text(tmp_path, ";".join(cells) + "\n" + ";".join(cells.values()) + "\n")
    assert read.rows == [cells]


def test_columns_named_status_and_output_are_ordinary(tmp_path: Path) -> None:
    assert convert_text(tmp_path, "status,output\nok,x\n").rows == [{"status": "ok", "output": "x"}]


def test_three_hundred_columns(tmp_path: Path) -> None:
    names = [f"c{i}" for i in range(300)]
    read = convert_text(tmp_path, "\n".join([",".join(names), ",".join("x" * 300)]) + "\n")
    assert read.names == names
    assert len(read.rows[0]) == 300


def test_more_columns_than_a_spreadsheet_has_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="16,385 columns"):
        convert_text(tmp_path, ",".join(f"c{i}" for i in range(16_385)) + "\nx\n", ParseOptions(delimiter=","))


def test_duplicate_and_blank_headers_are_renamed_and_told(tmp_path: Path) -> None:
    read = convert_text(tmp_path, "name, name ,,name (2)\na,b,c,d\n")
    assert read.names == ["name", "name (3)", "column 3", "name (2)"]
    assert "'name' appears more than once" in read.notices
    assert "Column 3 has no header" in read.notices


def test_wider_rows_get_columns_of_their_own_and_narrower_ones_none(tmp_path: Path) -> None:
    read = convert_text(tmp_path, "a,b\n1,2\n3\n4,5,6,7\n8,9,,\n")
    assert read.names == ["a", "b", "column 3", "column 4"]
    assert [list(row.values()) for row in read.rows] == [
        ["1", "2", None, None],
        ["3", None, None, None],
        ["4", "5", "6", "7"],
        ["8", "9", None, None],
    ]
    assert "1 row has fewer cells" in read.notices
    assert "1 row has more cells than the header; the extra cells are in 'column 3' to 'column 4'" in read.notices


def test_blank_lines_are_left_out_and_told(tmp_path: Path) -> None:
    read = convert_text(tmp_path, "\na,b\n\n1,2\n   \n3,4\n\n")
    assert [row["a"] for row in read.rows] == ["1", "3"]
    assert "3 blank lines were left out" in read.notices


def test_rows_of_empty_cells_are_rows(tmp_path: Path) -> None:
    assert convert_text(tmp_path, "a,b\n,\n1,2\n").rows[0] == {"a": "", "b": ""}


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end(tmp_path: Path, ending: str) -> None:
    assert convert_text(tmp_path, f"a,b{ending}1,2{ending}3,4{ending}").info.rows == 2


def test_a_few_nul_characters_are_removed_and_told(tmp_path: Path) -> None:
    read = convert_text(tmp_path, "a,b\n" + "some text,x\n" * 100 + "n\0ul,y\n")
    assert read.rows[-1] == {"a": "nul", "b": "y"}
    assert "1 NUL character was removed" in read.notices


def test_binary_data_is_not_text(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="binary data"):
        convert_bytes(tmp_path, "t.csv", bytes(range(256)) * 20)


def test_a_cell_beyond_the_limit_tells_where(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"between lines 2 and .* longer than"):
        convert_text(tmp_path, 'a,b\n"' + ("x" * 1000 + "\n") * (MAX_CELL_CHARS // 1000 + 1))


def test_a_quotation_mark_that_is_never_closed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="quotation mark in line 3 is never closed"):
        convert_text(tmp_path, 'a,b\n1,2\n3,"open\n4,5\n6,7\n')


def test_a_lone_quotation_mark_inside_a_cell_is_fine(tmp_path: Path) -> None:
    assert convert_text(tmp_path, 'size,b\n5" pipe,2\n').rows == [{"size": '5" pipe', "b": "2"}]


def test_one_endless_line_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "upload"
    with source.open("wb") as file:
        for _ in range(66):
            file.write(b"x" * (1 << 20))
    with pytest.raises(TableError, match="One line of the file is longer"):
        convert_bytes(tmp_path, "t.csv", source.read_bytes())


def test_header_only_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="header but no rows"):
        convert_text(tmp_path, "name,rating\n")


def test_only_blank_lines_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="only blank lines"):
        convert_text(tmp_path, "\n \n\n")


def test_without_a_header_columns_are_numbered(tmp_path: Path) -> None:
    read = convert_text(tmp_path, "1,Anna\n2,Ben\n")
    assert read.rows[0] == {"column 1": "1", "column 2": "Anna"}
    assert read.info.header is False
    assert "looks like data" in read.notices


def test_the_person_decides_about_the_header(tmp_path: Path) -> None:
    assert convert_text(tmp_path, "1,Anna\n2,Ben\n", ParseOptions(header=True)).names == ["1", "Anna"]
    assert convert_text(tmp_path, "id,name\n2,Ben\n", ParseOptions(header=False)).info.rows == 2


def test_the_person_decides_about_the_delimiter(tmp_path: Path) -> None:
    assert convert_text(tmp_path, "a;b,c\n1;2,3\n", ParseOptions(delimiter=",")).names == ["a;b", "c"]
    assert convert_text(tmp_path, "a b\tc\n1 2\t3\n", ParseOptions(delimiter="tab")).names == ["a b", "c"]


def test_a_delimiter_of_two_characters_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="can't be a delimiter"):
        convert_text(tmp_path, "a,b\n1,2\n", ParseOptions(delimiter="::"))


def test_the_hint_of_a_spreadsheet_program_is_followed(tmp_path: Path) -> None:
    read = convert_text(tmp_path, "sep=|\na|b,c\n1|2,3\n")
    assert (read.names, read.info.delimiter) == (["a", "b,c"], "|")


def test_tsv_may_hold_commas(tmp_path: Path) -> None:
    read = convert_text(tmp_path, "a, b\tc\n1, 2\t3\n", name="t.tsv")
    assert (read.names, read.info.format) == (["a, b", "c"], "tsv")


def test_a_text_file_without_delimiter_is_one_column(tmp_path: Path) -> None:
    read = convert_text(tmp_path, "review\nGreat, loved it; really\nBad\nNever, ever, again\n", name="t.txt")
    assert (read.names, read.info.delimiter, read.info.rows) == (["review"], None, 3)
    assert read.rows[0] == {"review": "Great, loved it; really"}


@pytest.mark.parametrize("rows", [63, 64, 65])
def test_a_wider_row_is_told_wherever_it_is_in_the_file(tmp_path: Path, rows: int) -> None:
    found = convert_text(tmp_path, "id,t\n" + "1,a\n" * rows + "1,2,3\n")

    assert (found.info.rows, found.names) == (rows + 1, ["id", "t", "column 3"])
    assert "1 row has more cells than the header" in found.notices


def test_memory_is_bounded_by_flushing_long_cells(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    convert_text(tmp_path, "a,b\n" + ("x" * 100_000 + ",y\n") * 500)
    assert pq.ParquetFile(tmp_path / "stored.parquet").num_row_groups >= 3


def test_a_row_that_turns_out_wider_late_keeps_every_row(tmp_path: Path) -> None:
    read = convert_text(tmp_path, "a,b\n" + "1,2\n" * 40_000 + "1,2,3\n")
    assert (read.info.rows, read.names) == (40_001, ["a", "b", "column 3"])
    assert read.rows[-1] == {"a": "1", "b": "2", "column 3": "3"}
