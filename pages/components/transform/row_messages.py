"""The exact messages for one row, beside the instructions: which row, what it costs in tokens, the next one."""

import streamlit as st

from engine.prompts import render_messages, shown_examples
from engine.typed import needs_json
from handai_db import DatasetRecord
from pages.components import words
from pages.components.state import held, put, seed
from providers.base import Message
from services.forms.estimates import about_tokens
from services.forms.transform_form import TransformForm
from services.tables import datasets

ROW = "transform_row"
_LONG_MESSAGE = 900
_TOKENS = "Tokens are the pieces of words that a model reads; providers count and charge by them."
_SIDE = "transform_side"
NEW_COLUMNS = "transform_new_columns"
# While the inputs on the left are scrolled through, the messages stay in sight. On a telephone, where columns stand one
# below the other, they come right after the instructions and before the new columns, and are never a long way.
_BESIDE = f".stHorizontalBlock:has(> .stColumn .st-key-{_SIDE})"
_STAYS = f"""<style>
@media (min-width: 900px) {{
  .stColumn > .stVerticalBlock > div:has(.st-key-{_SIDE}) {{ position: sticky; top: 4.5rem; }}
  .st-key-{_SIDE} {{ max-height: calc(100vh - 6rem); overflow-y: auto; }}
}}
@media (max-width: 640px) {{
  {_BESIDE} {{ flex-direction: column; flex-wrap: nowrap; gap: 1rem; }}
  {_BESIDE} > .stColumn, {_BESIDE} > .stColumn > .stVerticalBlock {{ display: contents; }}
  {_BESIDE} > .stColumn > .stVerticalBlock > :has(.st-key-{_SIDE}) {{ order: 1; }}
  {_BESIDE} > .stColumn > .stVerticalBlock > :has(.st-key-{NEW_COLUMNS}) {{ order: 2; }}
  .st-key-transform_messages {{ max-height: 45vh; overflow-y: auto; }}
}}
</style>"""


@st.fragment
def draw_messages(table: DatasetRecord, form: TransformForm) -> None:
    """The messages of the chosen row as they would be sent, for any row of the table."""
    st.html(_STAYS)
    with st.container(key=_SIDE):
        number = _ask_row(max(1, table.info.rows))
        rows = datasets.rows_of(table.id, number - 1, 1)
        if not rows:
            return
        columns = form.columns if form.columns is not None else [column.name for column in table.info.columns]
        json_mode = needs_json(form.declared, form.json_mode and not form.typed)
        outputs = form.outputs if form.typed else ()
        shown = shown_examples(form.examples, form.prompt, columns, json_mode=json_mode, outputs=form.declared)
        messages = render_messages(form.prompt, columns, rows[0], json_mode=json_mode, outputs=outputs, shown=shown)
        st.caption(f":material/toll: About **{about_tokens(messages):,}** tokens, without the answer.", help=_TOKENS)
        with st.container(key="transform_messages", gap="small"):
            for title, message in zip(words.message_titles(messages, f"Row {number:,}"), messages, strict=True):
                _draw_message(title, message)


def _ask_row(last: int) -> int:
    seed(ROW, 1)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        number = int(st.number_input("Messages for row", 1, last, key=ROW, width=130))
        for step, label, icon in ((-1, "Previous", "chevron_left"), (1, "Next", "chevron_right")):
            st.button(
                label,
                key=f"{ROW}_{label.lower()}",
                icon=f":material/{icon}:",
                disabled=not 1 <= number + step <= last,
                on_click=_step,
                args=(step,),
            )
    return number


def _step(step: int) -> None:
    now = held(ROW)
    put(ROW, (now if isinstance(now, int) else 1) + step)


def _draw_message(title: str, message: Message) -> None:
    with st.container(gap="xsmall"):
        st.caption(title, help=words.message_help(message))
        with st.container(height=320 if len(message.content) > _LONG_MESSAGE else "content", border=False):
            st.code(message.content, language=None, wrap_lines=True)
