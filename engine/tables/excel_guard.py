"""Looks into a workbook before a parser does: bombs, far-off cells, passwords, formulas without values."""

import mmap
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from handai_errors import TableError

MAX_UNPACKED = 200 << 20
MAX_RATIO = 100
MAX_ENTRIES = 1_000
MAX_AREA = 20_000_000  # the parser needs about 32 bytes for every cell of the rectangle, filled or not
_SMALL = 10 << 20  # a ratio means nothing below this size
_CHUNK = 1 << 20
_SAVE_AS_CSV = "Open it in Excel, save the sheet as CSV and upload that: CSV files can be of any size."

_REFERENCE = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br\s*=\s*[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*?\br\s*=\s*[\"'](\d{1,7})[\"']")
_ERROR = re.compile(rb"<(?:\w+:)?c\b[^>]*?\bt\s*=\s*[\"']e[\"']")
_TEXT_RESULT = re.compile(rb"\bt\s*=\s*[\"']str[\"']")
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>|</(?:\w+:)?c>)"
)


@dataclass(slots=True)
class SheetScan:
    """What the XML of a sheet shows before it is parsed."""

    last_row: int = 0
    last_column: int = 0
    cells: int = 0
    errors: int = 0
    valueless_formulas: int = 0


def is_old_workbook(source: Path) -> bool:
    """Whether the file is an OLE2 container (.xls); refuses one that holds an encrypted workbook."""
    with source.open("rb") as file:
        if not file.read(8).startswith(bytes.fromhex("d0cf11e0a1b11ae1")):
            return False
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            if data.find("EncryptedPackage".encode("utf-16-le")) >= 0:
                raise password_error()
    return True


def password_error() -> TableError:
    """The error for a workbook that needs a password."""
    return TableError(
        "The workbook is protected with a password.",
        "Open it in Excel, remove the password (File, Info, Protect Workbook), save it and upload it again.",
    )


def damaged_error() -> TableError:
    """The error for a workbook that can't be read."""
    return TableError("The workbook is damaged or incomplete.", "Open it in Excel, save it again and upload it.")


def check_archive(source: Path) -> None:
    """Refuse a workbook whose parts are too many, too large, packed too well or hold entity definitions."""
    try:
        with zipfile.ZipFile(source) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_ENTRIES:
                raise TableError(f"The workbook has {len(parts):,} parts, more than Handai reads.", _SAVE_AS_CSV)
            _check_sizes(sum(part.file_size for part in parts), source.stat().st_size)
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as stream:
                        _refuse_entities(stream.read(4096))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise damaged_error() from error


def _check_sizes(unpacked: int, packed: int) -> None:
    if unpacked > MAX_UNPACKED or (unpacked > _SMALL and unpacked > MAX_RATIO * packed):
        raise TableError(
            f"The workbook unpacks to {unpacked / 1e6:,.0f} MB, which is more than Handai reads from Excel files.",
            _SAVE_AS_CSV,
        )


def _refuse_entities(head: bytes) -> None:
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise TableError(
            "The workbook defines XML entities, which no spreadsheet program writes.", "It may be unsafe; don't use it."
        )


def sheet_parts(source: Path) -> dict[str, str]:
    """The names of the sheets with the archive member that holds each one."""
    try:
        with zipfile.ZipFile(source) as archive:
            book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - entities were refused before
            links = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - refused here, too
    except (KeyError, ET.ParseError, zipfile.BadZipFile) as error:
        raise damaged_error() from error
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    found = {}
    for sheet in book.iter():
        if sheet.tag.endswith("}sheet"):
            link = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), None)
            target = targets.get(link, "")
            found[sheet.get("name", "")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    return found


def scan_sheet(source: Path, part: str, sheet: str) -> SheetScan:
    """What a sheet's XML holds; refuses one whose rectangle of cells is too large to be parsed."""
    scan = SheetScan()
    try:
        with zipfile.ZipFile(source) as archive, archive.open(part) as stream:
            for piece in _pieces(iter(lambda: stream.read(_CHUNK), b"")):
                _scan_piece(piece, scan)
    except (KeyError, zipfile.BadZipFile, EOFError) as error:
        raise damaged_error() from error
    area = scan.last_row * scan.last_column
    if area > MAX_AREA:
        raise _too_large(scan, area, sheet)
    return scan


def _pieces(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes, cut before the start of a cell so that no cell is cut in two."""
    rest = b""
    for chunk in chunks:
        data = rest + chunk
        cut = max(data.rfind(b"<c "), data.rfind(b":c ") - 16, 0)
        if len(data) - cut > 4 * _CHUNK:  # one huge cell: let it be cut
            cut = len(data)
        yield data[:cut]
        rest = data[cut:]
    yield rest


def _scan_piece(piece: bytes, scan: SheetScan) -> None:
    references = _REFERENCE.findall(piece)
    scan.cells += len(references)
    rows = {int(row) for row in {row for _, row in references}.union(_ROW.findall(piece))}
    scan.last_row = max(scan.last_row, *rows, 0)
    scan.last_column = max(scan.last_column, *(_column_number(name) for name in {name for name, _ in references}), 0)
    scan.errors += len(_ERROR.findall(piece))
    if b"<f" in piece or b":f" in piece:
        scan.valueless_formulas += sum(not _TEXT_RESULT.search(found) for found in _FORMULA.findall(piece))


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _too_large(scan: SheetScan, area: int, sheet: str) -> TableError:
    if scan.cells * 50 < area:
        return TableError(
            f"The sheet '{sheet}' has stray cells far away from the table: it reaches to row {scan.last_row:,} and "
            f"column {scan.last_column:,}, but only {scan.cells:,} cells are filled.",
            "In Excel, press Ctrl+End to find the last cell, delete the stray rows and columns, save and upload again.",
        )
    return TableError(f"The sheet '{sheet}' has {area:,} cells, more than Handai reads from Excel.", _SAVE_AS_CSV)
