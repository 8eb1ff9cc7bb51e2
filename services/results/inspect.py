"""Looking into a run: pages of its table, and everything about one row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.job import Member
from engine.plan import RunPlan
from engine.results import RowStatus
from engine.spec import TransformInput
from engine.tables import Row
from handai_db import (
    PENDING,
    Event,
    Mark,
    RunReader,
    RunRecord,
    StoredAttempt,
    StoredResult,
    StoredStep,
    marks_in,
    results_of,
    set_aside_in,
)
from providers.base import Message
from services.home import run_path
from services.running.carried_marks import previewed_rows
from services.tables.chosen_rows import asked_rows, require_asked
from services.tables.run_tables import RunTable, table_of

_NEAR = 500  # rows


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row as shown: its place from 0, its original cells, its answers by column, how it stands.

    `marks` are the person's words on its cells by column; `answers` has the corrected values, `given` the model's own.
    `aside` says that the row measures agreement, `previewed` that its answer came with a preview of this run.
    """

    index: int
    cells: Row
    answers: Row
    status: str
    result: StoredResult | None
    given: Row = field(default_factory=dict)
    marks: Mapping[str, Mark] = field(default_factory=dict)
    aside: bool = False
    previewed: bool = False


@dataclass(frozen=True, slots=True)
class _Said:
    """What a person said of rows: the marks of some, which of all are set aside, and which were in a preview."""

    marks: Mapping[int, Mapping[str, Mark]]
    aside: frozenset[int]
    previewed: frozenset[int]


@dataclass(frozen=True, slots=True)
class StepDetail:
    """One model call of a row: which draw, what it fills, the exact messages, and its answer if there is one."""

    draw: int
    index: int
    columns: tuple[str, ...]
    messages: tuple[Message, ...]
    answer: StoredStep | None


@dataclass(frozen=True, slots=True)
class RowDetail:
    """Everything about one row: its model calls in order, every attempt."""

    row: TableRow
    steps: tuple[StepDetail, ...]
    attempts: tuple[StoredAttempt, ...]

    @property
    def messages(self) -> tuple[Message, ...]:
        """What the model is told first; empty when no model is asked."""
        return self.steps[0].messages if self.steps else ()


def page(record: RunRecord, start: int, count: int) -> list[TableRow]:
    """Rows start … start + count − 1 of those that a run asks, with what is there so far."""
    asked = asked_rows(record)[start : start + count]
    if not asked:
        return []
    with RunReader(run_path(record.id)) as reader:
        outputs, results, steps = reader.outputs(), reader.between(asked[0], asked[-1] + 1), reader.numbering.steps
    cells = cells_of(record, asked)
    said = _said(record, asked)
    rows = [_row(index, cells[index], results.get(index), outputs, said) for index in asked if index in cells]
    return _drawn(rows, steps)


def chosen(record: RunRecord, indexes: Sequence[int]) -> list[TableRow]:
    """These rows, in this order, with what is there so far."""
    if not indexes:
        return []
    results, cells, said = results_of(run_path(record.id), indexes), cells_of(record, indexes), _said(record, indexes)
    with RunReader(run_path(record.id)) as reader:
        outputs, steps = reader.outputs(), reader.numbering.steps
    rows = [_row(index, cells[index], results.get(index), outputs, said) for index in indexes if index in cells]
    return _drawn(rows, steps)


def _drawn(rows: list[TableRow], steps: int) -> list[TableRow]:
    """Rows of a table that asks no model are done once they are drawn."""
    return rows if steps else [replace(row, status=RowStatus.DONE) if row.cells else row for row in rows]


def newest(record: RunRecord, count: int) -> list[TableRow]:
    """The rows that ended last, newest first."""
    with RunReader(run_path(record.id)) as reader:
        outputs, results = reader.outputs(), reader.newest(count)
    return _rows_of(record, results, outputs)


def detail(record: RunRecord, index: int) -> RowDetail:
    """Everything about the row at `index` (from 0); raises NotFoundError."""
    require_asked(record, index)
    with RunReader(run_path(record.id)) as reader:
        outputs, result = reader.outputs(), reader.result(index)
        steps, attempts = reader.steps(index), reader.attempts(index)
    table = table_of(record)
    row = _row(index, table.page(index, 1)[0], result, outputs, _said(record, [index]))
    return RowDetail(row, _steps(record, table, row, steps), attempts)


def log_of(record: RunRecord, count: int = 200) -> tuple[Event, ...]:
    """The newest lines of a run's log, oldest first."""
    with RunReader(run_path(record.id)) as reader:
        return reader.events(count)


def _steps(
    record: RunRecord, table: RunTable, row: TableRow, answers: tuple[StoredStep, ...]
) -> tuple[StepDetail, ...]:
    """Every model call that was made for a row, and the one that is next."""
    source = record.spec.input
    shown = source.columns if isinstance(source, TransformInput) and source.columns is not None else table.names
    plan = RunPlan(record.spec, tuple(shown), table=table.names)
    answered = {(plan.numbering.draw(found.step), plan.numbering.step(found.step)): found for found in answers}
    details: list[StepDetail] = []
    for draw in sorted({0, *(draw for draw, _ in answered)}):
        values = dict(row.cells)
        for step in plan.steps:
            answer = answered.get((draw, step.index))
            values |= (answer.redrawn or {}) if answer else {}
            messages = plan.job([Member(row.index, values, draw)], step.index).messages
            details.append(StepDetail(draw, step.index, tuple(o.name for o in step.outputs), messages, answer))
            if answer is None or answer.status != RowStatus.DONE:
                break
            values = {**(answer.values or {}), **values}
    return tuple(details)


def cells_of(record: RunRecord, indexes: Sequence[int]) -> dict[int, Row]:
    """The cells of some rows; near ones are read together, for each read decodes a whole group of rows."""
    table = table_of(record)
    found: dict[int, Row] = {}
    for index in sorted(indexes):
        if index not in found:
            near = max(other for other in indexes if index <= other < index + _NEAR)
            cells = table.page(index, near - index + 1)
            found |= dict(enumerate(cells, start=index))
    return found


def _rows_of(
    record: RunRecord, results: Sequence[StoredResult], outputs: tuple[tuple[str, str], ...]
) -> list[TableRow]:
    rows = [found.row for found in results]
    cells, said = cells_of(record, rows), _said(record, rows)
    return [_row(found.row, cells[found.row], found, outputs, said) for found in results]


def _said(record: RunRecord, rows: Sequence[int]) -> _Said:
    path = run_path(record.id)
    return _Said(marks_in(path, rows), set_aside_in(path), previewed_rows(record))


def _row(
    index: int,
    cells: Row,
    result: StoredResult | None,
    outputs: tuple[tuple[str, str], ...],
    said: _Said,
) -> TableRow:
    values = (result.values if result else None) or {}
    given: Row = {name: values.get(key) for key, name in outputs}
    standing = said.marks.get(index, {})
    mine = {name: standing[key] for key, name in outputs if key in standing}
    answers: Row = {**given, **{name: mark.value for name, mark in mine.items()}}
    cells = {**cells, **(result.redrawn or {})} if result else cells
    status, previewed = result.status if result else PENDING, index in said.previewed
    return TableRow(index, cells, answers, status, result, given, mine, index in said.aside, previewed)
