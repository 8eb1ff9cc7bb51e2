"""Which format a file has: by its ending, checked against its first bytes so that a wrong name is told."""

import zipfile
from pathlib import Path, PurePath

from handai_errors import TableError

READABLE = {
    "csv": "csv",
    "txt": "csv",
    "tsv": "tsv",
    "xlsx": "xlsx",
    "xlsm": "xlsx",
    "xls": "xlsx",
    "json": "json",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "parquet": "parquet",
}
WRITABLE = {name: kind for name, kind in READABLE.items() if name not in ("txt", "xlsm", "xls")}

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"Rar!", "a RAR archive"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"{\\rtf", "a rich-text document"),
    (b"ARROW1", "an Arrow file"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
)
_WEB_PAGES = (b"<!doctype html", b"<html")


def format_of(filename: str, known: dict[str, str] = READABLE) -> str:
    """The format that a file's name promises."""
    ending = PurePath(filename).suffix.lower().lstrip(".")
    if ending not in known:
        what = f"'.{ending}' files are" if ending else "a file without an ending is"
        raise TableError(
            f"{what[0].upper()}{what[1:]} not a format that Handai knows.",
            f"Use one of these: {', '.join('.' + name for name in known)}.",
        )
    return known[ending]


def check_content(source: Path, kind: str, filename: str) -> None:
    """Refuse a file that is empty or is really something else, and say what it is."""
    with source.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise TableError("The file is empty.", "Save it again from the program it comes from, or choose another file.")
    found = content_name(source, head)
    expected = {"xlsx": ("an Excel workbook", "an old Excel workbook"), "parquet": ("a Parquet file",)}.get(kind, ())
    if found is None and not expected:
        return
    if found in expected:
        return
    name = PurePath(filename).name
    if found is None:
        wanted = expected[0]
        raise TableError(
            f"'{name}' is not {wanted}, although its name says so.",
            "Open it in the program it comes from and save it again, or rename it to what it is.",
        )
    raise TableError(f"'{name}' is really {found}.", _remedy(found))


def content_name(source: Path, head: bytes) -> str | None:
    """What the bytes say the file is, in words; None for plain text and unknown bytes."""
    if head.startswith(b"PK\x03\x04"):
        return _zip_name(source)
    if head.startswith(_OLE):
        return "an old Excel workbook"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:20].lower().startswith(_WEB_PAGES):
        return "a web page"
    return next((name for magic, name in _MAGIC if head.startswith(magic)), None)


def _zip_name(source: Path) -> str:
    try:
        with zipfile.ZipFile(source) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        return "a damaged ZIP archive or workbook"
    if "xl/workbook.bin" in names:
        return "a binary Excel workbook (.xlsb)"
    if any(name.startswith("xl/") for name in names):
        return "an Excel workbook"
    if any(name.startswith("word/") for name in names):
        return "a Word document"
    return "an OpenDocument file" if "content.xml" in names else "a ZIP archive"


def _remedy(found: str) -> str:
    if found == "an Excel workbook":
        return "Give it the ending .xlsx and upload it again."
    if found == "an old Excel workbook":
        return "Give it the ending .xls, or open it in Excel and save it as .xlsx."
    if found == "a Parquet file":
        return "Give it the ending .parquet and upload it again."
    if "archive" in found and "damaged" not in found:
        return "Unpack it and upload the table inside."
    if "workbook" in found or "OpenDocument" in found:
        return "Open it in a spreadsheet program and save it as .xlsx or .csv."
    return "Save the table as CSV, Excel, JSON or Parquet and upload that."
