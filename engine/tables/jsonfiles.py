"""A JSON document to Parquet: finds the table in the shapes that programs write."""

from pathlib import Path
from typing import Any

from engine.tables.encoding import decide_encoding
from engine.tables.header import check_width
from engine.tables.jsonlines import convert_jsonl, write_records
from engine.tables.jsonvalues import ColumnTypes, parse_json
from engine.tables.model import ParseOptions, TableInfo
from handai_errors import TableError

_ROWS_REMEDY = "The file should be a list of objects, one object for each row."


def convert_json(source: Path, kind: str, options: ParseOptions, target: Path) -> TableInfo:
    """Convert a JSON document and say how it was read."""
    facts = decide_encoding(source, options.encoding)
    data = source.read_bytes()
    if facts.name != "utf-8":
        data = data.decode(facts.codec).encode()
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not data.strip():
        raise TableError("The file holds only blank lines.", _ROWS_REMEDY)
    try:
        document = parse_json(data)
    except ValueError as error:
        if _is_lines(data):
            return convert_jsonl(source, "jsonl", options, target)
        raise TableError(f"The file is not valid JSON: {error}.", "Save it again from its program.") from error
    del data
    records, notice = table_of(document)
    if not records:
        raise TableError("The file holds no rows.", _ROWS_REMEDY)
    types = ColumnTypes()
    for record in records:
        types.add(record)
        check_width(len(types.types))
    notices = (*facts.notices, *([notice] if notice else []))
    sized = [(64 * len(record), record) for record in records]
    return write_records(sized, types, target, rows=len(records), kind=kind, encoding=facts.name, notices=notices)


def _is_lines(data: bytes) -> bool:
    """Whether the first line is an object of its own, as in JSON Lines."""
    try:
        return isinstance(parse_json(data.lstrip().split(b"\n", 1)[0]), dict)
    except ValueError:
        return False


def table_of(document: object) -> tuple[list[dict[str, Any]], str | None]:
    """The rows in a parsed document, and what to tell about where they were found."""
    if isinstance(document, list):
        return _list_rows(document), None
    if not isinstance(document, dict):
        raise TableError("The file holds a single value, not a table.", _ROWS_REMEDY)
    tables = [key for key, value in document.items() if _is_list_of_objects(value)]
    if len(tables) == 1:
        return document[tables[0]], f"The rows are the list under '{tables[0]}'; the rest of the file is left out."
    if tables:
        raise TableError(
            f"The file holds several lists of objects: {', '.join(tables)}.", "Keep the one you need in its own file."
        )
    if document and all(isinstance(value, list) for value in document.values()):
        return _columns_to_rows(document), "Each entry of the file became a column."
    if not document:
        raise TableError("The file holds an empty object.", _ROWS_REMEDY)
    return [document], "The file holds a single object; it became one row."


def _list_rows(values: list[Any]) -> list[dict[str, Any]]:
    if all(isinstance(value, dict) for value in values):
        return values
    if any(isinstance(value, dict) for value in values):
        position = next(i for i, value in enumerate(values, start=1) if not isinstance(value, dict))
        raise TableError(f"Entry {position:,} of the list is not an object, but others are.", _ROWS_REMEDY)
    return [{"value": value} for value in values]


def _is_list_of_objects(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(entry, dict) for entry in value)


def _columns_to_rows(document: dict[str, list[Any]]) -> list[dict[str, Any]]:
    lengths = {name: len(values) for name, values in document.items()}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{name}: {length:,}" for name, length in list(lengths.items())[:5])
        raise TableError(f"The columns in the file have different lengths ({shown}).", "Give each one value a row.")
    return [dict(zip(document, values, strict=True)) for values in zip(*document.values(), strict=True)]
