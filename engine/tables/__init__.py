"""Tables in and out: detection, conversion of uploads to Parquet, streamed reading and export."""

from engine.tables.export import export_table
from engine.tables.formats import READABLE, WRITABLE, format_of
from engine.tables.limits import convert_limited
from engine.tables.model import (
    MAX_COLUMNS,
    Cell,
    Column,
    ColumnKind,
    ExportInfo,
    ExportOptions,
    ParseOptions,
    Row,
    TableInfo,
)
from engine.tables.parquet_io import read_info, read_page, read_rows

__all__ = [
    "MAX_COLUMNS",
    "READABLE",
    "WRITABLE",
    "Cell",
    "Column",
    "ColumnKind",
    "ExportInfo",
    "ExportOptions",
    "ParseOptions",
    "Row",
    "TableInfo",
    "convert_limited",
    "export_table",
    "format_of",
    "read_info",
    "read_page",
    "read_rows",
]
