"""A drawn table as a file: in blocks, private, and there only once it is whole."""

import errno
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import orjson

from engine.tables.model import Cell, Column, ColumnKind, TableInfo
from engine.tables.parquet_io import BATCH_ROWS, TableWriter, part_of
from handai_errors import DiskFullError, StorageError

_FORMAT = "parquet"


def write_table(
    target: Path,
    columns: Sequence[Column],
    rows: int,
    block: Callable[[int, int], dict[str, list[Cell]]],
    progress: Callable[[int], None],
) -> None:
    """Write the rows that `block` gives; whatever breaks it off leaves no file behind."""
    part = part_of(target)
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            with TableWriter(part, columns) as writer:
                for start in range(0, rows, BATCH_ROWS):
                    cells = block(start, min(start + BATCH_ROWS, rows))
                    writer.write_values([_stored(cells[column.name], column.kind) for column in columns])
                    progress(writer.rows)
                writer.finish(TableInfo(rows, tuple(columns), _FORMAT))
            _sync(part)
            part.replace(target)
            _sync(target.absolute().parent)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise _storage_error(error) from error


def _stored(cells: list[Cell], kind: ColumnKind) -> Sequence[Cell]:
    if kind is not ColumnKind.JSON:
        return cells
    return [None if cell is None else orjson.dumps(cell).decode() for cell in cells]


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _storage_error(error: OSError) -> StorageError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFullError("The disk is full, so the sampled columns were not written.", "Free some space; resume.")
    reason = os.strerror(error.errno) if error.errno else str(error)  # pyarrow's own text is for programmers
    return StorageError(f"The sampled columns could not be written: {reason}.", "Look at the disk and its rights.")
