"""What can be said of the ticked rows at once: approved, set aside, or not ticked any more."""

import streamlit as st

from handai_db import RunRecord
from handai_errors import HandaiError
from pages.components import words
from pages.components.run_ticks import Ticks
from pages.components.state import held
from services.results import corrections
from services.results.corrections import Edit

_MENU = "run_ticked_menu"
_APPROVE, _ASIDE, _CLEAR = "Approve their answers", "Set them aside to test the model", "Untick all"


def draw_ticked(record: RunRecord) -> None:
    """The menu, for who has ticked rows."""
    st.menu_button(
        "More",
        [_APPROVE, _ASIDE, _CLEAR],
        key=_MENU,
        icon=":material/more_horiz:",
        help="What else can be done with the ticked rows.",
        on_click=_act,
        args=(record,),
    )


def _act(record: RunRecord) -> None:
    ticks, chosen = Ticks(record), held(_MENU)
    try:
        if chosen == _APPROVE:
            rows = corrections.answered(record, ticks.now())
            corrections.edit(record.id, [Edit(row, approve=True) for row in rows])
            st.toast(f"{words.rows_words(len(rows))} approved.", icon=":material/check_circle:")
        elif chosen == _ASIDE:
            corrections.edit(record.id, [Edit(row, aside=True) for row in ticks.now()])
            st.toast(f"{words.rows_words(len(ticks.now()))} set aside.", icon=":material/straighten:")
        if chosen:
            ticks.clear()
    except HandaiError as error:
        st.toast(words.error_words(error), icon=":material/error:", duration="long")
