"""Which rows of a stored table hold a text, found by Arrow column by column without making rows of them."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from handai_errors import DamagedFileError


def rows_holding(parquet: Path, text: str, columns: Sequence[str], rows: int) -> bytearray:
    """One byte for each of the first `rows` rows, 1 where any of the columns has the text; capitals don't matter."""
    found = bytearray(rows)
    try:
        with pq.ParquetFile(parquet) as file:
            start = 0
            for group in range(file.metadata.num_row_groups if columns else 0):
                if start >= rows:
                    break
                table = file.read_row_group(group, columns=list(columns), use_threads=False)
                for place in _places(table, text):
                    if start + place < rows:
                        found[start + place] = 1
                start += table.num_rows
    except (pa.ArrowException, OSError) as error:
        raise DamagedFileError("The stored table is damaged.", "Upload the file again.") from error
    return found


def _places(table: pa.Table, text: str) -> set[int]:
    places: set[int] = set()
    for column in table.columns:
        as_text = column if pa.types.is_string(column.type) else column.cast(pa.string())
        hits = pc.match_substring(as_text, pattern=text, ignore_case=True)
        places.update(int(place) for place in pc.indices_nonzero(hits.fill_null(False)).to_numpy())
    return places
