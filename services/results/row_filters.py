"""Which rows of a run a person wants to see: how they stand, what their answers hold, a text that they contain."""

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from engine.schema.columns import JudgeColumn
from engine.spec import GenerateInput
from engine.tables.cells import cell_as_text
from handai_db import Among, Mark, MarkState, RunReader, RunRecord, Standing, filtered_rows, marks_in, set_aside_in
from services.home import run_path
from services.results.facet_choice import Choice
from services.results.facets import test_of
from services.results.kept_looks import KEPT
from services.tables.chosen_rows import asked_rows, reach_of
from services.tables.run_tables import table_of

ALL, WAITING, CORRECTED, APPROVED, ASIDE, LOW = "all", "waiting", "corrected", "approved", "aside", "low"
_MARKS = {CORRECTED: MarkState.CORRECTED, APPROVED: MarkState.APPROVED}
_Marks = Mapping[int, Mapping[str, Mark]]
_Test = Callable[[int, str | None], bool]


@dataclass(frozen=True, slots=True)
class RowFilter:
    """What is shown of a run: one way to stand (a Standing, or one of the words above) or a failure's kind.

    `choices` are (answer key, choice) and all have to hold; so does `search`.
    """

    show: str = ALL
    kind: str | None = None
    choices: tuple[tuple[str, Choice], ...] = ()
    search: str = ""

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return self == RowFilter()


@dataclass(slots=True)
class _Look:
    """What one look for rows needs to know of the run."""

    record: RunRecord
    marks: dict[int, dict[str, Mark]] = field(default_factory=dict)


def matching(record: RunRecord, wanted: RowFilter) -> Sequence[int]:
    """The rows that a filter shows, by their place from 0, in order; eight bytes each.

    Looked for once for each state of the run; raises StorageError.
    """
    if wanted.is_everything:
        return asked_rows(record)
    return KEPT.look(record, ("rows", wanted), lambda: _find(record, wanted))


def low_scores(record: RunRecord) -> dict[str, float]:
    """The columns in which a judge scored rows, and below what a score is low: the middle of its scale."""
    source = record.spec.input
    judges = [c for c in source.columns if isinstance(c, JudgeColumn)] if isinstance(source, GenerateInput) else []
    return {column.name: (column.judge.minimum + column.judge.maximum) / 2 for column in judges}


def _find(record: RunRecord, wanted: RowFilter) -> Sequence[int]:
    look = _Look(record, marks_in(run_path(record.id)))
    holding = _cells_holding(record, wanted.search) if wanted.search else None
    if wanted.show == WAITING:
        return _waiting(record, holding) if not wanted.choices else array("Q")
    tests = [test_of(key, choice, look.marks) for key, choice in wanted.choices]
    tests += [_scored_low(record)] if wanted.show == LOW else []
    if holding is None:
        return filtered_rows(run_path(record.id), _among(look, wanted), tests)
    found = filtered_rows(run_path(record.id), _among(look, wanted), [*tests, _searched(wanted.search, look, holding)])
    if wanted.show != ALL or wanted.choices:
        return found
    for row in found:
        holding[row] = 1
    return array("Q", (row for row in asked_rows(record) if row < len(holding) and holding[row]))


def _among(look: _Look, wanted: RowFilter) -> Among:
    if wanted.show in _MARKS:
        state = _MARKS[wanted.show]
        rows = [row for row, cells in look.marks.items() if any(mark.state is state for mark in cells.values())]
        return Among(rows=rows)
    if wanted.show == ASIDE:
        return Among(rows=sorted(set_aside_in(run_path(look.record.id))))
    if wanted.kind is not None:
        return Among(Standing.FAILED, wanted.kind)
    return Among(Standing(wanted.show) if wanted.show in set(Standing) else None)


def _waiting(record: RunRecord, holding: bytearray | None) -> Sequence[int]:
    with RunReader(run_path(record.id)) as reader:
        ended = reader.finished_rows(reach_of(record))
    return array("Q", (row for row in asked_rows(record) if not ended[row] and (holding is None or holding[row])))


def _scored_low(record: RunRecord) -> _Test:
    limits = low_scores(record)

    def holds(_: int, data: str | None) -> bool:
        values = orjson.loads(data) if data else {}
        return any(isinstance(values.get(name), int) and values[name] < limit for name, limit in limits.items())

    return holds


def _searched(text: str, look: _Look, holding: bytearray) -> _Test:
    """Whether a row's own cells or answers have the text; the JSON is only read where it may."""
    folded = text.casefold()
    raw = orjson.dumps(folded).decode()[1:-1]

    def holds(row: int, data: str | None) -> bool:
        if row < len(holding) and holding[row]:
            return True
        said = look.marks.get(row, {})
        if any(folded in cell_as_text(mark.value).casefold() for mark in said.values()):
            return True
        return data is not None and raw in data.casefold() and _in_values(folded, orjson.loads(data), said)

    return holds


def _in_values(folded: str, values: dict[str, Any], said: Mapping[str, Mark]) -> bool:
    return any(folded in cell_as_text(value).casefold() for key, value in values.items() if key not in said)


def _cells_holding(record: RunRecord, text: str) -> bytearray:
    table = table_of(record)
    if not table.path.exists():
        return bytearray(table.rows)
    from engine.tables.searching import rows_holding

    return rows_holding(table.path, text, table.names, table.rows)
