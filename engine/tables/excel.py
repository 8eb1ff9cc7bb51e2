"""Excel workbooks to Parquet: the first sheet with cells, or the one asked for, with dates and numbers as such."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum

from engine.tables.excel_guard import (
    SheetScan,
    check_archive,
    damaged_error,
    is_old_workbook,
    password_error,
    scan_sheet,
    sheet_parts,
)
from engine.tables.header import check_width, count_of, looks_like_header, numbered_name, unique_names
from engine.tables.model import Column, ColumnKind, ParseOptions, TableInfo
from engine.tables.parquet_io import BATCH_BYTES, BATCH_ROWS, TableWriter
from handai_errors import TableError

_EXACT_IN_FLOAT = 1 << 53


@dataclass(slots=True)
class _Found:
    """The types of a column's filled cells."""

    types: set[type] = field(default_factory=set)
    whole: bool = True

    def kind(self) -> ColumnKind:
        """The one kind that holds them; text when they are mixed."""
        if self.types and self.types <= {int, float}:
            return ColumnKind.INTEGER if self.whole else ColumnKind.NUMBER
        if self.types == {bool}:
            return ColumnKind.BOOLEAN
        if self.types == {date}:
            return ColumnKind.DATE
        if self.types and self.types <= {date, datetime}:
            return ColumnKind.DATETIME
        return ColumnKind.TEXT


@dataclass(slots=True)
class _Sheet:
    """The filled rows of one sheet, read as often as needed."""

    sheet: CalamineSheet
    scan: SheetScan

    def rows(self) -> Iterator[list[Any]]:
        """Each row that has a filled cell; empty cells are None."""
        for row in self.sheet.iter_rows():
            cells = [None if isinstance(cell, str) and not cell else cell for cell in row]
            if cells.count(None) < len(cells):
                yield cells

    def height(self) -> int:
        """The number of rows from the first filled one to the last."""
        start, end = self.sheet.start, self.sheet.end
        return end[0] - start[0] + 1 if start and end else 0

    def is_empty(self) -> bool:
        """Whether no cell is filled."""
        return next(self.rows(), None) is None


def convert_excel(source: Path, kind: str, options: ParseOptions, target: Path) -> TableInfo:
    """Convert one sheet of a workbook and say how it was read."""
    try:
        old = is_old_workbook(source)
        if not old:
            check_archive(source)
        with source.open("rb") as file, CalamineWorkbook.from_filelike(file) as book:
            parts = {} if old else sheet_parts(source)
            sheets = tuple(s.name for s in book.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet)
            table = _choose(source, book, sheets, parts, options.sheet)
            return _write(table, "xls" if old else kind, sheets, options.header, target)
    except PasswordError as error:
        raise password_error() from error
    except CalamineError as error:
        raise damaged_error() from error


def _choose(
    source: Path, book: CalamineWorkbook, sheets: tuple[str, ...], parts: dict[str, str], chosen: str | None
) -> _Sheet:
    if chosen is not None and chosen not in sheets:
        raise TableError(f"The workbook has no sheet '{chosen}'.", f"Its sheets are: {', '.join(sheets)}.")
    for name in sheets if chosen is None else (chosen,):
        scan = scan_sheet(source, parts[name], name) if name in parts else SheetScan()
        table = _Sheet(book.get_sheet_by_name(name), scan)
        if not table.is_empty():
            return table
    where = f"The sheet '{chosen}' is" if chosen else "All sheets of the workbook are"
    raise TableError(f"{where} empty.", "Choose a sheet with a header and at least one row.")


def _write(table: _Sheet, kind: str, sheets: tuple[str, ...], chosen_header: bool | None, target: Path) -> TableInfo:
    first = next(table.rows())
    header = looks_like_header(first) if chosen_header is None else chosen_header
    found, rows = _measure(table, len(first), skip_header=header)
    if not rows:
        raise TableError(
            f"The sheet '{table.sheet.name}' has a header but no rows.", "Add rows, or choose another sheet."
        )
    kept = [i for i, column in enumerate(found) if column.types or (header and first[i] is not None)]
    check_width(len(kept))
    names, renamed = _names(first, kept, header=header)
    columns = tuple(Column(name, found[i].kind()) for name, i in zip(names, kept, strict=True))
    notices = [*renamed, *_notices(table, rows + header, len(found) - len(kept))]
    if not header and chosen_header is None:
        notices.insert(
            0, "The first row looks like data, not like a header; the columns are called column 1 and so on."
        )
    info = TableInfo(rows, columns, kind, header=header, sheet=table.sheet.name, sheets=sheets, notices=tuple(notices))
    with TableWriter(target, columns) as writer:
        for batch in _batches(table, kept, skip_header=header):
            writer.write_values([_cells(column.kind, values) for column, values in zip(columns, batch, strict=True)])
        writer.finish(info)
    return info


def _names(first: Sequence[Any], kept: Sequence[int], *, header: bool) -> tuple[list[str], list[str]]:
    if not header:
        return [numbered_name(position) for position in range(1, len(kept) + 1)], []
    return unique_names([cell_text(first[i]) or "" for i in kept])


def _measure(table: _Sheet, width: int, *, skip_header: bool) -> tuple[list[_Found], int]:
    found = [_Found() for _ in range(width)]
    rows = 0
    for cells in _body(table, skip_header=skip_header):
        rows += 1
        for column, cell in zip(found, cells, strict=True):
            if cell is not None:
                column.types.add(type(cell))
                if type(cell) is float and not (cell.is_integer() and abs(cell) <= _EXACT_IN_FLOAT):
                    column.whole = False
    return found, rows


def _body(table: _Sheet, *, skip_header: bool) -> Iterator[list[Any]]:
    rows = table.rows()
    if skip_header:
        next(rows)
    return rows


def _notices(table: _Sheet, filled: int, empty_columns: int) -> Iterator[str]:
    empty_rows = table.height() - filled
    scan = table.scan
    if empty_rows > 0:
        yield f"{count_of(empty_rows, 'empty row was', 'empty rows were')} left out."
    if empty_columns:
        yield f"{count_of(empty_columns, 'empty column was', 'empty columns were')} left out."
    if scan.errors:
        cells = count_of(scan.errors, "cell holds an Excel error", "cells hold Excel errors")
        yield f"{cells} such as #N/A, read as empty."
    if scan.valueless_formulas:
        cells = count_of(scan.valueless_formulas, "formula has", "formulas have")
        yield f"{cells} no saved value, read as empty. Open the file in Excel, save it and upload it again."


def _batches(table: _Sheet, kept: Sequence[int], *, skip_header: bool) -> Iterator[list[tuple[Any, ...]]]:
    batch: list[list[Any]] = []
    size = 0
    for cells in _body(table, skip_header=skip_header):
        batch.append([cells[i] for i in kept])
        size += sum(len(cell) for cell in cells if isinstance(cell, str))
        if len(batch) >= BATCH_ROWS or size > BATCH_BYTES:
            yield list(zip(*batch, strict=True))
            batch, size = [], 0
    if batch:
        yield list(zip(*batch, strict=True))


def _cells(kind: ColumnKind, values: Iterable[Any]) -> list[Any]:
    if kind is ColumnKind.TEXT:
        return [cell_text(value) for value in values]
    if kind is ColumnKind.INTEGER:
        return [None if value is None else int(value) for value in values]
    if kind is ColumnKind.DATETIME:
        return [_midnight(value) for value in values]
    return list(values)


def _midnight(value: date | None) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    return datetime.combine(value, time())


def cell_text(value: object) -> str | None:
    """A cell as Excel would show it, near enough: 3 rather than 3.0, dates in ISO form."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date | time) else str(value)
