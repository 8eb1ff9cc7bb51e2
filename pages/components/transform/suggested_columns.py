"""Typed columns that the model suggests from the instructions and a few rows; a hidden run asks it, not the page."""

import streamlit as st

from engine.columns import Output
from handai_db import DatasetRecord
from handai_errors import HandaiError
from pages.components import words
from pages.components.card_list import open_card
from pages.components.model_key import typed_key
from pages.components.state import app_state, forget, held, put
from services.forms import proposals
from services.forms.model_form import model_settings
from services.forms.transform_form import TransformForm
from services.tables.pasted_columns import added

_EVERY_S = 0.5
_PROBLEM = "transform_suggest_problem"


def draw_suggest(table: DatasetRecord, form: TransformForm) -> tuple[Output, ...] | None:
    """The button, the wait and what came of it: the columns with those suggested, once."""
    state = app_state()
    if state.suggesting is None:
        _draw_button(table, form)
        return None
    if not _has_ended(state.suggesting):
        st.fragment(_wait, run_every=_EVERY_S)(state.suggesting)
        return None
    run_id, state.suggesting = state.suggesting, None
    try:
        suggested = proposals.suggested_outputs(run_id)
    except HandaiError as error:
        put(_PROBLEM, error)
        state.again = True
        return None
    open_card("transform_outputs", None)
    return added(form.outputs, suggested)


def _draw_button(table: DatasetRecord, form: TransformForm) -> None:
    if st.button(
        "Suggest columns",
        key="transform_suggest",
        icon=":material/lightbulb:",
        disabled=not form.instructions.strip(),
        help="The chosen model reads your instructions and five rows. Write the instructions first.",
    ):
        forget(_PROBLEM)
        try:
            app_state().suggesting = proposals.suggest_outputs(
                form.instructions,
                table.id,
                model_settings(form),
                form.shown_columns,
                typed_key(form.provider, form.base_url),
            )
        except HandaiError as error:
            put(_PROBLEM, error)
        else:
            app_state().again = True
    problem = held(_PROBLEM)
    if isinstance(problem, HandaiError):
        st.error(words.plain(problem.remedy), title=words.plain(problem.cause))


def _has_ended(run_id: str) -> bool:
    try:
        return proposals.is_ready(run_id)
    except HandaiError:  # deleted meanwhile: reading it tells so
        return True


def _wait(run_id: str) -> None:
    if _has_ended(run_id):
        st.rerun()
    st.caption(":material/hourglass_top: The model suggests columns …")
