"""The ways to begin a schema: a template, words, a file, or from nothing."""

import streamlit as st

from engine.schema.columns import Schema
from engine.schema.templates import Template, templates
from pages.components import run_words as words
from pages.components.generate_arrival import begin
from pages.components.state import app_state
from services import drafts
from services.generate_form import GenerateForm

_TEMPLATE, _BUILD = "Take a template", "Build it yourself"
_WAYS = (_TEMPLATE, _BUILD)


def draw_start(form: GenerateForm) -> None:
    """Choose how to begin."""
    problem = app_state().generate.problem
    if problem is not None:
        st.error(words.plain(problem.remedy), title=words.plain(problem.cause))
    _draw_last(form)
    st.subheader("How do you want to begin?", anchor=False)
    way = st.segmented_control(
        "Way in", _WAYS, default=_TEMPLATE, key="generate_way", label_visibility="collapsed", required=True
    )
    if way == _TEMPLATE:
        _draw_templates()
    else:
        _draw_build()


def _draw_last(form: GenerateForm) -> None:
    del form
    found = drafts.newest_schema()
    if found is None or not found[1].begun:
        return
    draft_id, last = found
    names = ", ".join(column.name for column in last.draft.columns[:6]) or "no columns yet"
    with st.container(horizontal=True, vertical_alignment="center", key="generate_last"):
        st.caption(f"Your last schema: {words.plain(names)}")
        st.button("Go on with it", key="generate_go_on", icon=":material/history:", on_click=_go_on, args=(draft_id,))


def _go_on(draft_id: str) -> None:
    st.query_params["draft"] = draft_id


def _draw_templates() -> None:
    st.caption("Everything in a template can be changed.")
    with st.grid(3, min_column_width=260):
        for template in templates():
            with st.container(border=True, gap="xsmall", height="stretch"):
                kind = ":green-badge[texts by a model]" if template.needs_model else ":blue-badge[no model needed]"
                st.markdown(f"**{words.plain(template.title)}** {kind}")
                st.caption(words.plain(template.about))
                st.button("Use it", key=f"generate_template_{template.id}", on_click=_take, args=(template,))


def _take(template: Template) -> None:
    begin(template.schema)


def _draw_build() -> None:
    st.markdown("Add columns one by one: drawn ones, computed ones, and those that a model writes.")
    with st.container(horizontal=True):
        st.button("Begin with no columns", key="generate_build", icon=":material/add:", on_click=_build)
        st.button(
            "Write or paste YAML", key="generate_build_yaml", icon=":material/code:", on_click=_build, args=(True,)
        )


def _build(as_yaml: bool = False) -> None:
    begin(Schema(columns=()), as_yaml=as_yaml)
