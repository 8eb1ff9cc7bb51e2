"""Answers corrected in the table: what is changed stays until it is saved, what is wrong is said, the rest is kept."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from streamlit.testing.v1 import AppTest

from engine.results import RunStatus
from handai_db import RunRecord, end_execution
from handai_errors import DiskFullError
from services.forms import drafts
from services.home import home, open_catalogue, run_path
from services.past import history
from services.results import corrections, inspect
from services.running import runs
from tests.services.stored_runs import done, failed, put, transform_run

_Grid = tuple[int, dict[str, dict[str, object]]]
OUTPUTS: list[dict[str, Any]] = [
    {"name": "mood", "type": "category", "values": ["warm", "cold"]},
    {"name": "score", "type": "integer", "minimum": 1, "maximum": 5},
    {"name": "note"},
]


def _script() -> None:
    from pages.run_page import render

    render()


@pytest.fixture
def record(tmp_path: Path) -> RunRecord:
    """Sixty rows, the last of which failed."""
    made = transform_run(tmp_path, OUTPUTS, rows=60)
    put(made, *(done(row, mood="warm", score=row % 5 + 1, note=f"n{row}") for row in range(59)), failed(59))
    end_execution(run_path(made.id), RunStatus.PARTIAL, "ended")
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(made.id, RunStatus.PARTIAL)
    return runs.get(made.id)


def opened(record: RunRecord, **address: str) -> AppTest:
    page = AppTest.from_function(_script, default_timeout=30)
    page.query_params["run"] = record.id
    for name, value in address.items():
        page.query_params[name] = value
    page.session_state["run_edit"] = True
    return ran(page)


def ran(page: AppTest) -> AppTest:
    page.run()
    assert not page.exception
    return page


def _take() -> None:
    import streamlit as st

    from pages.components.run.grid import Unsaved
    from services.results import inspect
    from services.running import runs

    record = runs.get(st.session_state["of_run"])
    if "discard" in st.session_state:
        Unsaved(record.id).keep_only(())
    else:
        Unsaved(record.id).take("some_grid", inspect.page(record, st.session_state["from_row"], 50))


def tab(record: RunRecord) -> AppTest:
    """A visit that knows what is not saved."""
    page = AppTest.from_function(_take, default_timeout=30)
    page.session_state["of_run"], page.session_state["from_row"] = record.id, 0
    page.session_state["some_grid"] = {}
    return ran(page)


def changes(page: AppTest, cells: dict[str, dict[str, object]]) -> None:
    page.session_state["some_grid"] = {"edited_rows": cells}
    ran(page)


def taken(record: RunRecord, *grids: _Grid) -> dict[int, dict[str, object]]:
    """What is known as changed after each grid's cells were taken: its first row, and its cells by place."""
    page = AppTest.from_function(_take, default_timeout=30)
    page.session_state["of_run"] = record.id
    for start, cells in grids:
        page.session_state["from_row"], page.session_state["some_grid"] = start, {"edited_rows": cells}
        ran(page)
    found: dict[int, dict[str, object]] = page.session_state[f"run_unsaved_{record.id}"]
    return found


def with_changes(record: RunRecord, cells: dict[int, dict[str, object]]) -> AppTest:
    drafts.change_cells(record.id, cells)  # type: ignore[arg-type]  # any value, as a browser may send it
    return opened(record)


def errors(page: AppTest) -> str:
    return "\n".join(f"{item.proto.title}\n{item.value}" for item in page.error)


def pressed(page: AppTest, key: str) -> AppTest:
    page.button(key=key).click()
    return ran(page)


def test_one_page_of_rows_is_sent_and_only_its_answers_can_be_changed(record: RunRecord) -> None:
    [editor] = opened(record).data_editor
    assert (len(editor.value), editor.editing_mode) == (50, "fixed")
    assert list(editor.value.columns) == ["Row", "mood", "score", "note", "Status", "id", "text"]
    told = orjson.loads(editor.proto.columns)
    assert {name for name, column in told.items() if column.get("disabled")} == {"Row", "Status", "id", "text"}


def test_the_grid_keeps_to_the_filter(record: RunRecord) -> None:
    [editor] = opened(record, show="failed").data_editor
    assert list(editor.value["Row"]) == ["60"]


def test_changes_of_several_pages_are_kept_and_what_is_put_back_is_none(record: RunRecord) -> None:
    first: _Grid = (0, {"1": {"mood": "cold", "score": 4}})
    second: _Grid = (50, {"0": {"note": "mine"}})
    assert taken(record, first, second) == {1: {"mood": "cold", "score": 4}, 50: {"note": "mine"}}
    drafts.forget_cells(record.id)
    assert taken(record, first, (0, {"1": {"mood": "warm", "score": 4}})) == {1: {"score": 4}}


def test_a_cell_that_is_put_back_is_no_change_however_the_browser_writes_it(tmp_path: Path) -> None:
    outputs = [{"name": "share", "type": "number"}, {"name": "parts", "type": "list"}, {"name": "day", "type": "date"}]
    record = transform_run(tmp_path, outputs, rows=1)
    put(record, done(0, share=3.0, parts=[1, 2], day="2026-11-22"))
    edited: dict[str, object] = {"share": 4, "parts": ["1"], "day": "2026-11-23"}
    assert taken(record, (0, {"0": edited})) == {0: edited}
    assert taken(record, (0, {"0": {"share": 3, "parts": ["1", "2"], "day": "2026-11-22"}})) == {}


def test_a_value_beyond_the_bounds_is_said_and_not_cut(record: RunRecord) -> None:
    page = with_changes(record, {0: {"score": 40}, 1: {"score": 2.5}})
    assert "2 changes can't be saved yet" in errors(page)


def test_a_table_with_a_column_that_streamlit_keeps_to_itself_can_be_corrected(tmp_path: Path) -> None:
    record = transform_run(tmp_path, [{"name": "_index"}], rows=2)
    put(record, done(0, _index="a"), done(1, _index="b"))
    end_execution(run_path(record.id), RunStatus.COMPLETED, "ended")
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(record.id, RunStatus.COMPLETED)
    [editor] = opened(record).data_editor
    assert orjson.loads(editor.proto.columns)["_index "]["label"] == "_index"
    assert taken(record, (0, {"1": {"_index ": "mine"}})) == {1: {"_index": "mine"}}


def test_what_is_right_is_saved_and_what_is_wrong_is_said_and_stays(record: RunRecord) -> None:
    page = with_changes(record, {0: {"mood": "cold", "score": 9}, 55: {"note": "mine"}})
    assert "1 change can't be saved yet" in errors(page)
    assert "Row 1: " in errors(page)
    assert page.button(key="run_grid_save").label == "Save 2 changes"
    page = pressed(page, "run_grid_save")
    assert {row: {name: mark.value for name, mark in cells.items()} for row, cells in _marks(record).items()} == {
        0: {"mood": "cold"},
        55: {"note": "mine"},
    }
    assert page.session_state[f"run_unsaved_{record.id}"] == {0: {"score": 9}}
    assert "1 change can't be saved yet" in errors(page)
    assert page.button(key="run_grid_save").disabled
    assert page.toast[0].value == "2 changes saved."


def test_the_models_own_answer_stands_beside_a_corrected_one_and_both_tables_mark_it(record: RunRecord) -> None:
    corrections.edit(record.id, [corrections.Edit(0, {"mood": "cold"})])
    page = opened(record)
    [editor] = page.data_editor
    assert list(editor.value.columns)[1:3] == ["mood", "mood · the model said"]
    assert list(editor.value["mood · the model said"].dropna()) == ["warm"]
    assert "background-color" in editor.proto.arrow_data.styler.styles
    page.session_state["run_edit"] = False
    table = ran(page).dataframe(key="run_table")
    assert "background-color" in table.proto.arrow_data.styler.styles
    assert "corrected" in table.value["Status"][0]


def test_a_cell_that_is_emptied_and_may_not_be_is_said(record: RunRecord) -> None:
    page = with_changes(record, {0: {"mood": None}})
    assert "is empty" in errors(page)


def test_what_is_not_saved_is_taken_back_at_once(record: RunRecord) -> None:
    page = pressed(with_changes(record, {0: {"mood": "cold"}}), "run_grid_discard")
    assert page.session_state[f"run_unsaved_{record.id}"] == {}
    assert _marks(record) == {}


def test_what_is_not_saved_can_be_saved_after_the_grid_is_closed(record: RunRecord) -> None:
    page = with_changes(record, {0: {"mood": "cold"}})
    page.session_state["run_edit"] = False
    page = pressed(ran(page), "run_grid_save")
    assert list(_marks(record)) == [0]
    assert not page.data_editor


def test_while_the_run_executes_changes_wait(record: RunRecord) -> None:
    page = with_changes(record, {0: {"mood": "cold"}})
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(record.id, RunStatus.QUEUED)
    page = pressed(page, "run_grid_save")
    assert page.toast[0].value == "1 change waits until the run has ended."
    assert corrections.waiting(record.id) == 1


def test_a_very_long_answer_is_whole_in_the_grid(tmp_path: Path) -> None:
    made = transform_run(tmp_path, [{"name": "note"}], rows=1)
    put(made, done(0, note="x" * 9_000))
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(made.id, RunStatus.COMPLETED)
    [editor] = opened(made).data_editor
    assert len(editor.value["note"][0]) == 9_000
    assert len(inspect.page(made, 0, 1)[0].answers["note"]) == 9_000  # type: ignore[arg-type]  # it is a text


def _marks(record: RunRecord) -> dict[int, dict[str, Any]]:
    return {row: dict(cells) for row, cells in corrections.marks_of(record).items()}


def test_what_is_not_saved_is_there_on_the_next_visit(record: RunRecord) -> None:
    taken(record, (0, {"1": {"mood": "cold", "score": 9}}))
    page = opened(record)
    [editor] = page.data_editor
    assert list(editor.value["mood"][:3]) == ["warm", "cold", "warm"]
    page = pressed(page, "run_grid_save")
    assert "1 change can't be saved yet" in errors(opened(record))
    pressed(opened(record), "run_grid_discard")
    later = opened(record)
    assert not later.error
    assert later.button(key="run_grid_save").disabled
    assert list(_marks(record)) == [1]


def test_what_is_not_saved_makes_no_room_for_other_runs() -> None:
    for number in range(30):
        drafts.change_cells(f"run{number}", {0: {"note": str(number)}})
    assert [drafts.load_cells(f"run{number}")[0]["note"] for number in range(30)] == [str(n) for n in range(30)]


def test_what_another_tab_keeps_of_the_run_stays(record: RunRecord) -> None:
    this, other = tab(record), tab(record)
    changes(other, {"0": {"note": "theirs", "score": 2}})
    changes(this, {"1": {"note": "mine"}})
    assert drafts.load_cells(record.id) == {0: {"note": "theirs", "score": 2}, 1: {"note": "mine"}}
    other.session_state["discard"] = True
    ran(other)
    assert drafts.load_cells(record.id) == {1: {"note": "mine"}}


def test_what_the_disk_did_not_take_is_kept_with_the_next_change(
    record: RunRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise DiskFullError("The disk is full.", "Make room.")

    page = tab(record)
    with monkeypatch.context() as broken:
        broken.setattr("services.forms.drafts.change_cells", full)
        changes(page, {"0": {"note": "first"}})
    assert drafts.load_cells(record.id) == {}
    changes(page, {"1": {"note": "second"}})
    assert drafts.load_cells(record.id) == {0: {"note": "first"}, 1: {"note": "second"}}


def test_what_is_not_saved_goes_with_its_run(record: RunRecord) -> None:
    taken(record, (0, {"1": {"note": "a canary"}}))
    assert b"a canary" in (home() / "handai.db").read_bytes()
    history.delete_run(record.id)
    assert drafts.load_cells(record.id) == {}
    assert b"a canary" not in (home() / "handai.db").read_bytes()
