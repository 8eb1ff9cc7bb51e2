"""A person's word on a row: its answers corrected or approved, the row set aside to measure, all of it undone."""

import streamlit as st

from engine.columns import ColumnType, Output
from engine.tables.cells import cell_as_text
from handai_db import Mark, RunRecord
from handai_errors import HandaiError
from pages.components import words
from pages.components.run.row_history import draw_history
from pages.components.run_frames import shown_cell
from pages.components.state import forget, held, is_held, put
from services.results import corrections
from services.results.corrections import Edit
from services.results.inspect import TableRow

_PROBLEM, _FOR = "run_correct_problem", "run_correct_for"
_EMPTY = ""
_SHORT = {ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.DATE}


def draw_corrections(record: RunRecord, row: TableRow) -> None:
    """The row's answers as fields, and what can be said of them."""
    if row.result is None or not row.answers:
        draw_history(record, row.index)
        return
    _fill(record, row)
    with st.container(key="run_corrections"):
        outputs = corrections.declared_by_column(record)
        for place, name in enumerate(row.answers):
            with st.container(gap="xsmall"):
                _draw_field(place, name, outputs.get(name), row)
        _draw_buttons(record, row)
        _draw_notes(record)
        draw_history(record, row.index)


def _fill(record: RunRecord, row: TableRow) -> None:
    """Have the fields show this row as it stands, once it or what was said of it has changed."""
    shown = (record.id, row.index, tuple((name, mark.at) for name, mark in row.marks.items()))
    if held(_FOR) == shown and is_held("run_correct_0"):  # who was on another page meanwhile finds the fields forgotten
        return
    put(_FOR, shown)
    for place, value in enumerate(row.answers.values()):
        put(f"run_correct_{place}", cell_as_text(value))
    put("run_aside", row.aside)


def _draw_field(place: int, name: str, output: Output | None, row: TableRow) -> None:
    key, label = f"run_correct_{place}", words.plain(name)
    choices = _choices(output)
    if choices is not None:
        now = held(key)
        options = choices if now in choices else [*choices, str(now or _EMPTY)]
        st.selectbox(label, options, key=key, format_func=lambda value: value or "(empty)")
    elif output is not None and output.type in _SHORT:
        st.text_input(label, key=key)
    else:
        st.text_area(label, key=key, height="content")
    st.caption(_said(row.marks.get(name), row))


def _choices(output: Output | None) -> list[str] | None:
    if output is None or output.type not in {ColumnType.CATEGORY, ColumnType.BOOLEAN}:
        return None
    found = ["true", "false"] if output.type is ColumnType.BOOLEAN else list(output.values)
    return found if output.required else [*found, _EMPTY]


def _said(mark: Mark | None, row: TableRow) -> str:
    if mark is None:
        if row.status != "done":
            return ":material/cancel: error: the model gave no answer"
        repaired = row.result is not None and row.result.repaired
        return ":material/build: done (repaired)" if repaired else ":material/smart_toy: done: as the model answered"
    if mark.state == "approved":
        return ":material/check_circle: approved by you"
    return f":material/edit: corrected by you; the model said: {words.plain(shown_cell(mark.was) or 'nothing')}"


def _draw_buttons(record: RunRecord, row: TableRow) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Save",
            key="run_correct_save",
            icon=":material/save:",
            type="primary",
            on_click=_save,
            args=(record.id, row.index, tuple(row.answers)),
            help="What you changed is kept beside the model's answer, and is what a download has.",
        )
        st.button(
            "Approve",
            key="run_correct_approve",
            icon=":material/check_circle:",
            on_click=_edit,
            args=(record.id, Edit(row.index, approve=True)),
            disabled=row.status != "done" or len(row.marks) == len(row.answers),
            help="The answers of this row are right as they are.",
        )
        st.button(
            "Undo",
            key="run_correct_undo",
            icon=":material/undo:",
            on_click=_edit,
            args=(record.id, Edit(row.index, undo=True)),
            disabled=not row.marks,
            help="Back to the model's answers.",
        )
        st.toggle(
            "Set aside to test the model",
            key="run_aside",
            on_change=_set_aside,
            args=(record.id, row.index),
            help="This row is never an example that the model sees. It tells how often the model agrees with you.",
        )


def _draw_notes(record: RunRecord) -> None:
    problem = held(_PROBLEM)
    if isinstance(problem, str):
        st.error(words.plain(problem))
        forget(_PROBLEM)
    if record.status.is_live and (count := corrections.waiting(record.id)):
        st.caption(f":material/hourglass: The run executes: {count} of your changes wait and are written at its end.")


def _save(run_id: str, row: int, names: tuple[str, ...]) -> None:
    values = {name: str(held(f"run_correct_{place}") or _EMPTY) for place, name in enumerate(names)}
    _edit(run_id, Edit(row, values))


def _set_aside(run_id: str, row: int) -> None:
    _edit(run_id, Edit(row, aside=bool(held("run_aside"))))


def _edit(run_id: str, edit: Edit) -> None:
    try:
        corrections.edit(run_id, [edit])
    except HandaiError as error:
        put(_PROBLEM, str(error))
