"""Looking into a run: pages of its table, and everything about one row."""

from dataclasses import dataclass

from engine.job import RunPlan
from engine.spec import TransformInput
from engine.tables import Row
from handai_db import Event, RunReader, RunRecord, StoredAttempt, StoredResult
from handai_errors import NotFoundError
from providers.base import Message
from services.datasets import dataset, rows_of
from services.home import run_path

_NEAR = 500  # rows


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row as shown: its place from 0, its original cells, its answers by column, how it stands."""

    index: int
    cells: Row
    answers: Row
    status: str
    result: StoredResult | None


@dataclass(frozen=True, slots=True)
class RowDetail:
    """Everything about one row: the exact messages, the result with its raw answer, every attempt."""

    row: TableRow
    messages: tuple[Message, ...]
    attempts: tuple[StoredAttempt, ...]


def page(record: RunRecord, start: int, count: int) -> list[TableRow]:
    """Rows start … start + count − 1 of a run's table with what is there so far."""
    stop = min(record.total, start + count)
    if start >= stop:
        return []
    with RunReader(run_path(record.id)) as reader:
        outputs, results = reader.outputs(), reader.between(start, stop)
    cells = rows_of(record.dataset_id or "", start, stop - start)
    return [_row(start + place, row, results.get(start + place), outputs) for place, row in enumerate(cells)]


def failed_page(record: RunRecord, kind: str | None, offset: int, count: int) -> list[TableRow]:
    """A page of failed rows, of one kind or all, in row order."""
    with RunReader(run_path(record.id)) as reader:
        outputs, results = reader.outputs(), reader.failed_page(kind, offset, count)
    cells = _cells_of(record, [found.row for found in results])
    return [_row(found.row, cells[found.row], found, outputs) for found in results]


def newest(record: RunRecord, count: int) -> list[TableRow]:
    """The rows that ended last, newest first."""
    with RunReader(run_path(record.id)) as reader:
        outputs, results = reader.outputs(), reader.newest(count)
    cells = _cells_of(record, [found.row for found in results])
    return [_row(found.row, cells[found.row], found, outputs) for found in results]


def detail(record: RunRecord, index: int) -> RowDetail:
    """Everything about the row at `index` (from 0); raises NotFoundError."""
    if not 0 <= index < record.total:
        raise NotFoundError(f"The run has no row {index + 1}.", f"It has rows 1 to {record.total}.")
    with RunReader(run_path(record.id)) as reader:
        outputs, result, attempts = reader.outputs(), reader.result(index), reader.attempts(index)
    row = _row(index, _cells(record, index), result, outputs)
    return RowDetail(row, _messages(record, row), attempts)


def log_of(record: RunRecord, count: int = 200) -> tuple[Event, ...]:
    """The newest lines of a run's log, oldest first."""
    with RunReader(run_path(record.id)) as reader:
        return reader.events(count)


def _messages(record: RunRecord, row: TableRow) -> tuple[Message, ...]:
    source = record.spec.input
    chosen = source.columns if isinstance(source, TransformInput) else None
    table = dataset(record.dataset_id or "").info.columns
    columns = chosen if chosen is not None else tuple(column.name for column in table)
    return RunPlan(record.spec, tuple(columns)).job(row.index, row.cells).messages


def _cells(record: RunRecord, index: int) -> Row:
    return rows_of(record.dataset_id or "", index, 1)[0]


def _cells_of(record: RunRecord, indexes: list[int]) -> dict[int, Row]:
    """The cells of some rows; near ones are read together, for each read decodes a whole group of rows."""
    found: dict[int, Row] = {}
    for index in sorted(indexes):
        if index not in found:
            near = max(other for other in indexes if index <= other < index + _NEAR)
            cells = rows_of(record.dataset_id or "", index, near - index + 1)
            found |= dict(enumerate(cells, start=index))
    return found


def _row(index: int, cells: Row, result: StoredResult | None, outputs: tuple[tuple[str, str], ...]) -> TableRow:
    values = (result.values if result else None) or {}
    answers: Row = {name: values.get(key) for key, name in outputs}
    return TableRow(index, cells, answers, result.status if result else "pending", result)
