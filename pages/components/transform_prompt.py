"""Step two of Transform: which columns the model sees, what it should do, and the exact messages for any row."""

import streamlit as st

from engine.prompts import render_messages
from engine.typed import needs_json
from handai_db import DatasetRecord
from pages.components import run_words as words
from pages.components.persona_picker import draw_personas
from pages.components.recipe_panel import draw_recipes
from pages.components.state import app_state, held, put, seed
from pages.components.transform_outputs import draw_outputs
from services import datasets
from services.estimates import about_tokens
from services.transform_form import TransformForm

_CHIPS = 24
_LONG_LIST = 20
_LONG_MESSAGE = 900


def draw_prompt(table: DatasetRecord, form: TransformForm) -> TransformForm:
    """The form with what the person says the model should see and do."""
    st.subheader("2 · What the model sees and does", anchor=False)
    form = draw_recipes(table, _as_written(form))
    left, right = st.columns([3, 2], gap="large")
    with left:
        form = _draw_inputs(table, form)
    with right:
        _draw_messages(table, form)
    return form


def _as_written(form: TransformForm) -> TransformForm:
    """The form with the instructions that are in their field now, which may be newer than the last drawing."""
    written = held("transform_instructions")
    return (
        form.model_copy(update={"instructions": written})
        if isinstance(written, str) and not app_state().seeding
        else form
    )


def _draw_inputs(table: DatasetRecord, form: TransformForm) -> TransformForm:
    names = [column.name for column in table.info.columns]
    seed("transform_instructions", form.instructions)
    instructions = st.text_area(
        "Instructions",
        key="transform_instructions",
        height=140,
        placeholder="For example: Is this review positive, negative or mixed? Answer with one word.",
    )
    draw_personas("transform", "transform_instructions")
    seed("transform_use_template", form.use_template)
    use_template = st.toggle(
        "Use a template with {{ column }}",
        key="transform_use_template",
        help="You write the text for each row, with its cells put in. Off: the chosen columns are sent as JSON.",
    )
    if use_template:
        form = form.model_copy(update={"template": _draw_template(names, form)})
    else:
        form = form.model_copy(update={"columns": _draw_columns(names, form)})
    form = form.model_copy(update={"instructions": instructions, "use_template": use_template})
    return draw_outputs(table, form)


def _draw_template(names: list[str], form: TransformForm) -> str:
    seed("transform_template", form.template)
    template = st.text_area("Template", key="transform_template", height=110, placeholder="Review: {{ review }}")
    if len(names) <= _CHIPS:
        st.pills("Insert a column", names, key="transform_insert", on_change=_insert, format_func=words.plain)
    else:
        st.selectbox("Insert a column", names, index=None, key="transform_insert", on_change=_insert)
    return template


def _insert() -> None:
    name = held("transform_insert")
    if isinstance(name, str):
        text = str(held("transform_template") or "")
        put("transform_template", f"{text}{' ' if text and not text.endswith((' ', chr(10))) else ''}{{{{ {name} }}}}")
        put("transform_insert", None)


def _draw_columns(names: list[str], form: TransformForm) -> tuple[str, ...] | None:
    known = [name for name in form.columns if name in names] if form.columns is not None else names
    seed("transform_columns", known)
    chosen = st.multiselect(
        "Columns that the model sees",
        names,
        key="transform_columns",
        placeholder="None chosen",
        wrap=len(names) <= _LONG_LIST,
    )
    if len(names) > _LONG_LIST:
        st.caption(f"{len(chosen):,} of {len(names):,} columns. Click the list to search it; × clears it.")
    return None if chosen == names else tuple(chosen)


@st.fragment
def _draw_messages(table: DatasetRecord, form: TransformForm) -> None:
    seed("transform_row", 1)
    number = st.number_input("The exact messages for row", 1, max(1, table.info.rows), key="transform_row", width=220)
    rows = datasets.rows_of(table.id, int(number) - 1, 1)
    if not rows:
        return
    columns = form.columns if form.columns is not None else [column.name for column in table.info.columns]
    json_mode = needs_json(form.declared, form.json_mode and not form.typed)
    outputs = form.outputs if form.typed else ()
    messages = render_messages(form.prompt, columns, rows[0], json_mode=json_mode, outputs=outputs)
    with st.container(key="transform_messages"):
        for message in messages:
            st.caption("Instructions (system)" if message.role == "system" else f"Row {int(number):,} (user)")
            with st.container(height=320 if len(message.content) > _LONG_MESSAGE else "content", border=False):
                st.code(message.content, language=None, wrap_lines=True)
        st.caption(f"About {about_tokens(messages):,} tokens, without the answer.")
