"""Answers corrected or approved by a person, kept beside the model's own; while the run executes, they wait."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import orjson

from engine.columns import Output
from engine.outputs import declared_outputs
from engine.results import RowStatus
from engine.tables import Cell, Row
from engine.tables.cells import cell_as_text, is_same
from engine.typed.fit import fit_one
from engine.typed.readings import MisfitError
from handai_db import (
    Mark,
    MarkState,
    Replaced,
    RunReader,
    RunRecord,
    StoredResult,
    add_marks,
    history_in,
    marks_in,
    replaced_in,
    results_of,
    set_aside,
    set_aside_in,
)
from handai_errors import ConflictError, InputError, NotFoundError, SpecError
from services.home import open_catalogue, run_path
from services.running import runs
from services.running.damage import refuse_damaged
from services.tables.chosen_rows import require_asked

_WAITING = "waiting_edits"


@dataclass(frozen=True, slots=True)
class Edit:
    """What a person wants: values by column to correct, `approve` the others, `undo` all, or set the row aside."""

    row: int
    values: Mapping[str, str] | None = None
    approve: bool = False
    undo: bool = False
    aside: bool | None = None


@dataclass(frozen=True, slots=True)
class Wrong:
    """A value that a person wrote and that can't be saved, and why."""

    row: int
    column: str
    why: str


def edit(run_id: str, edits: Sequence[Edit]) -> bool:
    """Write what a person says of rows into the run's file; False if it waits until the run has ended.

    Raises SpecError where a value is not of its column's type, before anything is written.
    """
    record = runs.get(run_id)
    for one in edits:
        require_asked(record, one.row)
    _marks_for(record, edits)
    if record.status.is_live:
        _put_waiting(run_id, edits)
        return False
    refuse_damaged(record)
    try:
        with runs.leased(run_id):
            _write(record, edits)
    except ConflictError:  # it was begun meanwhile
        _put_waiting(run_id, edits)
        return False
    return True


def wrong_in(record: RunRecord, edits: Sequence[Edit]) -> tuple[Wrong, ...]:
    """The values that could not be saved as they are: their column does not take them, or their row has no answer."""
    path, outputs = run_path(record.id), outputs_of(record)
    rows = sorted({one.row for one in edits})
    found, standing = results_of(path, rows), marks_in(path, rows)
    with RunReader(path) as reader:
        pairs = reader.outputs()
    wrong: list[Wrong] = []
    for one in edits:
        for name, text in (one.values or {}).items():
            single, pair = Edit(one.row, {name: text}), [pair for pair in pairs if pair[1] == name]
            if one.row not in found:
                wrong.append(Wrong(one.row, name, "The row has no answer yet."))
                continue
            try:
                _said(found[one.row], single, pair, standing.get(one.row, {}), outputs)
            except SpecError as error:
                wrong.append(Wrong(one.row, name, error.cause))
    return tuple(wrong)


def answered(record: RunRecord, rows: Sequence[int]) -> list[int]:
    """Those of some rows that have a good answer."""
    return [row for row, found in results_of(run_path(record.id), rows).items() if found.status == RowStatus.DONE]


def waiting(run_id: str) -> int:
    """How many edits wait until a run has ended."""
    return len(_waiting_of(run_id))


def write_waiting(run_id: str) -> int:
    """Write the edits that waited for a run's end; returns how many."""
    if not waiting(run_id) or runs.get(run_id).status.is_live:
        return 0
    record = runs.get(run_id)
    refuse_damaged(record)
    with runs.leased(run_id):
        found = _waiting_of(run_id)
        for one in found:
            with suppress(InputError):  # its row has no answer after all
                _write(record, [one])
        _forget_waiting(run_id)
    return len(found)


def marks_of(record: RunRecord, rows: Sequence[int] | None = None) -> dict[int, dict[str, Mark]]:
    """What a person said of a run's cells, by row and answer key."""
    return marks_in(run_path(record.id), rows)


def aside_in(record: RunRecord) -> frozenset[int]:
    """The rows that are set aside to measure agreement."""
    return set_aside_in(run_path(record.id))


def history_of(record: RunRecord, row: int) -> tuple[tuple[Replaced, ...], tuple[Mark, ...]]:
    """The answers of a row that newer ones replaced, and all that a person said of it; oldest first."""
    path = run_path(record.id)
    return replaced_in(path, row), tuple(history_in(path, [row]))


def with_marks(results: Iterable[StoredResult], marks: Mapping[int, Mapping[str, Mark]]) -> Iterator[StoredResult]:
    """The results with what a person put in the place of answers."""
    for found in results:
        mine = marks.get(found.row)
        yield replace(found, values={**(found.values or {}), **values_of(mine)}) if mine else found


def values_of(marks: Mapping[str, Mark]) -> Row:
    """The values that a person's word gives a row, by answer key."""
    return {key: mark.value for key, mark in marks.items()}


def read_value(text: str, output: Output | None, was: Cell) -> Cell:
    """What a person wrote, as the column's type has it; raises SpecError."""
    if output is not None and output.type is not None:
        try:
            return fit_one(text, output).value
        except MisfitError as misfit:
            raise SpecError(str(misfit), "Write a value that the column allows.") from None
    if not text:
        return None
    if was is not None and not isinstance(was, str):
        try:
            found: Any = orjson.loads(text)
        except ValueError:
            return text
        return found  # type: ignore[no-any-return]  # every JSON value is a cell
    return text


def outputs_of(record: RunRecord) -> dict[str, Output]:
    """The declared columns that a model fills, by answer key."""
    return {output.name: output for output in declared_outputs(record.spec)}


def declared_by_column(record: RunRecord) -> dict[str, Output]:
    """The declared columns that a model fills, by the column's name in the table."""
    declared = outputs_of(record)
    with RunReader(run_path(record.id)) as reader:
        return {name: declared[key] for key, name in reader.outputs() if key in declared}


def _write(record: RunRecord, edits: Sequence[Edit]) -> None:
    path = run_path(record.id)
    marks = _marks_for(record, edits)
    if marks:
        add_marks(path, marks)
    for aside in (True, False):
        rows = [one.row for one in edits if one.aside is aside]
        if rows:
            set_aside(path, rows, aside=aside)


def _marks_for(record: RunRecord, edits: Sequence[Edit]) -> list[Mark]:
    """What the edits come to; raises SpecError for a value that its column doesn't take."""
    said = [one for one in edits if one.values or one.approve or one.undo]
    path, outputs = run_path(record.id), outputs_of(record)
    standing = marks_in(path, [one.row for one in said])
    marks: list[Mark] = []
    with RunReader(path) as reader:
        pairs = reader.outputs()
        for one in said:
            found = reader.result(one.row)
            if found is None:
                raise NotFoundError(f"Row {one.row + 1} has no answer yet.", "Wait until it was asked.")
            mine = standing.setdefault(one.row, {})
            new = _undone(found, mine) if one.undo else _said(found, one, pairs, mine, outputs)
            marks += new
            mine.update({mark.key: mark for mark in new})
            standing[one.row] = {key: mark for key, mark in mine.items() if mark.state is not MarkState.UNDONE}
    return marks


def _undone(found: StoredResult, standing: Mapping[str, Mark]) -> list[Mark]:
    given = found.values or {}
    return [Mark(found.row, key, MarkState.UNDONE, mark.value, given.get(key)) for key, mark in standing.items()]


def _said(
    found: StoredResult,
    one: Edit,
    pairs: Sequence[tuple[str, str]],
    standing: Mapping[str, Mark],
    outputs: Mapping[str, Output],
) -> list[Mark]:
    given, marks = found.values or {}, []
    for key, name in pairs:
        was = given.get(key)
        now = standing[key].value if key in standing else was
        said = (one.values or {}).get(name)
        value = now if said is None or said == cell_as_text(now) else read_value(said, outputs.get(key), was)
        if not is_same(value, now):
            state = MarkState.APPROVED if is_same(value, was) else MarkState.CORRECTED
            marks.append(Mark(one.row, key, state, value, was))
        elif one.approve and key not in standing and found.status == RowStatus.DONE:
            marks.append(Mark(one.row, key, MarkState.APPROVED, was, was))
    return marks


def _waiting_of(run_id: str) -> list[Edit]:
    with open_catalogue() as catalogue:
        found = catalogue.settings.all().get(_WAITING, {})
    return [Edit(**item) for item in found.get(run_id, ())] if isinstance(found, dict) else []


def _put_waiting(run_id: str, edits: Sequence[Edit]) -> None:
    added = [
        {
            "row": e.row,
            "values": dict(e.values) if e.values else None,
            "approve": e.approve,
            "undo": e.undo,
            "aside": e.aside,
        }
        for e in edits
    ]
    with open_catalogue() as catalogue:
        catalogue.settings.change(
            _WAITING, lambda found: {**(found or {}), run_id: [*(found or {}).get(run_id, ()), *added]}
        )


def _forget_waiting(run_id: str) -> None:
    with open_catalogue() as catalogue:
        catalogue.settings.change(
            _WAITING, lambda found: {other: edits for other, edits in (found or {}).items() if other != run_id}
        )
