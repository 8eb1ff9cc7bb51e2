"""What a table is, once it has been read: named columns of one kind each, and how they were found."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from engine.declared import Declared

Cell = str | int | float | bool | date | datetime | None | list[Any] | dict[str, Any]
Row = dict[str, Cell]

MAX_COLUMNS = 16_384


class ColumnKind(StrEnum):
    """The kinds of value a column can hold; CSV cells are always text."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    JSON = "json"


class ParseOptions(Declared):
    """What a person may correct about how a file is read; None means detect it."""

    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header: bool | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its unique name in Handai and its kind."""

    name: str
    kind: ColumnKind = ColumnKind.TEXT


@dataclass(frozen=True, slots=True)
class TableInfo:
    """A converted table: its size, its columns, what was detected and what the person should know.

    `format` is the file format (csv, tsv, xlsx, json, jsonl, parquet); `notices` are plain sentences,
    such as "2 empty rows were left out" or "The header 'name' appears twice; the second is now 'name (2)'".
    """

    rows: int
    columns: tuple[Column, ...]
    format: str
    encoding: str | None = None
    delimiter: str | None = None
    header: bool | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


class ExportOptions(Declared):
    """How a table is written: `lossless` leaves text cells that a spreadsheet could run as formulas as they are."""

    lossless: bool = False
    bom: bool = False


@dataclass(frozen=True, slots=True)
class ExportInfo:
    """A written file: where, in which format, how many rows, and what the person should know."""

    path: Path
    format: str
    rows: int
    notices: tuple[str, ...] = ()
