"""Generate: a table made from a schema, its attributes drawn, its texts written by a model."""

import streamlit as st

from pages.components import words
from pages.components.generate.arrival import VIEW, arrive, begin_anew
from pages.components.generate.launch import draw_launch, draw_preview
from pages.components.generate.rules import draw_rules
from pages.components.generate.sample import draw_sample
from pages.components.generate.schema_editor import draw_schema_columns
from pages.components.generate.schema_yaml import draw_yaml, forget_yaml, is_other_than_shown
from pages.components.generate.start import draw_start
from pages.components.parts import part
from pages.components.setup.model_fields import draw_model
from pages.components.setup.outlook import draw_cap
from pages.components.setup.settings import draw_settings
from pages.components.state import app_state, is_held, put
from services.forms import drafts
from services.forms.generate_form import GenerateForm
from services.running.processes import WARM

_VIEWS = ["Columns", "YAML"]


def render() -> None:
    """The page: the ways in, or the schema from its columns down to the preview."""
    WARM.keep()
    form = arrive()
    st.title("Generate", anchor=False)
    st.caption("Make a table of invented rows. What can be drawn is drawn at once; a model writes the texts.")
    page = app_state().generate
    with part():
        if page.problem is not None:
            st.error(words.plain(page.problem.remedy), title=words.plain(page.problem.cause))
    if not form.begun:
        draw_start(form)
        return
    page.problem = None  # told once: what is worked on goes on
    with part():
        form = _draw_schema(form)
    with part():
        draw_sample(form)
    with part():
        form = draw_rules(form)
    with part():
        if form.needs_model:
            form = draw_model(form, "generate")
    with part():
        form = draw_settings(form, "generate", asks_model=form.needs_model, without={"max_cost_usd"})
    st.subheader(f"{4 if form.needs_model else 3} · Try a few rows, then generate all", anchor=False)
    form, place = draw_cap(form, "generate") if form.needs_model else (form, None)
    _keep(form)
    draw_launch(form, place)
    draw_preview(form)


def _draw_schema(form: GenerateForm) -> GenerateForm:
    state = app_state()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("1 · The columns", anchor=False, width="content")
        st.space("stretch")
        st.button("Start over", key="generate_anew", on_click=begin_anew, type="tertiary", icon=":material/undo:")
    with part():
        for note in state.generate.notes:
            st.info(words.plain(note))
    if not is_held(VIEW):  # no field of the form: what a callback chose stays
        put(VIEW, _VIEWS[0])
    view = st.segmented_control(
        "View",
        _VIEWS,
        key=VIEW,
        label_visibility="collapsed",
        required=True,
        format_func=lambda view: "As text (YAML)" if view == "YAML" else view,
    )
    if view == "YAML":
        return draw_yaml(form)
    forget_yaml()
    schema, again = draw_schema_columns(form.draft)
    state.again = state.again or again
    return form.model_copy(update={"draft": schema})


def _keep(form: GenerateForm) -> None:
    """Remember the form for the next drawing and for a reload."""
    state = app_state()
    page = state.generate
    page.form, state.seeding = form, False
    if page.saved != form and page.draft_id:
        drafts.save_schema(page.draft_id, form)
        page.saved = form
    if page.yaml_problem is None and is_other_than_shown(form.draft):
        state.again = True
    state.finish()
