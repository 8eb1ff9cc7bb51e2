"""What a person says of answers: kept beside the model's own, exported, undone, and never damage."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest

from engine.results import RunStatus
from handai_db import RunRecord, end_execution, history_in, is_at_rest, marks_in, set_aside_in
from handai_errors import NotFoundError, SpecError
from services.home import open_catalogue, run_path
from services.results import corrections, exporting, inspect
from services.results.corrections import Edit, edit
from services.results.exporting import Wanted
from services.running import runs
from services.running.mending import mend
from tests.services.stored_runs import done, failed, put, transform_run

OUTPUTS: list[dict[str, Any]] = [
    {"name": "mood", "type": "category", "values": ["warm", "cold"]},
    {"name": "score", "type": "integer", "minimum": 1, "maximum": 5},
    {"name": "note"},
]


@pytest.fixture
def run(tmp_path: Path) -> RunRecord:
    """Two rows answered, one failed, and the run at its end."""
    record = transform_run(tmp_path, OUTPUTS)
    put(record, done(0, mood="warm", score=4, note="a"), done(1, mood="cold", score=1, note=None), failed(2))
    end_execution(run_path(record.id), RunStatus.PARTIAL, "ended")
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(record.id, RunStatus.PARTIAL)
    return runs.get(record.id)


def exported(record: RunRecord, folder: Path) -> list[dict[str, Any]]:
    exporting.export(record, folder / "out.jsonl", Wanted(diagnostics=True))
    return [orjson.loads(line) for line in (folder / "out.jsonl").read_bytes().splitlines()]


def test_a_corrected_cell_is_shown_and_exported_and_the_answer_kept(run: RunRecord, tmp_path: Path) -> None:
    assert edit(run.id, [Edit(0, {"mood": "Cold", "score": "5"})])

    row = inspect.page(run, 0, 3)[0]
    assert (row.answers["mood"], row.answers["score"], row.answers["note"]) == ("cold", 5, "a")
    assert (row.given["mood"], row.marks["mood"].state, row.marks["mood"].was) == ("warm", "corrected", "warm")
    lines = exported(run, tmp_path)
    assert (lines[0]["mood"], lines[0]["score"], lines[0]["raw_answer"]) == ("cold", 5, None)
    assert [line["corrected"] for line in lines] == ["mood: corrected, score: corrected", "", ""]


def test_what_can_not_be_saved_is_told_cell_by_cell_and_nothing_is_written(run: RunRecord) -> None:
    edits = [Edit(0, {"mood": "hot", "score": "5"}), Edit(1, {"score": "9"}), Edit(2, {"note": "n"})]
    wrong = corrections.wrong_in(run, edits)
    assert [(one.row, one.column) for one in wrong] == [(0, "mood"), (1, "score")]
    assert "warm" in wrong[0].why
    assert marks_in(run_path(run.id)) == {}


def test_a_row_that_was_not_asked_yet_can_not_be_corrected(tmp_path: Path) -> None:
    record = transform_run(tmp_path, OUTPUTS)
    assert [one.why for one in corrections.wrong_in(record, [Edit(1, {"mood": "warm"})])] == [
        "The row has no answer yet."
    ]


def test_of_some_rows_those_with_a_good_answer_are_known(run: RunRecord) -> None:
    assert corrections.answered(run, [0, 1, 2]) == [0, 1]
    assert corrections.answered(run, [1, 2]) == [1]


def test_a_file_with_corrections_is_not_damaged_and_rests(run: RunRecord) -> None:
    edit(run.id, [Edit(0, {"mood": "cold"})])
    assert runs.view(run.id).damage is None
    manifest = orjson.loads(run_path(run.id).with_suffix(".manifest.json").read_bytes())
    assert manifest["file_sha256"]
    assert is_at_rest(run_path(run.id))


def test_what_is_not_of_the_columns_type_is_refused_and_nothing_written(run: RunRecord) -> None:
    with pytest.raises(SpecError, match="score"):
        edit(run.id, [Edit(1, {"mood": "warm"}), Edit(0, {"score": "nine"})])
    with pytest.raises(SpecError, match="score"):
        edit(run.id, [Edit(0, {"score": "9"})])
    assert marks_in(run_path(run.id)) == {}


def test_an_approved_row_keeps_its_answers_and_says_so(run: RunRecord, tmp_path: Path) -> None:
    edit(run.id, [Edit(0, {"note": "b"}), Edit(0, approve=True)])
    row = inspect.detail(run, 0).row
    assert {name: str(mark.state) for name, mark in row.marks.items()} == {
        "note": "corrected",
        "mood": "approved",
        "score": "approved",
    }
    assert exported(run, tmp_path)[0]["mood"] == "warm"


def test_undone_corrections_leave_the_answer_and_their_history(run: RunRecord) -> None:
    edit(run.id, [Edit(0, {"mood": "cold"})])
    edit(run.id, [Edit(0, undo=True)])
    row = inspect.detail(run, 0).row
    assert (row.answers["mood"], row.marks) == ("warm", {})
    assert [str(mark.state) for mark in history_in(run_path(run.id))] == ["corrected", "undone"]


def test_a_value_written_as_the_answer_was_is_an_approval(run: RunRecord) -> None:
    edit(run.id, [Edit(0, {"mood": "cold"})])
    edit(run.id, [Edit(0, {"mood": "warm"})])
    assert inspect.detail(run, 0).row.marks["mood"].state == "approved"


def test_what_is_written_another_way_says_nothing(run: RunRecord) -> None:
    edit(run.id, [Edit(0, {"mood": "WARM", "score": "4.0"})])
    assert history_in(run_path(run.id)) == []


def test_a_failed_row_can_be_filled_in(run: RunRecord, tmp_path: Path) -> None:
    edit(run.id, [Edit(2, {"mood": "warm", "score": "3"}, approve=True)])
    line = exported(run, tmp_path)[2]
    assert (line["status"], line["mood"], line["score"], line["note"]) == ("failed", "warm", 3, None)


def test_an_edit_waits_while_the_run_executes(run: RunRecord) -> None:
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(run.id, RunStatus.QUEUED)
        catalogue.runs.set_export(run.id, {"queued_at": 9e12})
    assert not edit(run.id, [Edit(0, {"mood": "cold"}), Edit(1, aside=True)])
    assert corrections.waiting(run.id) == 2
    assert corrections.write_waiting(run.id) == 0
    assert marks_in(run_path(run.id)) == {}
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(run.id, RunStatus.COMPLETED)
    assert corrections.write_waiting(run.id) == 2
    assert inspect.detail(run, 0).row.answers["mood"] == "cold"
    assert set_aside_in(run_path(run.id)) == {1}
    assert corrections.waiting(run.id) == 0


def test_rows_are_set_aside_and_taken_back(run: RunRecord) -> None:
    edit(run.id, [Edit(0, aside=True), Edit(2, aside=True)])
    edit(run.id, [Edit(0, aside=False)])
    assert corrections.aside_in(run) == {2}


def test_a_row_without_an_answer_can_not_be_corrected(tmp_path: Path) -> None:
    record = transform_run(tmp_path, OUTPUTS)
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(record.id, RunStatus.STOPPED)
    with pytest.raises(NotFoundError):
        edit(record.id, [Edit(0, {"mood": "warm"})])


def test_corrections_are_saved_from_a_damaged_file(run: RunRecord) -> None:
    edit(run.id, [Edit(0, {"mood": "cold"}), Edit(1, aside=True)])
    path = run_path(run.id)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE results SET raw = 'x' WHERE row = 2")
        connection.commit()
    assert runs.view(run.id).damage is not None
    assert mend(runs.get(run.id))
    assert inspect.detail(run, 0).row.answers["mood"] == "cold"
    assert corrections.aside_in(run) == {1}
