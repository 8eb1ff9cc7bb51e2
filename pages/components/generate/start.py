"""The ways to begin a schema: a template, words, a file, free text, or from nothing."""

import streamlit as st

from engine.schema.columns import Schema
from engine.schema.free_form import free_form_schema
from engine.schema.templates import Template
from handai_errors import HandaiError
from pages.components import words
from pages.components.generate.arrival import begin
from pages.components.generate.describe import draw_describe
from pages.components.generate.learn import draw_learn
from pages.components.parts import part
from pages.components.setup.session_offer import draw_offer
from pages.components.state import app_state
from services.forms import drafts
from services.forms.generate_form import GenerateForm
from services.tables.column_kinds import lines_of
from services.tables.schemas import template_list

_TEMPLATE, _DESCRIBE, _LEARN = "Take a template", "Describe it", "Learn from a file"
_FREE, _BUILD = "Free text", "Build it yourself"
_WAYS = (_TEMPLATE, _DESCRIBE, _LEARN, _FREE, _BUILD)


def draw_start(form: GenerateForm) -> None:
    """Choose how to begin."""
    state = app_state()
    with part():
        draw_offer("generate")
        _draw_last()
    st.subheader("How do you want to begin?", anchor=False)
    way = st.pills(
        "Way in",
        _WAYS,
        default=_DESCRIBE if state.generate.proposing else _TEMPLATE,
        key="generate_way",
        label_visibility="collapsed",
        required=True,
    )
    if way == _DESCRIBE:
        form = draw_describe(form)
    elif way == _LEARN:
        draw_learn()
    elif way == _FREE:
        _draw_free()
    elif way == _BUILD:
        _draw_build()
    else:
        _draw_templates()
    state.generate.form, state.seeding = form, False


def _draw_last() -> None:
    found = drafts.newest_schema()
    if found is None or not found[1].begun:
        return
    draft_id, last = found
    names = ", ".join(column.name for column in last.draft.columns[:6]) or "no columns yet"
    with st.container(horizontal=True, vertical_alignment="center", key="generate_last"):
        st.button(
            "Go on with my last schema",
            key="generate_go_on",
            icon=":material/history:",
            on_click=_go_on,
            args=(draft_id,),
        )
        st.caption(words.plain(names), width="content")


def _go_on(draft_id: str) -> None:
    st.query_params["draft"] = draft_id


def _draw_templates() -> None:
    st.caption("Everything in a template can be changed.")
    with st.grid(3, min_column_width=260):
        for template in template_list():
            with st.container(border=True, gap="xsmall", height="stretch"):
                kind = ":green-badge[texts by a model]" if template.needs_model else ":blue-badge[no model needed]"
                st.markdown(f"**{words.plain(template.title)}** {kind}")
                with st.container(height="stretch"):
                    st.caption(words.plain(template.about))
                st.button(
                    "Use it",
                    key=f"generate_template_{template.id}",
                    type="tertiary",
                    icon=":material/arrow_forward:",
                    help=f"Begin with the columns of “{template.title}”",
                    on_click=_take,
                    args=(template,),
                )


def _take(template: Template) -> None:
    begin(template.schema)


def _draw_free() -> None:
    st.markdown("The model makes whole rows in its own words. Say what a row is; name columns if you want several.")
    said = st.text_area(
        "What is each row?",
        key="generate_free",
        height=100,
        placeholder="A riddle for children of eight, with its answer.",
    )
    with st.grid(2, min_column_width=240):
        columns = st.text_area(
            "Columns, one a line (empty: one text)",
            key="generate_free_columns",
            height=120,
            placeholder="riddle\nanswer\ndifficulty:category(easy,hard)",
        )
        per_call = st.number_input(
            "Rows in one request",
            min_value=1,
            max_value=50,
            step=1,
            key="generate_free_per_call",
            help="Several are cheaper; each row is still checked and counted on its own.",
        )
    empty = not (said or "").strip()
    if st.button("Begin", key="generate_free_begin", type="primary", icon=":material/arrow_forward:", disabled=empty):
        try:
            schema = free_form_schema(said or "", lines_of(columns or "") or None, rows_per_call=int(per_call or 1))
        except HandaiError as error:
            st.error(words.plain(error.remedy), title=words.plain(error.cause))
            return
        begin(schema)
        st.rerun()


def _draw_build() -> None:
    st.markdown("Add columns one by one: drawn ones, computed ones, and those that a model writes.")
    with st.container(horizontal=True):
        st.button("Begin with no columns", key="generate_build", icon=":material/add:", on_click=_build)
        st.button(
            "Write or paste it as text (YAML)",
            key="generate_build_yaml",
            icon=":material/code:",
            on_click=_build,
            args=(True,),
        )


def _build(as_yaml: bool = False) -> None:
    begin(Schema(columns=()), as_yaml=as_yaml)
