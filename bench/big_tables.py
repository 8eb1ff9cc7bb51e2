"""Large tables of invented rows in every format, written row by row: `python -m bench.big_tables SHAPE ROWS FILE`."""

import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from engine.tables import Column, ColumnKind, Row

COLUMNS = (Column("id", ColumnKind.INTEGER), Column("product"), Column("text"), Column("stars", ColumnKind.INTEGER))
SHAPES = {"short": 40, "long": 300}  # characters of text in a row
_WORDS = "the parcel came late, but what was in it is good and I would buy it again from this shop any day "


def rows_of(shape: str, rows: int) -> Iterator[Row]:
    """As many rows, no two alike."""
    text = _WORDS * (SHAPES[shape] // len(_WORDS) + 1)
    for number in range(rows):
        start = number % 60
        yield {
            "id": number,
            "product": f"Product {number % 977}",
            "text": f"{number} {text[start : start + SHAPES[shape] - 8]}",
            "stars": number % 5 + 1,
        }


def make_table(shape: str, rows: int, target: Path) -> None:
    """Write the table; a Parquet file is one single row group, the hardest there is."""
    if target.suffix == ".parquet":
        _write_one_group(shape, rows, target)
        return
    from engine.tables import export_table

    export_table(target, rows_of(shape, rows), COLUMNS)


def _write_one_group(shape: str, rows: int, target: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    made = rows_of(shape, rows)
    pieces = []
    while piece := list(islice(made, 50_000)):
        pieces.append(pa.Table.from_pylist(piece))
    pq.write_table(pa.concat_tables(pieces), target, row_group_size=rows)


if __name__ == "__main__":
    make_table(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
