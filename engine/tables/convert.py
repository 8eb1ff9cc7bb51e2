"""One uploaded file to one stored table; runs in the limited child process."""

from collections.abc import Callable
from pathlib import Path

from engine.tables.delimited import convert_delimited
from engine.tables.excel import convert_excel
from engine.tables.formats import check_content, format_of
from engine.tables.jsonfiles import convert_json
from engine.tables.jsonlines import convert_jsonl
from engine.tables.model import ParseOptions, TableInfo
from engine.tables.parquet_in import convert_parquet
from engine.tables.parquet_io import part_of

_CONVERTERS: dict[str, Callable[[Path, str, ParseOptions, Path], TableInfo]] = {
    "csv": convert_delimited,
    "tsv": convert_delimited,
    "xlsx": convert_excel,
    "json": convert_json,
    "jsonl": convert_jsonl,
    "parquet": convert_parquet,
}


def convert(source: Path, filename: str, options: ParseOptions, target: Path) -> TableInfo:
    """Read `source`, which the person calls `filename`, and write it to `target` as Parquet.

    Raises TableError, and leaves no half-written target.
    """
    kind = format_of(filename)
    check_content(source, kind, filename)
    part = part_of(target)
    try:
        info = _CONVERTERS[kind](source, kind, options, part)
        part.chmod(0o600)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return info
