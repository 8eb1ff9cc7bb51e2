"""Tables in and out: detection, conversion of uploads to Parquet, streamed reading and export.

What needs pyarrow is imported when it is first used, so that a command that touches no table starts fast.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from engine.tables.formats import READABLE, WRITABLE, format_of
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

if TYPE_CHECKING:
    from engine.tables.export import export_table
    from engine.tables.limits import convert_limited
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

_LATER = {
    "convert_limited": "engine.tables.limits",
    "export_table": "engine.tables.export",
    "read_info": "engine.tables.parquet_io",
    "read_page": "engine.tables.parquet_io",
    "read_rows": "engine.tables.parquet_io",
}


if not TYPE_CHECKING:  # or a misspelt import would pass the type check

    def __getattr__(name: str) -> object:
        """Import a heavy part on its first use."""
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(_LATER[name]), name)
