"""Tables to Excel, row by row: text is always text, never a formula, and never more than Excel can open."""

import math
import operator
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from engine.tables.cells import cell_as_text
from engine.tables.header import count_of
from engine.tables.model import MAX_COLUMNS, Cell, Column, ExportOptions, Row
from handai_errors import TableError

if TYPE_CHECKING:
    from openpyxl.cell import Cell as ExcelCell
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

MAX_ROWS = 1_048_575  # below the header
MAX_CELL_UNITS = 32_767  # Excel counts UTF-16 code units
_EXACT_DIGITS = 10**15
_FIRST_YEAR = 1900
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # Excel reads _x000D_ as a character
_REMEDY = "Export it as CSV or Parquet instead."


@dataclass(slots=True)
class _Cells:
    """Makes cells for one sheet and counts what had to be changed."""

    sheet: "WriteOnlyWorksheet"
    cut: int = 0
    cleaned: int = 0

    def make(self, value: Cell) -> "ExcelCell | None":
        """One cell; text is typed as a string whatever it begins with."""
        from openpyxl.cell import WriteOnlyCell

        native = _native(value)
        if not isinstance(native, str):
            if native is None:
                return None
            number = WriteOnlyCell(self.sheet)
            number.value = native
            return number
        cell = WriteOnlyCell(self.sheet, value=self._fit(native))
        cell.data_type = "s"  # openpyxl takes "=…" for a formula and "#N/A" for an error
        return cell

    def _fit(self, text: str) -> str:
        clean = _ILLEGAL.sub("", text)
        self.cleaned += clean != text
        clean = _ESCAPE_LIKE.sub("_x005F_", clean.replace("\r\n", "\n").replace("\r", "\n"))
        if len(clean) * 2 <= MAX_CELL_UNITS:
            return clean
        units = clean.encode("utf-16-le")
        if len(units) <= MAX_CELL_UNITS * 2:
            return clean
        self.cut += 1
        return units[: MAX_CELL_UNITS * 2].decode("utf-16-le", "ignore")

    def notices(self) -> Iterator[str]:
        """What the person should know about the written file."""
        if self.cut:
            cells = count_of(self.cut, "cell was", "cells were")
            yield f"{cells} cut to {MAX_CELL_UNITS:,} characters, the most that Excel allows. CSV keeps them whole."
        if self.cleaned:
            cells = count_of(self.cleaned, "cell", "cells")
            yield f"Control characters that Excel can't store were removed from {cells}."


def write_excel(
    part: Path, rows: Iterable[Row], columns: Sequence[Column], _options: ExportOptions
) -> tuple[int, list[str]]:
    """Write one sheet; returns the number of rows and the notices."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    _check_size(operator.length_hint(rows), len(columns))
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Table")
    sheet.freeze_panes = "A2"
    cells = _Cells(sheet)
    names = [column.name for column in columns]
    header = [cells.make(name) for name in names]
    for cell in header:
        if cell is not None:
            cell.font = Font(bold=True)
    count = 0
    try:
        sheet.append(header)
        for count, row in enumerate(rows, start=1):
            if count > MAX_ROWS:
                _check_size(count, len(columns))
            sheet.append([cells.make(row.get(name)) for name in names])
    finally:
        sheet.close()  # ends openpyxl's own temporary file also when the rows break off
    book.save(part)
    return count, list(cells.notices())


def _check_size(rows: int, columns: int) -> None:
    if columns > MAX_COLUMNS:
        raise TableError(f"An Excel sheet holds at most {MAX_COLUMNS:,} columns; this table has {columns:,}.", _REMEDY)
    if rows > MAX_ROWS:
        raise TableError(
            f"An Excel sheet holds at most {MAX_ROWS:,} rows below its header; this table has more.", _REMEDY
        )


def _native(value: Cell) -> str | float | date | None:
    """The value as Excel can hold it; text where it can't."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else (cell_as_text(value) or None)
    if isinstance(value, int):
        return value if abs(value) < _EXACT_DIGITS else str(value)
    if isinstance(value, datetime):
        return value if value.tzinfo is None and value.year >= _FIRST_YEAR else cell_as_text(value)
    if isinstance(value, date):
        return value if value.year >= _FIRST_YEAR else cell_as_text(value)
    return cell_as_text(value)
