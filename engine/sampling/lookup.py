"""Drawing cells of a column of a stored table; only that column is held, in its compact form."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from engine.nearest import nearest
from engine.sampling.block import Block, Draw
from engine.sampling.words import places
from engine.schema.columns import TableColumn
from engine.tables.model import Cell, ColumnKind
from engine.tables.parquet_io import read_info
from handai_errors import DamagedFileError, SpecError


def source_of(column: TableColumn, tables: Mapping[str, Path]) -> tuple[Path, ColumnKind]:
    """Where the column's values are and their kind; raises SpecError if they can't be drawn from."""
    if column.dataset is None or column.dataset not in tables:
        raise SpecError(
            f"The table that `{column.name}` takes its values from is not there.",
            "Upload it again, or choose another table for the column.",
        )
    path = tables[column.dataset]
    info = read_info(path)
    for found in info.columns:
        if found.name == column.column:
            if not info.rows:
                raise SpecError(f"The table that `{column.name}` takes its values from has no rows.", "Choose another.")
            return path, found.kind
    raise SpecError(
        f"The table that `{column.name}` takes its values from has no column `{column.column}`.",
        nearest(column.column, [found.name for found in info.columns]),
    )


def table_values(column: TableColumn, tables: Mapping[str, Path]) -> Draw:
    """A cell of the table by chance, or row by row, from its beginning again after its end."""
    path, kind = source_of(column, tables)
    held: list[pa.Array[Any]] = []  # read when it is first needed

    def draw(block: Block) -> list[Cell]:
        if not held:
            held.append(_values(path, column.column))
        count = len(held[0])
        if column.order == "sequence":
            rows = np.arange(block.start, block.start + block.count, dtype=np.int64) % count
        else:
            rows = places(block.words(column.name)[:, 0], count)
        cells: list[Any] = held[0].take(rows).to_pylist()
        return [_decoded(cell) for cell in cells] if kind is ColumnKind.JSON else cells

    return draw


def _values(path: Path, name: str) -> "pa.Array[Any]":
    try:
        column = pq.read_table(path, columns=[name], use_threads=False, memory_map=False).column(name)
    except (pa.ArrowException, OSError) as error:
        raise DamagedFileError("The stored table is damaged.", "Upload the file again.") from error
    if pa.types.is_string(column.type):
        column = column.cast(pa.large_string())  # more than 2 GB of text in one piece
    whole = column.combine_chunks()
    return whole.combine_chunks() if isinstance(whole, pa.ChunkedArray) else whole


def _decoded(cell: str | None) -> Cell:
    found: Cell = None if cell is None else orjson.loads(cell)
    return found
