"""Files that are not what their name says."""

import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.tables import format_of
from handai_errors import TableError
from tests.engine.tables.builders import FILES, convert_bytes, workbook


@pytest.mark.parametrize(
    ("name", "kind"),
    [("A.CSV", "csv"), ("a.txt", "csv"), ("a.tsv", "tsv"), ("a.b.xlsx", "xlsx"), ("a.ndjson", "jsonl")],
)
def test_the_ending_names_the_format(name: str, kind: str) -> None:
    assert format_of(name) == kind


@pytest.mark.parametrize("name", ["table.pdf", "table", ".csv", "../../etc/passwd"])
def test_other_endings_are_refused_with_the_formats(name: str) -> None:
    with pytest.raises(TableError, match=r"\.csv, .*\.parquet"):
        format_of(name)


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.xlsx", "t.json", "t.jsonl", "t.parquet"])
def test_an_empty_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(TableError, match="The file is empty"):
        convert_bytes(tmp_path, name, b"")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n...", "a PNG image"),
        (b"\x1f\x8b\x08...", "a gzip archive"),
        (b"PAR1...", "a Parquet file"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"...", "an old Excel workbook"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"PK\x03\x04 cut off", "a damaged ZIP archive"),
    ],
)
@pytest.mark.parametrize("name", ["t.csv", "t.json", "t.jsonl"])
def test_a_binary_with_a_text_name_is_called_what_it_is(tmp_path: Path, data: bytes, what: str, name: str) -> None:
    with pytest.raises(TableError, match=f"'{name}' is really {what}") as caught:
        convert_bytes(tmp_path, name, data)
    assert caught.value.remedy


def test_a_workbook_named_csv(tmp_path: Path) -> None:
    book = workbook(tmp_path / "b.xlsx", {"s": [["a"], ["b"]]})
    with pytest.raises(TableError, match=r"really an Excel workbook.*ending \.xlsx"):
        convert_bytes(tmp_path, "t.csv", book.read_bytes())


def test_a_zip_of_something_else_named_xlsx(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("table.csv", "a,b\n1,2\n")
    with pytest.raises(TableError, match=r"really a ZIP archive.*Unpack it"):
        convert_bytes(tmp_path, "t.xlsx", (tmp_path / "z.zip").read_bytes())


@pytest.mark.parametrize("name", ["t.xlsx", "t.parquet"])
def test_text_named_like_a_binary_format(tmp_path: Path, name: str) -> None:
    with pytest.raises(TableError, match=f"'{name}' is not a"):
        convert_bytes(tmp_path, name, b"a,b\n1,2\n")


def test_a_parquet_file_named_xlsx(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "p")
    with pytest.raises(TableError, match="really a Parquet file"):
        convert_bytes(tmp_path, "t.xlsx", (tmp_path / "p").read_bytes())


def test_an_old_workbook_named_xlsx_is_read_all_the_same(tmp_path: Path) -> None:
    read = convert_bytes(tmp_path, "t.xlsx", (FILES / "old.xls").read_bytes())
    assert (read.info.format, read.info.rows) == ("xls", 2)


def test_a_failed_conversion_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(TableError):
        convert_bytes(tmp_path, "t.csv", b"a,b\n")
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ""] == []
