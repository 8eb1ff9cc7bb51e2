"""The stored form of a table: a Parquet file whose metadata holds the whole TableInfo, read row by row."""

import itertools
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from engine.tables.model import Cell, Column, ColumnKind, Row, TableInfo
from handai_errors import DamagedFileError, TableError

BATCH_ROWS = 16_384  # rows in a row group: small enough to page cheaply, large enough to compress
BATCH_BYTES = 16 << 20  # text in a row group, so that long cells don't make memory grow
PART_CELLS = 32_768  # cells that are Python objects at a time while rows are read

ARROW_TYPES: dict[ColumnKind, pa.DataType] = {
    ColumnKind.TEXT: pa.string(),
    ColumnKind.INTEGER: pa.int64(),
    ColumnKind.NUMBER: pa.float64(),
    ColumnKind.BOOLEAN: pa.bool_(),
    ColumnKind.DATE: pa.date32(),
    ColumnKind.DATETIME: pa.timestamp("us"),
    ColumnKind.JSON: pa.string(),
}
_INFO_KEY = b"handai.table"


class TableWriter:
    """Writes record batches, one row group each; `finish` stores what the table is."""

    def __init__(self, target: Path, columns: Sequence[Column], types: Sequence[pa.DataType] | None = None) -> None:
        self.columns = tuple(columns)
        self.types = list(types) if types else [ARROW_TYPES[column.kind] for column in columns]
        names = [column.name for column in columns]
        self.schema = pa.schema(list(zip(names, self.types, strict=True)))
        self.rows = 0
        self._writer = pq.ParquetWriter(
            target, self.schema, compression="zstd", use_dictionary=False, write_statistics=False
        )

    def write(self, arrays: Sequence["pa.Array[Any]"]) -> None:
        """Append one row group."""
        batch = pa.RecordBatch.from_arrays(list(arrays), schema=self.schema)
        if batch.num_rows:
            self._writer.write_batch(batch)
            self.rows += batch.num_rows

    def write_values(self, values: Sequence[Sequence[Any]]) -> None:
        """Append one row group from one sequence of values a column."""
        self.write([_array(cells, kind) for cells, kind in zip(values, self.types, strict=True)])

    def finish(self, info: TableInfo) -> None:
        """Store the table's description in the file."""
        self._writer.add_key_value_metadata({_INFO_KEY.decode(): orjson.dumps(asdict(info)).decode()})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()


def _array(cells: Sequence[Any], kind: pa.DataType) -> "pa.Array[Any]":
    """The cells of a column; texts by their bytes, for `pa.array` imports pandas where it is installed."""
    if kind != pa.string():
        return pa.array(cells, kind)
    texts = [b"" if cell is None else cell.encode() for cell in cells]
    ends = array("i", itertools.accumulate(map(len, texts), initial=0))
    missing = [place for place, cell in enumerate(cells) if cell is None]
    buffers = [_present(len(texts), missing), pa.py_buffer(ends), pa.py_buffer(b"".join(texts))]
    return pa.Array.from_buffers(kind, len(texts), buffers, null_count=len(missing))


def _present(length: int, missing: Sequence[int]) -> pa.Buffer | None:
    """Arrow's bitmap of the cells that are there; none where all are."""
    if not missing:
        return None
    bits = bytearray(b"\xff" * ((length + 7) // 8))
    for place in missing:
        bits[place >> 3] &= ~(1 << (place & 7))
    return pa.py_buffer(bytes(bits))


def part_of(target: Path) -> Path:
    """Where a table is written until it is whole."""
    return target.with_name(f"{target.name}.part")


def info_from_json(data: bytes | str) -> TableInfo:
    """The TableInfo that `TableWriter.finish` stored, or that the child process answered."""
    fields = orjson.loads(data)
    columns = tuple(Column(column["name"], ColumnKind(column["kind"])) for column in fields.pop("columns"))
    for name in ("sheets", "notices"):
        fields[name] = tuple(fields[name])
    return TableInfo(columns=columns, **fields)


def read_info(parquet: Path) -> TableInfo:
    """What the stored table is, from the file itself."""
    with _opened(parquet) as file:
        return _info_of(file, parquet)


def read_rows(
    parquet: Path, columns: Sequence[str] | None = None, start: int = 0, stop: int | None = None
) -> Iterator[Row]:
    """The rows from `start` up to `stop` in their order; row groups before `start` are not decoded."""
    with _opened(parquet) as file:
        wanted = _chosen(_info_of(file, parquet), columns)
        names = [column.name for column in wanted]
        for group, first, count in _pieces(file.metadata, start, stop):
            if not names:
                yield from ({} for _ in range(count))
                continue
            table = _decoded(file, group, names).slice(first, count)
            for part in _parts(table):
                cells = [_cells(part.column(column.name), column.kind) for column in wanted]
                for values in zip(*cells, strict=True):
                    yield dict(zip(names, values, strict=True))


def _parts(table: pa.Table) -> Iterator[pa.Table]:
    """The table's rows a few at a time: as Python objects they take many times the room."""
    rows = max(1, PART_CELLS // table.num_columns)
    return (table.slice(start, rows) for start in range(0, table.num_rows, rows))


def read_page(parquet: Path, start: int, count: int) -> list[Row]:
    """`count` rows from `start` on, fewer at the end of the table."""
    return list(itertools.islice(read_rows(parquet, start=start, stop=start + count), count))


def _opened(parquet: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(parquet)
    except FileNotFoundError as error:
        raise DamagedFileError("The stored table is missing.", "Upload the file again.") from error
    except (pa.ArrowException, OSError) as error:
        raise DamagedFileError("The stored table is damaged.", "Upload the file again.") from error


def _decoded(file: pq.ParquetFile, group: int, names: list[str]) -> pa.Table:
    try:
        return file.read_row_group(group, columns=names, use_threads=False)
    except (pa.ArrowException, OSError) as error:
        raise DamagedFileError("The stored table is damaged.", "Upload the file again.") from error


def _info_of(file: pq.ParquetFile, parquet: Path) -> TableInfo:
    stored = (file.metadata.metadata or {}).get(_INFO_KEY)
    if stored is None:
        raise DamagedFileError(f"{parquet.name} is not a table that Handai stored.", "Upload the file again.")
    return info_from_json(stored)


def _chosen(info: TableInfo, names: Sequence[str] | None) -> list[Column]:
    if names is None:
        return list(info.columns)
    known = {column.name: column for column in info.columns}
    missing = [name for name in names if name not in known]
    if missing:
        raise TableError(f"The table has no column '{missing[0]}'.", f"Its columns are: {', '.join(known)}.")
    return [known[name] for name in names]


def _pieces(meta: pq.FileMetaData, start: int, stop: int | None) -> Iterator[tuple[int, int, int]]:
    """Row group, first row within it and row count, for the groups that hold rows of [start, stop)."""
    end = meta.num_rows if stop is None else min(stop, meta.num_rows)
    offset = 0
    for group in range(meta.num_row_groups):
        size = meta.row_group(group).num_rows
        first, last = max(start - offset, 0), min(end - offset, size)
        if first < last:
            yield group, first, last - first
        offset += size
        if offset >= end:
            return


def _cells(column: "pa.ChunkedArray[Any]", kind: ColumnKind) -> list[Cell]:
    values: list[Any] = column.to_pylist()
    if kind is ColumnKind.JSON:
        return [None if text is None else orjson.loads(text) for text in values]
    return values
