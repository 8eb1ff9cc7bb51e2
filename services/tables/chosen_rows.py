"""Which rows of its table a run asks: all of them, or those that its spec names."""

import itertools
import threading
from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from itertools import groupby

from engine.conditions import Conditions
from engine.nearest import nearest
from engine.spec import TransformInput
from engine.tables import Row
from handai_db import DatasetRecord, RunRecord
from handai_errors import NotFoundError, SpecError
from services.tables.datasets import table_path
from services.tables.run_tables import RunTable, table_of

_MOST_ROWS = 2**31
_MOST_KEPT = 16  # choices, eight bytes a row each
_FAR = 16_384  # rows between two chosen ones that are not worth reading, about a row group


class _Choices:
    """The rows that meet conditions; a stored table never changes, so each is looked through once."""

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[object, ...], Sequence[int]] = OrderedDict()
        self._lock = threading.Lock()

    def rows(self, table: RunTable, source: TransformInput) -> Sequence[int]:
        """The rows of a table that a transform asks, by its conditions."""
        key = (table.path, source.only_where, source.rows, source.limit)
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        found = array("Q", itertools.islice(_meeting(table, source), source.limit))
        with self._lock:
            self._found[key] = found
            while len(self._found) > _MOST_KEPT:
                self._found.popitem(last=False)
        return found


_CHOICES = _Choices()


def asked_rows(record: RunRecord) -> Sequence[int]:
    """The rows that a run asks, by their place in its table from 0, in order."""
    source = record.spec.input
    if not isinstance(source, TransformInput) or not source.leaves_out:
        return range(record.total)
    if source.only_where is not None:
        return _CHOICES.rows(table_of(record), source)
    return (source.rows or ())[: record.total]


def reach_of(record: RunRecord) -> int:
    """Up to which row of its table a run's rows can reach, also when the table is no longer stored."""
    source = record.spec.input
    if not isinstance(source, TransformInput) or not source.leaves_out:
        return record.total
    if source.rows is not None:
        return source.rows[-1] + 1
    try:
        return table_of(record).rows
    except NotFoundError:
        return _MOST_ROWS


def rows_kept(record: RunRecord, table: RunTable) -> int:
    """How many of a table's rows a run's file has: those that were only left out by choice stay in it."""
    source = record.spec.input
    return table.rows if isinstance(source, TransformInput) and source.leaves_out else record.total


def count_asked(source: TransformInput, table: RunTable) -> int:
    """How many rows of a table a transform asks; raises SpecError when it names what isn't there, or none."""
    if source.rows is not None and source.rows[-1] >= table.rows:
        raise SpecError(f"The table has no row {source.rows[-1] + 1:,}.", f"It has rows 1 to {table.rows:,}.")
    if source.only_where is not None:
        return count_matching(source, table)
    chosen = len(source.rows) if source.rows is not None else table.rows
    return min(chosen, source.limit or chosen)


def count_matching(source: TransformInput, table: RunTable) -> int:
    """How many rows meet a transform's conditions, counted without loading the table."""
    conditions = source.only_where
    for column in conditions.columns if conditions else ():
        if column not in table.names:
            raise SpecError(f"The table has no column {column!r}.", nearest(column, table.names))
    found = len(_CHOICES.rows(table, source))
    if conditions and not found:
        raise SpecError(f"No row is asked: there is none where {conditions.said()}.", "Change the conditions.")
    return found


def count_where(stored: DatasetRecord, conditions: Conditions) -> int:
    """How many rows of an upload meet conditions; raises SpecError when there is none."""
    return len(rows_where(stored, conditions))


def rows_where(stored: DatasetRecord, conditions: Conditions) -> Sequence[int]:
    """The rows of an upload that meet conditions; raises SpecError when there is none."""
    table = RunTable(stored.info.columns, table_path(stored.id), stored.info.rows)
    source = TransformInput(only_where=conditions)
    count_matching(source, table)
    return _CHOICES.rows(table, source)


def _meeting(table: RunTable, source: TransformInput) -> Iterator[int]:
    conditions = source.only_where
    if conditions is None:
        return
    within = range(table.rows) if source.rows is None else source.rows
    for place, row in read_asked(table, within, conditions.columns):
        if conditions.hold(row):
            yield place


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
