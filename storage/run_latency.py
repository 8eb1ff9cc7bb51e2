"""How long a run's answers took: the middle and the slow end, found by SQLite so that no list of them is held."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from storage.connect import open_run_reader, translated

_COUNT = "SELECT count(latency_s) FROM attempts WHERE state = 'done'"
_NTH = """
SELECT latency_s FROM attempts WHERE state = 'done' AND latency_s IS NOT NULL ORDER BY latency_s LIMIT 1 OFFSET ?"""


def latency_quantiles(run_file: Path, shares: Sequence[float]) -> tuple[float | None, ...]:
    """The seconds within which these shares of a run's answers came; None where none was timed. Raises StorageError."""
    with translated(run_file), closing(open_run_reader(run_file)) as connection:
        timed = int(connection.execute(_COUNT).fetchall()[0][0])
        if not timed:
            return (None,) * len(shares)
        places = [min(timed - 1, int(share * timed)) for share in shares]
        return tuple(float(connection.execute(_NTH, (place,)).fetchall()[0][0]) for place in places)
