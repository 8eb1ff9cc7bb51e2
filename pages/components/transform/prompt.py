"""Step two of Transform: which columns the model sees, what it should do, and the exact messages for any row."""

import streamlit as st

from handai_db import DatasetRecord
from pages.components import words
from pages.components.fields import placed
from pages.components.parts import part
from pages.components.setup.persona_picker import draw_personas
from pages.components.state import app_state, held, put, seed
from pages.components.transform.outputs import draw_outputs
from pages.components.transform.recipe_panel import draw_recipes
from pages.components.transform.row_messages import NEW_COLUMNS, draw_messages
from services.forms.transform_form import TransformForm

_CHIPS = 24
_LONG_LIST = 20
_INSERTED = "Each row's own cell is put in its place"


def draw_prompt(table: DatasetRecord, form: TransformForm) -> TransformForm:
    """The form with what the person says the model should see and do."""
    st.subheader("2 · What to do with each row", anchor=False)
    with part():
        form = draw_recipes(table, _as_written(form))
    left, right = st.columns([3, 2], gap="large")
    with left:
        form = _draw_inputs(table, form)
    with right:
        draw_messages(table, form)
    return form


def _as_written(form: TransformForm) -> TransformForm:
    """The form with the instructions that are in their field now, which may be newer than the last drawing."""
    written = held("transform_instructions")
    if app_state().seeding or not isinstance(written, str):
        return form
    return form.model_copy(update={"instructions": written})


def _draw_inputs(table: DatasetRecord, form: TransformForm) -> TransformForm:
    names = [column.name for column in table.info.columns]
    now = seed("transform_instructions", form.instructions)
    instructions = st.text_area(
        "Instructions",
        now,
        key="transform_instructions",
        height=170,
        placeholder="For example: Is this review positive, negative or mixed? Answer with one word.",
    )
    templated = seed("transform_use_template", form.use_template)
    if not templated:
        _draw_chips(names, "transform_instructions")
    with st.container(horizontal=True, vertical_alignment="center"):
        draw_personas("transform", "transform_instructions")
        use_template = st.toggle(
            "Write the text of each row myself",
            templated,
            key="transform_use_template",
            help="A template: your own text, with {{ column }} where a row's cell goes. Off: all chosen columns.",
        )
    if use_template:
        form = form.model_copy(update={"template": _draw_template(names, form)})
    else:
        form = form.model_copy(update={"columns": _draw_columns(names, form)})
    form = form.model_copy(update={"instructions": instructions, "use_template": use_template})
    with st.container(key=NEW_COLUMNS):
        return draw_outputs(table, form)


def _draw_template(names: list[str], form: TransformForm) -> str:
    now = seed("transform_template", form.template)
    template = st.text_area("Template", now, key="transform_template", height=110, placeholder="Review: {{ review }}")
    _draw_chips(names, "transform_template")
    return template


def _draw_chips(names: list[str], field: str) -> None:
    """The table's columns; a pressed one is put at the end of `field`."""
    label, key = "Insert a column", "transform_insert"
    if len(names) <= _CHIPS:
        st.pills(label, names, key=key, on_change=_insert, args=(field,), format_func=_chip, help=_INSERTED, wrap=True)
    else:
        st.selectbox(label, names, index=None, key=key, on_change=_insert, args=(field,), placeholder=_INSERTED)


def _chip(name: str) -> str:
    return f":material/add: {words.plain(name)}"


def _insert(field: str) -> None:
    name = held("transform_insert")
    if isinstance(name, str):
        text = str(held(field) or "")
        between = " " if text and not text.endswith((" ", "\n")) else ""
        put(field, f"{text}{between}{placed(name, braces=True)}")
        put("transform_insert", None)


def _draw_columns(names: list[str], form: TransformForm) -> tuple[str, ...] | None:
    known = [name for name in form.columns if name in names] if form.columns is not None else names
    now = seed("transform_columns", known)
    chosen = st.multiselect(
        "Columns that the model sees",
        names,
        [name for name in now if name in names],
        key="transform_columns",
        placeholder="None chosen",
        wrap=len(names) <= _LONG_LIST,
    )
    if len(names) > _LONG_LIST:
        st.caption(f"{len(chosen):,} of {len(names):,} columns. Click the list to search it; × clears it.")
    return None if chosen == names else tuple(chosen)
