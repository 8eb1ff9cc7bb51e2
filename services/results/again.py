"""Asking some rows of a run again: as they were asked, or in another way, the other answers kept."""

import re
from collections.abc import Sequence
from enum import StrEnum

from engine.spec import RunSpec, TransformInput
from handai_db import RunReader, RunRecord, add_marks, empty_rows, marks_in, reopen_rows, stale_rows
from handai_errors import ConflictError, SpecError
from services.dev_mode import refuse_in_dev_mode
from services.home import run_path
from services.results.kept_looks import KEPT
from services.running import runs
from services.running.damage import refuse_damaged
from services.tables.chosen_rows import asked_rows, asks

_PART = re.compile(r"(\d+)(?:\s*(?:-|–|to)\s*(\d+))?")


class Which(StrEnum):
    """Which rows of a run are meant."""

    FAILED = "failed"
    EMPTY = "empty"
    STALE = "stale"
    SELECTED = "selected"


def rows_that(record: RunRecord, which: Which) -> list[int]:
    """The rows that failed, are done with nothing but blank answers, or were answered with older settings.

    Looked for once for each state of the run.
    """
    found: list[int] = KEPT.look(record, ("again", which), lambda: _rows_that(record, which))
    return found


def _rows_that(record: RunRecord, which: Which) -> list[int]:
    path = run_path(record.id)
    if which is Which.EMPTY:
        judged = marks_in(path)
        return [row for row in empty_rows(path) if row not in judged]
    if which is Which.STALE:
        return stale_rows(path)
    with RunReader(path) as reader:
        return reader.failed_rows(None)


def rows_named(record: RunRecord, text: str) -> list[int]:
    """The rows in a text such as "3, 7-12", from 0; raises SpecError where it is none, or a row isn't of the run."""
    asked = asked_rows(record)
    found: set[int] = set()
    for part in filter(None, (part.strip() for part in text.replace(";", ",").split(","))):
        read = _PART.fullmatch(part)
        if read is None:
            raise SpecError(f"'{part}' is no row.", "Write numbers such as 3, 7-12.")
        first, last = int(read[1]), int(read[2] or read[1])
        rows = [row for row in range(first - 1, min(last, asked[-1] + 1 if asked else 0)) if row >= 0]
        wanted = [row for row in rows if asks(asked, row)]
        if not wanted:
            raise SpecError(f"The run has no row {part}.", "Its rows are listed above.")
        found.update(wanted)
    return sorted(found)


def prepare_again(run_id: str, rows: Sequence[int]) -> RunRecord:
    """Make rows that ended pending and queue the run: new answers take the old ones' place, which stay on record.

    Raises ConflictError.
    """
    record = runs.get(run_id)
    refuse_in_dev_mode(record.provider)
    if record.status.is_live:
        raise ConflictError("This run is executing.", "Stop it first, or wait until it ends.")
    if not isinstance(record.spec.input, TransformInput):
        raise SpecError("Rows of a generated table can't be asked again.", "Retry those that failed.")
    refuse_damaged(record)
    with runs.leased(run_id):
        reopened = reopen_rows(run_path(run_id), rows)
    if not reopened and not record.status.is_resumable:
        raise ConflictError("None of these rows was asked yet.", "Look at the run's rows.")
    return runs.requeue(record)


def changed(record: RunRecord, rows: Sequence[int], *, instructions: str, model: str) -> runs.NewRun:
    """The run that asks `rows` in another way and keeps this run's other answers."""
    if not isinstance(record.spec.input, TransformInput):
        raise SpecError("Rows of a generated table can't be asked differently.", "Generate a new table.")
    spec = record.spec
    spec = spec.model_copy(
        update={
            "prompt": spec.prompt.model_copy(update={"instructions": instructions}),
            "model": spec.model.model_copy(update={"model": model}),
        }
    )
    return runs.NewRun(
        RunSpec.checked(spec.model_dump()),
        record.dataset_id,
        name=f"{record.name}, changed",
        session=record.session_id,
        reuse_from=(record.id,),
        export={"kept_from": record.id, "asked_rows": sorted(rows)},
    )


def create_changed(record: RunRecord, new: runs.NewRun) -> RunRecord:
    """Write that run down, with what a person said of the answers that stay."""
    made = runs.create(new)
    asked = set((new.export or {}).get("asked_rows", ()))
    marks = [
        mark for row, cells in marks_in(run_path(record.id)).items() if row not in asked for mark in cells.values()
    ]
    if marks:
        with runs.leased(made.id):
            add_marks(run_path(made.id), marks)
    return made
