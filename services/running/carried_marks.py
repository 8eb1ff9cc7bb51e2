"""What a person said of a preview's answers goes along when the same is asked of all rows: no work is done twice."""

from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache

from engine.spec import TransformInput
from handai_db import Catalogue, Mark, MarkState, RunRecord, add_marks, history_in, set_aside, when_set_aside
from handai_errors import StorageError
from services.home import open_catalogue, run_path
from services.tables.chosen_rows import asked_rows, asks


def carry_marks(catalogue: Catalogue, record: RunRecord) -> int:
    """Put the corrections of the runs that a new run takes over from into its file; returns how many.

    Only of runs that asked the same of the same table, for theirs are the answers that come again. What was said of a
    cell last holds, also that a correction was taken back; so it is with rows that are set aside.
    """
    said: dict[tuple[int, str], Mark] = {}
    aside: dict[int, float] = {}  # rows, and when they were set aside
    for earlier in sorted(_asked_the_same(catalogue, record), key=lambda run: run.created_at):
        with suppress(StorageError):  # one that can't be read has none to give, as with its answers
            for mark in history_in(run_path(earlier.id)):
                before = said.get((mark.row, mark.key))
                if before is None or before.at <= mark.at:
                    said[mark.row, mark.key] = mark
            aside = _left_aside(aside, earlier) | when_set_aside(run_path(earlier.id))
    asked = asked_rows(record) if said or aside else ()
    wanted = [mark for (row, _), mark in said.items() if mark.state is not MarkState.UNDONE and asks(asked, row)]
    if wanted:
        add_marks(run_path(record.id), wanted)
    if still := [row for row in sorted(aside) if asks(asked, row)]:
        set_aside(run_path(record.id), still, aside=True)
    return len(wanted)


def _left_aside(aside: dict[int, float], later: RunRecord) -> dict[int, float]:
    """Those of earlier runs without what a later one took back: it asked the row, and nobody set it aside since."""
    asked = asked_rows(later)
    return {row: at for row, at in aside.items() if at > later.created_at or not asks(asked, row)}


def previewed_rows(record: RunRecord) -> frozenset[int]:
    """The rows of a run that its previews asked the same of, whose answers it has from there."""
    return _previewed(record.id) if record.reuse_from else frozenset()


@lru_cache(maxsize=64)  # a run's own previews never change
def _previewed(run_id: str) -> frozenset[int]:
    with open_catalogue() as catalogue:
        record = catalogue.runs.get(run_id)
        earlier = _asked_the_same(catalogue, record) if record else ()
        return frozenset(row for one in earlier if one.preview for row in asked_rows(one))


def _asked_the_same(catalogue: Catalogue, record: RunRecord) -> Iterator[RunRecord]:
    kept_from = record.export.get("kept_from")  # services.results.again knows which of its rows are asked again
    for run_id in record.reuse_from:
        earlier = catalogue.runs.get(run_id)
        if earlier is not None and run_id != kept_from and _asks_the_same(record, earlier):
            yield earlier


def _asks_the_same(record: RunRecord, earlier: RunRecord) -> bool:
    here, there = record.spec, earlier.spec
    if not isinstance(here.input, TransformInput) or not isinstance(there.input, TransformInput):
        return False
    same_rows = record.dataset_id == earlier.dataset_id and here.input.columns == there.input.columns
    asked = (here.prompt, here.outputs, here.examples, here.model)
    return same_rows and asked == (there.prompt, there.outputs, there.examples, there.model)
