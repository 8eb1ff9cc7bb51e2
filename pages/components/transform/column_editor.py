"""The editor of typed columns: added one by one, pasted, or suggested by the model; each changed in its card."""

import streamlit as st
from pydantic import ValidationError

from engine.columns import ColumnType, Output
from engine.typed import check_output
from handai_errors import HandaiError, SpecError
from pages.components import words
from pages.components.card_list import Card, act, draw_cards, open_card
from pages.components.setup.column_words import output_summary, type_badge
from pages.components.setup.output_fields import draw_output
from pages.components.state import forget, held, put
from services.tables.column_kinds import free_plain_name
from services.tables.pasted_columns import added, pasted_outputs


def draw_column_editor(prefix: str, outputs: tuple[Output, ...]) -> tuple[tuple[Output, ...], bool]:
    """The columns as they stand, and whether the page must be drawn again to show them."""
    made = list(outputs)
    asked = draw_cards(prefix, [_card(output) for output in outputs], lambda place: _draw_open(prefix, made, place))
    if asked is not None:
        return act(prefix, asked, made, lambda output: _copied(output, made)), True
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if st.button("Add a column", key=f"{prefix}_add", icon=":material/add:"):
            blank = Output(name=free_plain_name("answer", [output.name for output in made]), type=ColumnType.TEXT)
            open_card(prefix, len(made))
            return (*made, blank), True
        pasted = _draw_paste(prefix, tuple(made))
    if pasted is not None:
        open_card(prefix, None)
        return pasted, True
    return tuple(made), False


def _card(output: Output) -> Card:
    return Card(output.name, type_badge(output), output_summary(output), _wrong(output))


def _draw_open(prefix: str, made: list[Output], place: int) -> Card:
    try:
        made[place] = Output.model_validate({**made[place].model_dump(), **draw_output(prefix, made[place])})
    except ValidationError as error:
        st.error("; ".join(item["msg"] for item in error.errors()), title="This can't be used")
        return _card(made[place])
    try:
        check_output(made[place])
    except SpecError as error:
        st.warning(words.plain(error.remedy), title=words.plain(error.cause), icon=":material/edit:")
    return _card(made[place])


def _wrong(output: Output) -> bool:
    try:
        check_output(output)
    except SpecError:
        return True
    return False


def _copied(output: Output, others: list[Output]) -> Output:
    return output.model_copy(update={"name": free_plain_name(output.name, [other.name for other in others])})


def _draw_paste(prefix: str, outputs: tuple[Output, ...]) -> tuple[Output, ...] | None:
    key, problem = f"{prefix}_paste", f"{prefix}_paste_problem"
    with st.popover("Paste columns", icon=":material/content_paste:", key=f"{prefix}_paste_open"):
        st.text_area(
            "One column a line, or a JSON Schema",
            key=key,
            placeholder="sentiment:category(positive,negative,mixed)\nscore:integer(1..5)",
            help="The notation of the command line's --output.",
            height=130,
        )
        found: tuple[Output, ...] | None = None
        if st.button("Add these columns", key=f"{prefix}_paste_add", type="primary", icon=":material/add:"):
            found, failed = _read(str(held(key) or ""))
            put(problem, failed)
        earlier = held(problem)
        if isinstance(earlier, HandaiError):
            st.error(words.plain(earlier.remedy), title=words.plain(earlier.cause))
    if found is None:
        return None
    forget(key, problem)
    return added(outputs, found)


def _read(text: str) -> tuple[tuple[Output, ...] | None, HandaiError | None]:
    try:
        return pasted_outputs(text), None
    except HandaiError as error:
        return None, error
