"""Runs over one table, side by side: read as merged streams of rows in order, so that no run is held in memory."""

import threading
import time
from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from engine.columns import ColumnType
from engine.results import RowStatus
from engine.spec import TransformInput
from engine.tables import Row
from handai_db import RunFilter, RunReader, RunRecord, StoredResult, latency_quantiles, marks_in, state_of
from handai_errors import ConflictError, HandaiError, SpecError
from services.comparing.agreement import Agreement, Tally
from services.home import run_path
from services.past import history
from services.results.corrections import with_marks
from services.running import runs
from services.running.views import RunView, view_of
from services.tables.run_tables import table_of

MOST_RUNS = 6
_MOST_COLUMNS = 63  # a bit each
_MOST_KEPT = 4
_CATEGORIES = {ColumnType.CATEGORY, ColumnType.BOOLEAN}
_LIVE_S = 5.0


@dataclass(frozen=True, slots=True)
class Side:
    """One of the compared runs; `problem` says why its rows can't be read, `p50_s`, `p95_s` how long answers took."""

    view: RunView
    p50_s: float | None
    p95_s: float | None
    problem: str | None

    @property
    def record(self) -> RunRecord:
        """The run."""
        return self.view.record


@dataclass(frozen=True, slots=True)
class Comparison:
    """Runs against the first of them: agreement on each column that both have, and the rows that are not equal.

    `rows` are places in the table; the bits of `marks` say in which of `columns` a row differs. Of two runs that are
    not the first nothing is said.
    """

    columns: tuple[str, ...]
    agreements: Mapping[str, tuple[Agreement, ...]]
    rows: Sequence[int]
    marks: Sequence[int]
    answered: Sequence[int]

    def differing(self, column: str | None) -> Sequence[int]:
        """The rows that differ in a column, or in any."""
        if column is None:
            return self.rows
        bit = 1 << self.columns.index(column)
        return array("Q", (row for row, mark in zip(self.rows, self.marks, strict=True) if mark & bit))

    def columns_of(self, row: int) -> tuple[str, ...]:
        """The columns in which a row differs."""
        place = bisect_left(self.rows, row)
        mark = self.marks[place] if place < len(self.rows) and self.rows[place] == row else 0
        return tuple(column for bit, column in enumerate(self.columns) if mark >> bit & 1)


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """A row of the table with each run's answers by column, None where a run has no answer, and where they differ."""

    row: int
    cells: Row
    answers: tuple[Mapping[str, Any] | None, ...]
    differs: tuple[str, ...]


def comparable(record: RunRecord) -> tuple[RunRecord, ...]:
    """Every run over the same table, newest first."""
    listed = history.list_runs(RunFilter(previews=record.preview), limit=-1)
    return tuple(found for found in listed if found.dataset_id and found.dataset_id == record.dataset_id)


def others_of(record: RunRecord) -> tuple[RunRecord, ...]:
    """The other runs over the same table, newest first."""
    return tuple(found for found in comparable(record) if found.id != record.id)


def beside(record: RunRecord) -> tuple[str, ...]:
    """The runs to begin with when this one is to be compared: it and the newest other one, the older first."""
    pair = sorted((record, *others_of(record)[:1]), key=lambda found: found.created_at)
    return tuple(found.id for found in pair)


def named(run_ids: Sequence[str]) -> tuple[RunRecord, ...]:
    """The runs that a person named, each once; raises HandaiError when they can't stand side by side."""
    records = tuple(runs.get(run_id) for run_id in dict.fromkeys(run_ids))
    if len(records) > MOST_RUNS:
        raise SpecError(f"{len(records)} runs are too many to look at.", f"Choose at most {MOST_RUNS}.")
    if any(not isinstance(found.spec.input, TransformInput) for found in records):
        raise ConflictError("A generated table has rows of its own.", "Compare runs over one table of yours.")
    if len({found.dataset_id for found in records}) > 1:
        raise ConflictError("These runs are over different tables.", "Compare runs over the same table.")
    return records


def side_of(record: RunRecord) -> Side:
    """What a run brings to a comparison."""
    view = view_of(record)
    if view.damage:
        return Side(view, None, None, view.damage)
    try:
        p50, p95 = latency_quantiles(run_path(record.id), (0.5, 0.95))
    except HandaiError as error:
        return Side(view, None, None, error.cause)
    return Side(view, p50, p95, None)


def compare(records: Sequence[RunRecord]) -> Comparison:
    """Hold every run against the first; raises HandaiError where one can't be read. Remembered until a file changes."""
    return _KNOWN.comparison(records)


def page_of(records: Sequence[RunRecord], comparison: Comparison, rows: Sequence[int]) -> list[ComparedRow]:
    """Some rows of the table beside each run's answers."""
    table = table_of(records[0])
    answers: list[dict[int, Mapping[str, Any] | None]] = []
    for record in records:
        with RunReader(run_path(record.id)) as reader:
            marks = marks_in(run_path(record.id), rows)
            stored = (reader.result(row) for row in rows)
            found = with_marks((result for result in stored if result is not None), marks)
            answers.append({result.row: _values(result) for result in found})
    cells = [next(iter(table.page(row, 1)), {}) for row in rows]
    return [
        ComparedRow(row, found, tuple(side.get(row) for side in answers), comparison.columns_of(row))
        for row, found in zip(rows, cells, strict=True)
    ]


class _Known:
    """Comparisons of files as they are now: reading a hundred thousand rows takes a while."""

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[Any, ...], Comparison] = OrderedDict()
        self._lock = threading.Lock()

    def comparison(self, records: Sequence[RunRecord]) -> Comparison:
        key: tuple[Any, ...] = tuple((item.id, item.commits, state_of(run_path(item.id))) for item in records)
        if any(record.status.is_live for record in records):  # its file changes all the time
            key = (*(record.id for record in records), time.monotonic() // _LIVE_S)
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        found = _compared(records)
        with self._lock:
            self._found[key] = found
            while len(self._found) > _MOST_KEPT:
                self._found.popitem(last=False)
        return found


_KNOWN = _Known()


def _compared(records: Sequence[RunRecord]) -> Comparison:
    with ExitStack() as stack:
        readers = [stack.enter_context(RunReader(run_path(record.id))) for record in records]
        outputs = [tuple(key for key, _ in reader.outputs()) for reader in readers]
        shared = tuple(key for key in outputs[0] if any(key in others for others in outputs[1:]))[:_MOST_COLUMNS]
        tallies = [
            {key: Tally(key, _declares(records, key)) for key in shared if key in others} for others in outputs[1:]
        ]
        return _read(
            _merged([_results(*side) for side in zip(records, readers, strict=True)]), shared, tallies, len(records)
        )


def _read(
    merged: Iterator[tuple[int, list[Mapping[str, Any] | None]]],
    shared: tuple[str, ...],
    tallies: list[dict[str, Tally]],
    count: int,
) -> Comparison:
    rows, marks, answered = array("Q"), array("Q"), [0] * count
    for row, values in merged:
        mark = 0
        for place, found in enumerate(values):
            answered[place] += found is not None
        for place, tally in enumerate(tallies, start=1):
            mark |= _mark(values[0], values[place], shared, tally)
        if mark:
            rows.append(row)
            marks.append(mark)
    agreements = {key: tuple(tally[key].result() for tally in tallies if key in tally) for key in shared}
    return Comparison(shared, agreements, rows, marks, tuple(answered))


def _mark(
    here: Mapping[str, Any] | None, there: Mapping[str, Any] | None, shared: Sequence[str], tallies: dict[str, Tally]
) -> int:
    """The bits of the columns in which two answers to a row differ."""
    mark = 0
    if here is None and there is None:
        return 0
    for bit, key in enumerate(shared):
        if key not in tallies:
            continue
        if here is None or there is None:
            tallies[key].one_only += 1
            mark |= 1 << bit
        elif not tallies[key].add(here.get(key), there.get(key)):
            mark |= 1 << bit
    return mark


def _merged(streams: Sequence[Iterator[StoredResult]]) -> Iterator[tuple[int, list[Mapping[str, Any] | None]]]:
    """Row by row what each stream has; one row of each is held."""
    heads = [next(stream, None) for stream in streams]
    while any(head is not None for head in heads):
        row = min(head.row for head in heads if head is not None)
        yield row, [_values(head) if head is not None and head.row == row else None for head in heads]
        for place, head in enumerate(heads):
            if head is not None and head.row == row:
                heads[place] = next(streams[place], None)


def _results(record: RunRecord, reader: RunReader) -> Iterator[StoredResult]:
    """A run's rows in order, with what a person made of them."""
    return with_marks(reader.iter_results(), marks_in(run_path(record.id)))


def _values(found: StoredResult | None) -> Mapping[str, Any] | None:
    return found.values or {} if found is not None and found.status == RowStatus.DONE else None


def _declares(records: Sequence[RunRecord], key: str) -> bool:
    """Whether a run says that a column has categories."""
    return any(output.name == key and output.type in _CATEGORIES for item in records for output in item.spec.outputs)
