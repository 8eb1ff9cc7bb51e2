"""Tables to Parquet: each column keeps its kind, or becomes text when a value does not fit it."""

import contextlib
import itertools
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from engine.tables.cells import cell_as_text, json_bytes
from engine.tables.model import Cell, Column, ColumnKind, ExportOptions, Row
from engine.tables.parquet_io import ARROW_TYPES, BATCH_BYTES, BATCH_ROWS

_CHUNK_ROWS = 1_024
_TYPES: dict[ColumnKind, tuple[type, ...]] = {
    ColumnKind.INTEGER: (int,),
    ColumnKind.NUMBER: (int, float),
    ColumnKind.DATE: (date,),
}


class _Misfit(Exception):  # noqa: N818 - a signal between two functions here, never an error to anyone
    """A value that the column's type can't hold."""

    def __init__(self, column: int) -> None:
        super().__init__(column)
        self.column = column


def write_parquet(
    part: Path, rows: Iterable[Row], columns: Sequence[Column], _options: ExportOptions
) -> tuple[int, list[str]]:
    """Write the rows; returns their number and the notices."""
    file = _Growing(part, columns)
    names = [column.name for column in columns]
    count = 0
    iterator = iter(rows)
    try:
        while chunk := list(itertools.islice(iterator, _CHUNK_ROWS)):
            file.add([[row.get(name) for row in chunk] for name in names])
            count += len(chunk)
        file.close()
    except BaseException:
        file.abandon()
        raise
    told = "Column '{}' holds values of several kinds, so it was written as text."
    return count, [told.format(names[i]) for i in sorted(file.widened)]


class _Growing:
    """A Parquet file whose columns can still become text: then what was written so far is written anew."""

    def __init__(self, part: Path, columns: Sequence[Column]) -> None:
        self.part = part
        self.kinds = [column.kind for column in columns]
        self.names = [column.name for column in columns]
        textual = (ColumnKind.TEXT, ColumnKind.JSON)
        self.types: list[pa.DataType | None] = [pa.string() if kind in textual else None for kind in self.kinds]
        self.widened: set[int] = set()
        self.pending: list[list[Cell]] = [[] for _ in columns]
        self.size = 0
        self.writer: pq.ParquetWriter | None = None

    def add(self, values: list[list[Cell]]) -> None:
        """Take one list of values a column; a row group is written once enough are there."""
        for column, more in zip(self.pending, values, strict=True):
            column.extend(more)
            self.size += sum(len(value) for value in more if isinstance(value, str))
        if self.pending and (len(self.pending[0]) >= BATCH_ROWS or self.size > BATCH_BYTES):
            self._flush()

    def close(self) -> None:
        """Write what is left and end the file."""
        if self.writer is None or (self.pending and self.pending[0]):
            self._flush()
        if self.writer:
            self.writer.close()

    def abandon(self) -> None:
        """End the file in whatever state it is, without hiding the error that is on its way."""
        with contextlib.suppress(OSError, pa.ArrowException):
            if self.writer:
                self.writer.close()

    def _flush(self) -> None:
        arrays: list[pa.Array[Any]] = []
        while len(arrays) < len(self.pending):
            try:
                arrays.append(self._array(len(arrays)))
            except _Misfit as misfit:
                self._widen(misfit.column)
        if self.writer is None:
            self.writer = self._open()
        self.writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self._schema()))
        self.pending, self.size = [[] for _ in self.pending], 0

    def _array(self, column: int) -> "pa.Array[Any]":
        values, kind = self.pending[column], self.kinds[column]
        if column in self.widened or kind is ColumnKind.TEXT:
            return pa.array([None if value is None else _text(value) for value in values], pa.string())
        if kind is ColumnKind.JSON:
            return pa.array([None if value is None else json_bytes(value).decode() for value in values], pa.string())
        stored = self._type(column)
        zoned = isinstance(stored, pa.TimestampType) and stored.tz is not None
        if not all(value is None or _fits(value, kind, zoned=zoned) for value in values):
            raise _Misfit(column)
        try:
            return pa.array(values, stored)
        except (pa.ArrowException, OverflowError) as error:
            raise _Misfit(column) from error

    def _type(self, column: int) -> pa.DataType:
        """The column's type; the first row group decides whether its times have a zone."""
        found = self.types[column]
        if found is None:
            found = ARROW_TYPES[self.kinds[column]]
            first = next((value for value in self.pending[column] if isinstance(value, datetime)), None)
            if self.kinds[column] is ColumnKind.DATETIME and first and first.tzinfo:
                found = pa.timestamp("us", "UTC")
            self.types[column] = found
        return found

    def _open(self) -> pq.ParquetWriter:
        return pq.ParquetWriter(self.part, self._schema(), compression="zstd")

    def _schema(self) -> pa.Schema:
        types = [self._type(column) for column in range(len(self.names))]
        return pa.schema(list(zip(self.names, types, strict=True)))

    def _widen(self, column: int) -> None:
        """Make a column text, also in the row groups that are written already."""
        self.widened.add(column)
        self.types[column] = pa.string()
        if self.writer is None:
            return
        self.writer.close()
        old = self.part.with_name(f"{self.part.name}.old")
        self.part.rename(old)
        try:
            self.writer = self._open()
            with pq.ParquetFile(old) as file:
                for group in range(file.num_row_groups):
                    self.writer.write_table(_with_text(file.read_row_group(group, use_threads=False), column))
        finally:
            old.unlink()


def _with_text(table: pa.Table, column: int) -> pa.Table:
    values: list[Cell] = table.column(column).to_pylist()
    texts = pa.array([None if value is None else _text(value) for value in values], pa.string())
    return table.set_column(column, table.schema.names[column], texts)


def _text(value: Cell) -> str:
    return cell_as_text(value).encode("utf-8", "replace").decode()


def _fits(value: Cell, kind: ColumnKind, *, zoned: bool) -> bool:
    """Whether a value is of the kind; Python calls True an int and a datetime a date, a table does not."""
    if isinstance(value, bool) or kind is ColumnKind.BOOLEAN:
        return isinstance(value, bool) and kind is ColumnKind.BOOLEAN
    if isinstance(value, datetime) or kind is ColumnKind.DATETIME:
        return isinstance(value, datetime) and kind is ColumnKind.DATETIME and (value.tzinfo is not None) is zoned
    return isinstance(value, _TYPES[kind])
