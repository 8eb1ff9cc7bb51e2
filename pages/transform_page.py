"""Transform: a table, what to do with each row, who answers; try a few rows, then run all."""

import streamlit as st

from pages.components.parts import part
from pages.components.setup.model_fields import draw_model
from pages.components.setup.outlook import draw_cap
from pages.components.setup.settings import draw_settings
from pages.components.state import app_state
from pages.components.transform.arrival import arrive
from pages.components.transform.example_list import draw_examples
from pages.components.transform.launch import draw_launch
from pages.components.transform.preview import draw_preview
from pages.components.transform.preview_choice import draw_preview_choice
from pages.components.transform.prompt import draw_prompt
from pages.components.transform.row_conditions import draw_row_conditions
from pages.components.transform.similar_field import draw_similar
from pages.components.transform.table import draw_table
from services.forms import drafts
from services.forms.transform_form import TransformForm
from services.running.processes import WARM


def render() -> None:
    """The page, from the table down to the preview."""
    WARM.keep()
    state = app_state()
    arrive()
    st.title("Transform", anchor=False)
    st.caption("Have a model work on every row of your table. Answers are new columns; yours stay as they are.")
    with part():
        table = draw_table()
    if table is None:
        return
    with part():
        form = draw_prompt(table, state.form or TransformForm())
    with part():
        form = draw_model(form, "transform")
    with part():
        form = draw_settings(form, "transform", more=draw_similar, without={"preview_rows", "max_cost_usd"})
    st.subheader("4 · Try a few rows, then run all", anchor=False)
    with part():
        form = draw_row_conditions(table, form)
    with part():
        form = draw_examples(form)
    with part():
        form = draw_preview_choice(table, form)
    form, place = draw_cap(form, "transform")
    state.form, state.seeding = form, False
    if state.saved_form != form:
        drafts.save(table.id, form)
        state.saved_form = form
    state.finish()
    draw_launch(table, form, place)
    draw_preview(table, form)
