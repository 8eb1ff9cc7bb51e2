"""What the answer becomes: one text column, whatever the model names, or typed columns."""

import streamlit as st

from handai_db import DatasetRecord
from pages.components.state import app_state, seed
from pages.components.transform.column_editor import draw_column_editor
from pages.components.transform.suggested_columns import draw_suggest
from services.forms.transform_form import TransformForm


def draw_outputs(table: DatasetRecord, form: TransformForm) -> TransformForm:
    """The form with the columns that the answers fill."""
    st.markdown("**New columns**")
    now = seed("transform_typed", form.typed)
    with st.container(horizontal=True):
        typed = st.toggle(
            "Several new columns",
            now,
            key="transform_typed",
            help="Typed columns: each has a name and says what may stand in it: one of a few values, a number, yes or "
            "no, a date … Answers are checked against that.",
        )
        json_mode = form.json_mode if typed else _ask_json(form)
    form = form.model_copy(update={"typed": typed, "json_mode": json_mode})
    if typed:
        return _draw_typed(table, form)
    return form if json_mode else _draw_plain(form)


def _draw_typed(table: DatasetRecord, form: TransformForm) -> TransformForm:
    state = app_state()
    with st.container(border=True, key="transform_outputs", gap="small"):
        if not form.outputs:
            st.caption("What should each row get? Add columns, paste them, or let the model suggest some.")
        outputs, again = draw_column_editor("transform_outputs", form.outputs)
        form = form.model_copy(update={"outputs": outputs})
        suggested = draw_suggest(table, form)
    if suggested is not None:
        form, again = form.model_copy(update={"outputs": suggested}), True
    state.again = state.again or again
    return form


def _ask_json(form: TransformForm) -> bool:
    return st.toggle(
        "The model names the columns",
        seed("transform_json", form.json_mode),
        key="transform_json",
        help="JSON mode: the model answers with a JSON object; each of its keys becomes a column.",
    )


def _draw_plain(form: TransformForm) -> TransformForm:
    now = seed("transform_output", form.output)
    output = st.text_input("Name of the new column", now, key="transform_output", max_chars=200)
    return form.model_copy(update={"output": output})
