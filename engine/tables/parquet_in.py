"""A Parquet file of any origin to the stored form: few kinds of columns, nothing rounded that matters."""

import base64
import errno
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from engine.tables.header import unique_names
from engine.tables.jsonvalues import to_json_text
from engine.tables.model import Column, ColumnKind, ParseOptions, TableInfo
from engine.tables.parquet_io import ARROW_TYPES, BATCH_BYTES, BATCH_ROWS, TableWriter
from handai_errors import TableError

_EXACT_DIGITS = 15  # decimal digits that a float keeps
_INT64_DIGITS = 18

Convert = Callable[["pa.Array[Any]"], "pa.Array[Any]"]


@dataclass(frozen=True, slots=True)
class _Mapping:
    """How one column of the file is stored."""

    kind: ColumnKind
    convert: Convert
    type: pa.DataType
    notice: str = ""


def convert_parquet(source: Path, kind: str, _options: ParseOptions, target: Path) -> TableInfo:
    """Convert a Parquet file and say how it was read."""
    try:
        with pq.ParquetFile(source, pre_buffer=False, buffer_size=1 << 20) as file:
            return _convert(file, kind, target)
    except MemoryError:
        raise  # pyarrow's own is one of its exceptions too, and says nothing about the file
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise  # the disk is at fault, not the file
        raise TableError("The Parquet file is damaged or incomplete.", "Save it again or download it again.") from error


def _convert(file: pq.ParquetFile, kind: str, target: Path) -> TableInfo:
    schema = file.schema_arrow
    if not file.metadata.num_rows or not len(schema):
        raise TableError("The file has no rows.", "Choose a file with at least one row.")
    names, renamed = unique_names(schema.names)
    mappings = [_mapping(field.type) for field in schema]
    columns = tuple(Column(name, mapping.kind) for name, mapping in zip(names, mappings, strict=True))
    told = [f"Column '{name}': {m.notice}" for name, m in zip(names, mappings, strict=True) if m.notice]
    info = TableInfo(file.metadata.num_rows, columns, kind, notices=(*renamed, *told))
    with TableWriter(target, columns, [mapping.type for mapping in mappings]) as writer:
        for batch in file.iter_batches(batch_size=_rows_at_a_time(file.metadata), use_threads=False):
            for part in _parts(batch):
                writer.write([mapping.convert(array) for mapping, array in zip(mappings, part.columns, strict=True)])
        writer.finish(info)
    return info


def _rows_at_a_time(meta: pq.FileMetaData) -> int:
    """How many rows of this file have a size that is good to hold, by what its row groups say of themselves."""
    groups = [meta.row_group(place) for place in range(meta.num_row_groups)]
    longest = max((group.total_byte_size / group.num_rows for group in groups if group.num_rows), default=1)
    return max(1, min(BATCH_ROWS, int(BATCH_BYTES / max(longest, 1))))


def _parts(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The batch in parts of a size that whoever reads the stored table can hold: a dictionary hides long texts."""
    size = sum(_size(array) for array in batch.columns)
    if size <= 2 * BATCH_BYTES or batch.num_rows == 1:
        yield batch
        return
    middle = batch.num_rows // 2
    yield from _parts(batch.slice(0, middle))
    yield from _parts(batch.slice(middle))


def _size(array: "pa.Array[Any]") -> float:
    """Bytes of the values, each counted as often as it is there."""
    if isinstance(array, pa.DictionaryArray):
        return array.dictionary.nbytes / max(len(array.dictionary), 1) * len(array)
    return array.nbytes


def _mapping(kind: pa.DataType) -> _Mapping:
    if isinstance(kind, pa.BaseExtensionType):
        return _unwrapped(kind.storage_type)
    if isinstance(kind, pa.DictionaryType):
        return _unwrapped(kind.value_type)
    if isinstance(kind, pa.TimestampType):
        stored = pa.timestamp("us", kind.tz)
        return _Mapping(ColumnKind.DATETIME, lambda array: array.cast(stored, safe=False), stored)
    if pa.types.is_decimal(kind):
        return _decimal(kind.precision, kind.scale)
    return next((mapping for matches, mapping in _SIMPLE if matches(kind)), _text(_strings))


def _unwrapped(inside: pa.DataType) -> _Mapping:
    """The mapping of what an extension type or a dictionary holds."""
    inner = _mapping(inside)
    return _Mapping(inner.kind, lambda array: inner.convert(array.cast(inside)), inner.type, inner.notice)


def _decimal(precision: int, scale: int) -> _Mapping:
    if scale == 0 and precision <= _INT64_DIGITS:
        return _cast(ColumnKind.INTEGER)
    if precision <= _EXACT_DIGITS:
        return _cast(ColumnKind.NUMBER)
    return _text(_plain_text, "its numbers have too many digits, so they are kept as text.")


def _cast(kind: ColumnKind) -> _Mapping:
    stored = ARROW_TYPES[kind]
    return _Mapping(kind, lambda array: array.cast(stored), stored)


def _text(convert: Convert, notice: str = "") -> _Mapping:
    return _Mapping(ColumnKind.TEXT, convert, pa.string(), notice)


def _plain_text(array: "pa.Array[Any]") -> "pa.Array[Any]":
    return array.cast(pa.string())


def _without_nan(array: "pa.Array[Any]") -> "pa.Array[Any]":
    numbers = array.cast(pa.float64())
    cleaned: pa.Array[Any] = pc.if_else(pc.is_nan(numbers), pa.scalar(None, pa.float64()), numbers)
    return cleaned


def _written(array: "pa.Array[Any]", write: Callable[[Any], str]) -> "pa.Array[Any]":
    return pa.array([None if value is None else write(value) for value in array.to_pylist()], pa.string())


def _strings(array: "pa.Array[Any]") -> "pa.Array[Any]":
    return _written(array, str)


def _json_text(array: "pa.Array[Any]") -> "pa.Array[Any]":
    return _written(array, to_json_text)


def _binary_text(array: "pa.Array[Any]") -> "pa.Array[Any]":
    return _written(array, _bytes_text)


def _bytes_text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return base64.b64encode(value).decode()


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def _is_bytes(kind: pa.DataType) -> bool:
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind)


_SIMPLE: tuple[tuple[Callable[[pa.DataType], bool], _Mapping], ...] = (
    (pa.types.is_uint64, _text(_plain_text, "its integers may be beyond 64 bits, so they are kept as text.")),
    (pa.types.is_integer, _cast(ColumnKind.INTEGER)),
    (pa.types.is_floating, _Mapping(ColumnKind.NUMBER, _without_nan, pa.float64())),
    (pa.types.is_boolean, _cast(ColumnKind.BOOLEAN)),
    (pa.types.is_date, _cast(ColumnKind.DATE)),
    (_is_text, _cast(ColumnKind.TEXT)),
    (pa.types.is_null, _cast(ColumnKind.TEXT)),
    (_is_bytes, _text(_binary_text, "its bytes are shown as text, or as base64 where they are not text.")),
    (pa.types.is_nested, _Mapping(ColumnKind.JSON, _json_text, pa.string())),
)
