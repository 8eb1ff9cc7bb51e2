"""Which rows of its table a run asks: all of them, or those that its spec names."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import groupby

from engine.spec import RunSpec, TransformInput
from engine.tables import Row
from handai_db import RunRecord
from handai_errors import NotFoundError, SpecError
from services.run_tables import RunTable

_FAR = 16_384  # rows between two chosen ones that are not worth reading, about a row group


def asked_rows(record: RunRecord) -> Sequence[int]:
    """The rows that a run asks, by their place in its table from 0, in order."""
    source = record.spec.input
    if isinstance(source, TransformInput) and source.rows is not None:
        return source.rows[: record.total]
    return range(record.total)


def rows_kept(record: RunRecord, table: RunTable) -> int:
    """How many of a table's rows a run's file has: those that were only left out by choice stay in it."""
    source = record.spec.input
    return table.rows if isinstance(source, TransformInput) and source.rows is not None else record.total


def chosen_of(spec: RunSpec, rows: int) -> int:
    """How many of a table's `rows` a transform asks; raises SpecError when it names one that isn't there."""
    source = spec.input
    if not isinstance(source, TransformInput):
        return rows
    chosen = rows
    if source.rows is not None:
        if source.rows[-1] >= rows:
            raise SpecError(f"The table has no row {source.rows[-1] + 1:,}.", f"It has rows 1 to {rows:,}.")
        chosen = len(source.rows)
    return min(chosen, source.limit or chosen)


def asks(asked: Sequence[int], row: int) -> bool:
    """Whether `row` is among those asked."""
    place = bisect_left(asked, row)
    return place < len(asked) and asked[place] == row


def require_asked(record: RunRecord, row: int) -> None:
    """Raise NotFoundError unless a run asks `row` (from 0)."""
    asked = asked_rows(record)
    if asks(asked, row):
        return
    among = f"{len(asked):,} rows from {asked[0] + 1:,} to {span_of(asked):,}" if asked else "no row"
    rows = f"rows 1 to {record.total}" if isinstance(asked, range) else among
    raise NotFoundError(f"The run has no row {row + 1}.", f"It has {rows}.")


def span_of(asked: Sequence[int]) -> int:
    """Up to which row of the table a run's rows reach: one more than the last."""
    return asked[-1] + 1 if asked else 0


def read_asked(table: RunTable, asked: Sequence[int], names: Sequence[str] | None = None) -> Iterator[tuple[int, Row]]:
    """The asked rows with their places, streamed; what lies far between them is not read."""
    if isinstance(asked, range):
        yield from zip(asked, table.read(asked.start, len(asked), names), strict=False)
        return
    for near in _near(asked):
        first, wanted = near[0], iter(near)
        following: int | None = next(wanted)
        for place, row in enumerate(table.read(first, near[-1] - first + 1, names), start=first):
            if place == following:
                yield place, row
                following = next(wanted, None)


def _near(asked: Sequence[int]) -> Iterator[list[int]]:
    """The rows in groups that are worth reading together."""
    group, before = 0, -1

    def number(row: int) -> int:
        nonlocal group, before
        group += before >= 0 and row - before > _FAR
        before = row
        return group

    return (list(rows) for _, rows in groupby(asked, key=number))
