"""JSON Lines to Parquet in two streamed passes: one to learn the columns, one to write them."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from engine.tables.encoding import decide_encoding
from engine.tables.header import check_width, unique_names
from engine.tables.jsonvalues import ColumnTypes, cells_of, clean_text, parse_json
from engine.tables.model import Column, ParseOptions, TableInfo
from engine.tables.parquet_io import BATCH_BYTES, BATCH_ROWS, TableWriter
from handai_errors import TableError

_SHOWN_CHARS = 60

Records = Iterable[tuple[int, dict[str, Any]]]  # each object with the length of its text; read more than once


class _Lines:
    """The objects of a JSON Lines file, read as often as needed."""

    def __init__(self, source: Path, encoding: str | None) -> None:
        self.source = source
        self.facts = decide_encoding(source, encoding)
        self.scalar = not isinstance(next(self._values(), (0, b"", {}))[2], dict)

    def __iter__(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Each object with the length of its line."""
        for number, line, value in self._values():
            if isinstance(value, dict) is self.scalar:
                raise TableError(
                    f"Line {number:,} is {'an object' if self.scalar else 'not an object'}, unlike those before it.",
                    "Every line must be one JSON object with the values of one row.",
                )
            yield len(line), {"value": value} if self.scalar else value

    def _values(self) -> Iterator[tuple[int, bytes, Any]]:
        for number, line in enumerate(self._lines(), start=1):
            text = line.strip()
            if not text:
                continue
            try:
                value = parse_json(text)
            except ValueError as error:
                raise _bad_line(number, text, error) from error
            yield number, text, value

    def _lines(self) -> Iterator[bytes]:
        if self.facts.name == "utf-8":
            with self.source.open("rb") as file:
                for number, line in enumerate(file):
                    yield line if number else line.removeprefix(b"\xef\xbb\xbf")
        else:
            with self.source.open("r", encoding=self.facts.codec, newline="\n") as text:
                yield from (line.encode() for line in text)


def _bad_line(number: int, text: bytes, error: ValueError) -> TableError:
    shown = text[:_SHOWN_CHARS].decode(errors="replace") + ("…" if len(text) > _SHOWN_CHARS else "")
    return TableError(
        f"Line {number:,} is not valid JSON ({error}). It begins: {shown}",
        "Mend that line, or remove it, and upload again.",
    )


def convert_jsonl(source: Path, kind: str, options: ParseOptions, target: Path) -> TableInfo:
    """Convert a file with one JSON value a line and say how it was read."""
    lines = _Lines(source, options.encoding)
    types = ColumnTypes()
    rows = 0
    for _, record in lines:
        rows += 1
        types.add(record)
        check_width(len(types.types))
    if not rows:
        raise TableError("The file holds no rows.", "Each line should be one JSON object.")
    return write_records(
        lines, types, target, rows=rows, kind=kind, encoding=lines.facts.name, notices=lines.facts.notices
    )


def write_records(
    records: Records,
    types: ColumnTypes,
    target: Path,
    *,
    rows: int,
    kind: str,
    encoding: str,
    notices: tuple[str, ...],
) -> TableInfo:
    """Write objects, each with the length of its text, as rows of the columns that `types` found."""
    keys = list(types.types)
    if not keys:
        raise TableError("The objects in the file are all empty.", "Each object should hold the values of one row.")
    names, renamed = unique_names([clean_text(key) for key in keys])
    columns = tuple(Column(name, types.kind(key)) for name, key in zip(names, keys, strict=True))
    info = TableInfo(rows, columns, kind, encoding=encoding, notices=(*notices, *renamed))
    with TableWriter(target, columns) as writer:
        for batch in _batches(records):
            values = [
                cells_of(column.kind, (record.get(key) for record in batch))
                for column, key in zip(columns, keys, strict=True)
            ]
            writer.write_values(values)
        writer.finish(info)
    return info


def _batches(records: Records) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    size = 0
    for length, record in records:
        batch.append(record)
        size += length
        if len(batch) >= BATCH_ROWS or size > BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
