"""One uploaded file to one stored table; runs in the limited child process."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from engine.tables.formats import check_content, format_of
from engine.tables.model import ParseOptions, TableInfo
from engine.tables.parquet_io import part_of

# By format; the child lives for one file, so it imports the reader of that file and no other.
_CONVERTERS = {
    "csv": ("engine.tables.delimited", "convert_delimited"),
    "tsv": ("engine.tables.delimited", "convert_delimited"),
    "xlsx": ("engine.tables.excel", "convert_excel"),
    "json": ("engine.tables.jsonfiles", "convert_json"),
    "jsonl": ("engine.tables.jsonlines", "convert_jsonl"),
    "parquet": ("engine.tables.parquet_in", "convert_parquet"),
}


def convert(source: Path, filename: str, options: ParseOptions, target: Path) -> TableInfo:
    """Read `source`, which the person calls `filename`, and write it to `target` as Parquet.

    Raises TableError, and leaves no half-written target.
    """
    kind = format_of(filename)
    check_content(source, kind, filename)
    part = part_of(target)
    module, function = _CONVERTERS[kind]
    read: Callable[[Path, str, ParseOptions, Path], TableInfo] = getattr(import_module(module), function)
    try:
        info = read(source, kind, options, part)
        part.chmod(0o600)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return info
