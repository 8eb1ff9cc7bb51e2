"""Small tables for the tests: files made on the spot, converted in this process."""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl

from engine.tables import ParseOptions, Row, TableInfo, read_info, read_rows
from engine.tables.convert import convert

FILES = Path(__file__).parent / "files"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@dataclass(frozen=True, slots=True)
class Converted:
    info: TableInfo
    rows: list[Row]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.info.columns]

    @property
    def kinds(self) -> dict[str, str]:
        return {column.name: str(column.kind) for column in self.info.columns}

    @property
    def notices(self) -> str:
        return "\n".join(self.info.notices)


def convert_bytes(folder: Path, name: str, data: bytes, options: ParseOptions | None = None) -> Converted:
    source = folder / "upload"
    source.write_bytes(data)
    return convert_file(source, name, options)


def convert_text(folder: Path, text: str, options: ParseOptions | None = None, name: str = "table.csv") -> Converted:
    return convert_bytes(folder, name, text.encode(), options)


def convert_file(source: Path, name: str, options: ParseOptions | None = None) -> Converted:
    target = source.parent / "stored.parquet"
    info = convert(source, name, options or ParseOptions(), target)
    assert read_info(target) == info
    return Converted(info, list(read_rows(target)))


def workbook(path: Path, sheets: dict[str, Sequence[Sequence[object]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def raw_workbook(path: Path, sheet_data: str, before: str = "") -> Path:
    """A workbook whose only sheet has this XML inside sheetData."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>'
        ),
        "_rels/.rels": _link(f"{_OFFICE}/officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            '<sheet name="s" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": _link(f"{_OFFICE}/worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": (
            f'{before}<worksheet xmlns="{MAIN}"><sheetData>{sheet_data}</sheetData></worksheet>'
        ),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def _link(kind: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{kind}" Target="{target}"/></Relationships>'
    )


def inline(reference: str, text: str) -> str:
    """The XML of one text cell."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


FAR_CELL = f'<row r="1">{inline("A1", "h")}</row><row r="1048576">{inline("XFD1048576", "h")}</row>'
