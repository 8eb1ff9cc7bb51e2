"""Corrections of a preview are in the run over all rows: in its table, its download and its figures."""

import asyncio
import csv
from pathlib import Path
from typing import Any

import pytest

from handai_db import MarkState, RunRecord, history_in, marks_in
from pages.components.run_frames import status_words
from services.home import open_catalogue, run_path
from services.results.corrections import Edit, edit
from services.results.exporting import Wanted, export
from services.results.inspect import page
from services.running import runs
from services.running.execution import execute
from services.running.views import view_of
from tests.pages.made_runs import executed, made_run


@pytest.fixture
def preview() -> RunRecord:
    """Two rows were asked; the first was corrected, the second approved."""
    record = executed(made_run(4, asked=2, preview=True))
    edit(record.id, [Edit(0, {"answer": "mine"}), Edit(1, approve=True)])
    return record


def run_over(preview: RunRecord, rows: int | None = None, **changes: Any) -> RunRecord:  # noqa: ANN401 any part of a spec
    source = preview.spec.input.model_copy(update={"limit": rows})
    spec = preview.spec.model_copy(update={"input": source, **changes})
    record = runs.create(runs.NewRun(spec, preview.dataset_id, reuse_from=(preview.id,)))
    asyncio.run(execute(record.id, None))
    return runs.get(record.id)


def downloaded(record: RunRecord, folder: Path) -> list[str]:
    export(record, folder / "out.csv", Wanted())
    with (folder / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row["answer"] for row in csv.DictReader(file)]


def test_what_was_corrected_on_a_preview_is_in_the_run_over_all_rows(preview: RunRecord, tmp_path: Path) -> None:
    record = run_over(preview)
    answers = downloaded(record, tmp_path)
    assert answers[0] == "mine"
    assert len(answers) == 4
    assert all("offline demo" in answer for answer in answers[1:])
    marks = marks_in(run_path(record.id))
    assert [marks[row]["answer"].state for row in (0, 1)] == [MarkState.CORRECTED, MarkState.APPROVED]
    assert "offline demo" in str(marks[0]["answer"].was)
    assert view_of(record).damage is None


def test_a_row_that_was_set_aside_stays_so_and_its_status_says_where_the_answer_is_from(preview: RunRecord) -> None:
    edit(preview.id, [Edit(1, aside=True)])
    rows = page(run_over(preview), 0, 4)
    assert [row.aside for row in rows] == [False, True, False, False]
    assert [status_words(row) for row in rows] == [
        "✓ done (from the preview) · corrected",
        "✓ done (from the preview) · approved, set aside",
        "✓ done",
        "✓ done",
    ]


def test_a_correction_that_was_undone_stays_undone(preview: RunRecord, tmp_path: Path) -> None:
    edit(preview.id, [Edit(0, undo=True)])
    assert "offline demo" in downloaded(run_over(preview), tmp_path)[0]


def again(preview: RunRecord, *earlier: RunRecord) -> RunRecord:
    """The same preview asked once more: it takes over what the ones before have."""
    names = tuple(record.id for record in (*earlier, preview))
    record = runs.create(runs.NewRun(preview.spec, preview.dataset_id, preview=True, reuse_from=names))
    asyncio.run(execute(record.id, None))
    return runs.get(record.id)


def test_what_was_taken_back_on_a_second_preview_does_not_come_again_from_the_first(preview: RunRecord) -> None:
    edit(preview.id, [Edit(1, aside=True)])
    second = again(preview)
    assert page(second, 0, 2)[1].aside
    edit(second.id, [Edit(0, undo=True), Edit(1, aside=False)])

    third = again(preview, second)
    assert set(marks_in(run_path(third.id))) == {1}
    assert not any(row.aside for row in page(third, 0, 2))


def test_what_is_said_of_an_older_preview_later_holds(preview: RunRecord) -> None:
    second = again(preview)
    edit(second.id, [Edit(0, {"answer": "second thoughts"})])
    edit(preview.id, [Edit(0, {"answer": "third thoughts"}), Edit(0, aside=True)])

    third = again(preview, second)
    assert marks_in(run_path(third.id))[0]["answer"].value == "third thoughts"
    assert page(third, 0, 2)[0].aside


def test_another_question_is_answered_anew(preview: RunRecord, tmp_path: Path) -> None:
    prompt = preview.spec.prompt.model_copy(update={"instructions": "Something else."})
    record = run_over(preview, prompt=prompt)
    assert "mine" not in downloaded(record, tmp_path)
    assert marks_in(run_path(record.id)) == {}


def test_rows_that_are_not_asked_have_nothing_said_of_them(preview: RunRecord) -> None:
    assert set(marks_in(run_path(run_over(preview, rows=1).id))) == {0}
    source = preview.spec.input.model_copy(update={"limit": None, "rows": (1, 3)})
    record = runs.create(
        runs.NewRun(
            preview.spec.model_copy(update={"input": source}),
            preview.dataset_id,
            reuse_from=(preview.id, "261101-abcdef"),
        )
    )
    assert set(marks_in(run_path(record.id))) == {1}


def test_a_kill_before_the_run_s_end_neither_loses_nor_doubles_what_was_said(
    preview: RunRecord, tmp_path: Path
) -> None:
    source = preview.spec.input.model_copy(update={"limit": None})
    spec = preview.spec.model_copy(update={"input": source})
    record = runs.create(runs.NewRun(spec, preview.dataset_id, reuse_from=(preview.id,)))
    assert marks_in(run_path(record.id))[0]["answer"].value == "mine", "there before the first request"
    with open_catalogue() as catalogue:
        catalogue.runs.interrupt(record.id)
    runs.prepare_resume(record.id)
    asyncio.run(execute(record.id, None))
    assert downloaded(runs.get(record.id), tmp_path)[0] == "mine"
    assert len(history_in(run_path(record.id), [0])) == 1
