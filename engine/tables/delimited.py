"""CSV and TSV to Parquet: text stays text, rows stream, and whatever is odd about the file is told."""

import csv
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TextIO

from engine.tables.dialect import NO_DELIMITER, chosen_delimiter, delimiter_hint, detect_delimiter
from engine.tables.encoding import TextFacts, decide_encoding
from engine.tables.header import check_width, count_of, looks_like_header, numbered_name, unique_names
from engine.tables.model import Column, ParseOptions, TableInfo
from engine.tables.parquet_io import BATCH_BYTES, BATCH_ROWS, TableWriter
from handai_errors import TableError

MAX_CELL_CHARS = 16 << 20
_SAMPLE_CHARS = 65_536
_CHUNK_ROWS = 64
_FORBIDDEN_NUL_SHARE = 0.002


class Reader(Protocol):
    """What csv.reader returns; the standard library keeps the name of the class to itself."""

    @property
    def line_num(self) -> int:
        """How many lines were read."""

    def __iter__(self) -> Iterator[list[str]]:
        """The rows."""


@dataclass(slots=True)
class _Layout:
    """What one pass over the file found besides its cells."""

    named: int
    width: int
    widest: int
    rows: int = 0
    blank_lines: int = 0
    narrow_rows: int = 0
    wide_rows: int = 0


@dataclass(frozen=True, slots=True)
class _Text:
    """A text table whose encoding and delimiter are known."""

    source: Path
    facts: TextFacts
    delimiter: str
    skip_lines: int = 0

    @contextmanager
    def rows(self) -> Iterator[Reader]:
        """A reader at the first row."""
        csv.field_size_limit(MAX_CELL_CHARS)
        with self.source.open("r", encoding=self.facts.codec, newline="") as file:
            lines: Iterator[str] = file
            if self.facts.nul_bytes:
                lines = (line.replace("\0", "") for line in file)
            yield csv.reader(itertools.islice(lines, self.skip_lines, None), delimiter=self.delimiter)


def convert_delimited(source: Path, kind: str, options: ParseOptions, target: Path) -> TableInfo:
    """Convert a CSV or TSV file and say how it was read."""
    text = _understand(source, kind, options)
    names, header, notices = _names(text, options.header)
    width = len(names)
    while True:
        columns, layout = _columns(names, width), _Layout(len(names), width, width)
        with TableWriter(target, columns) as writer:
            _copy(text, writer, layout, skip_header=header)
            if layout.widest == width:
                _refuse_empty(layout)
                info = _info(
                    text, kind, columns, [*notices, *_layout_notices(layout, columns)], rows=layout.rows, header=header
                )
                writer.finish(info)
                return info
        width = layout.widest
        check_width(width)


def _understand(source: Path, kind: str, options: ParseOptions) -> _Text:
    facts = decide_encoding(source, options.encoding)
    if facts.nul_bytes > _FORBIDDEN_NUL_SHARE * source.stat().st_size + 1:
        raise TableError("The file holds binary data, not text.", "Save the table as CSV, Excel, JSON or Parquet.")
    with source.open("r", encoding=facts.codec, newline="") as file:
        sample = _sample(file)
    if not sample.strip("\r\n \t\0"):
        raise TableError("The file holds only blank lines.", "Choose a file with a header and at least one row.")
    first_line, _, rest = sample.partition("\n")
    hint = delimiter_hint(first_line.strip())
    if options.delimiter:
        delimiter = chosen_delimiter(options.delimiter)
    else:
        preferred = "\t" if kind == "tsv" else None
        delimiter = hint or detect_delimiter(sample.lstrip("\r\n"), preferred)
    return _Text(source, facts, delimiter, skip_lines=1 if hint and rest else 0)


def _sample(file: TextIO) -> str:
    """The file's first lines."""
    sample = file.read(_SAMPLE_CHARS)
    return sample if len(sample) < _SAMPLE_CHARS else sample[: sample.rfind("\n") + 1] or sample


def _names(text: _Text, chosen: bool | None) -> tuple[list[str], bool, list[str]]:
    """The column names, whether the first row holds them, and what to tell about it."""
    with text.rows() as reader:
        first = next((chunk[0] for chunk in _chunks(reader, 1) if chunk[0]), [])
    check_width(len(first))
    header = looks_like_header(first) if chosen is None else chosen
    if header:
        names, notices = unique_names(first)
        return names, True, notices
    names = [numbered_name(position) for position in range(1, len(first) + 1)]
    told = "The first row looks like data, not like a header; the columns are called column 1, column 2 and so on."
    return names, False, [told] if chosen is None else []


def _columns(names: Sequence[str], width: int) -> list[Column]:
    extra = [numbered_name(position) for position in range(len(names) + 1, width + 1)]
    return [Column(name) for name in unique_names([*names, *extra])[0]]


def _chunks(reader: Reader, size: int) -> Iterator[list[list[str]]]:
    """The rows, some at a time; a cell beyond the limit becomes an error that a person understands."""
    while True:
        line = reader.line_num + 1
        try:
            chunk = list(itertools.islice(reader, size))
        except csv.Error as error:
            raise TableError(
                f"A cell between lines {line:,} and {reader.line_num:,} is longer than {MAX_CELL_CHARS:,} characters.",
                "Usually a quotation mark is opened there and never closed; mend that line and upload again.",
            ) from error
        if not chunk:
            return
        yield chunk


def _copy(text: _Text, writer: TableWriter, layout: _Layout, *, skip_header: bool) -> None:
    """Write every row, unless one turns out wider than the layout: then only measure the rest."""
    batch: list[Sequence[str | None]] = []
    size = 0
    last: list[str] = []
    with text.rows() as reader:
        if skip_header:
            last = next(chunk[0] for chunk in _chunks(reader, 1) if chunk[0])
        for chunk in _chunks(reader, _CHUNK_ROWS):
            last = chunk[-1]
            size += sum(map(len, itertools.chain.from_iterable(chunk)))
            is_plain = {layout.named} == {layout.width, *map(len, chunk)}
            batch += chunk if is_plain else _fitted(chunk, layout)
            if layout.widest > layout.width:
                batch = []
            elif len(batch) >= BATCH_ROWS or size > BATCH_BYTES:
                layout.rows += len(batch)
                writer.write_values(list(zip(*batch, strict=True)))
                batch, size = [], 0
        _check_last_quote(text, last, reader.line_num)
    layout.rows += len(batch)
    if batch:
        writer.write_values(list(zip(*batch, strict=True)))


def _fitted(chunk: list[list[str]], layout: _Layout) -> Iterator[Sequence[str | None]]:
    """The rows of a chunk at the table's width; blank lines and empty cells beyond it are left out."""
    for row in chunk:
        if not row or (layout.named > 1 and len(row) == 1 and not row[0].strip()):
            layout.blank_lines += 1
            continue
        while len(row) > layout.named and not row[-1]:
            row.pop()
        layout.wide_rows += len(row) > layout.named
        layout.narrow_rows += len(row) < layout.named
        layout.widest = max(layout.widest, len(row))
        yield [*row, *[None] * (layout.width - len(row))]


def _check_last_quote(text: _Text, last: list[str], line: int) -> None:
    """A quotation mark that is never closed puts the rest of the file into one cell: refuse that."""
    if text.facts.quotes % 2 == 0 or not last or "\n" not in last[-1].rstrip("\r\n"):
        return
    with text.source.open("rb") as file:
        file.seek(max(0, text.source.stat().st_size - 64))
        if file.read().rstrip().endswith(b'"'):
            return
    opened = line - len(last[-1].splitlines()) + 1
    raise TableError(
        f"A quotation mark in line {opened:,} is never closed, so the rest of the file would be one cell.",
        "Close it in a text editor and upload again.",
    )


def _refuse_empty(layout: _Layout) -> None:
    if not layout.rows:
        raise TableError("The file has a header but no rows.", "Add at least one row below the header.")


def _layout_notices(layout: _Layout, columns: Sequence[Column]) -> Iterator[str]:
    if layout.blank_lines:
        yield f"{count_of(layout.blank_lines, 'blank line was', 'blank lines were')} left out."
    if layout.narrow_rows:
        rows = count_of(layout.narrow_rows, "row has", "rows have")
        yield f"{rows} fewer cells than the header; what is missing is empty."
    if layout.wide_rows:
        rows = count_of(layout.wide_rows, "row has", "rows have")
        extra = [column.name for column in columns[layout.named :]]
        where = f"'{extra[0]}'" if len(extra) == 1 else f"'{extra[0]}' to '{extra[-1]}'"
        yield f"{rows} more cells than the header; the extra cells are in {where}. Check the delimiter."


def _info(
    text: _Text, kind: str, columns: Sequence[Column], notices: Sequence[str], *, rows: int, header: bool
) -> TableInfo:
    nul_bytes = text.facts.nul_bytes
    removed = [f"{count_of(nul_bytes, 'NUL character was', 'NUL characters were')} removed."] if nul_bytes else []
    return TableInfo(
        rows=rows,
        columns=tuple(columns),
        format=kind,
        encoding=text.facts.name,
        delimiter=None if text.delimiter == NO_DELIMITER else text.delimiter,
        header=header,
        notices=(*text.facts.notices, *notices, *removed),
    )
