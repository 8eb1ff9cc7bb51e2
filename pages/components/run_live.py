"""The panel that follows a run while it executes, and stops following when it has ended."""

import streamlit as st

from handai_errors import HandaiError
from pages.components import run_words as words
from pages.components.run_actions import draw_stop
from pages.components.run_diversity import draw_diversity
from pages.components.run_errors import draw_errors
from pages.components.run_figures import draw_figures, draw_notes, draw_status
from pages.components.run_frames import ROW, STATUS, live_frame
from services import inspect, runs
from services.views import RunView

_EVERY_S = 1.0
_NEWEST = 8


def draw_live(view: RunView) -> None:
    """Follow the run; call it only while the run is live."""
    draw_stop(view)  # outside the fragment: a button that is drawn anew every second is hard to hit
    st.fragment(_panel, run_every=_EVERY_S)(view.record.id, view.record.request)


def _panel(run_id: str, asked: str | None) -> None:
    view = runs.view(run_id)
    if not view.status.is_live or view.record.request != asked:
        st.rerun()  # the whole page: the timer ends with the run, and the button says what a press does now
    draw_status(view)
    draw_figures(view)
    draw_notes(view)
    draw_diversity(view)
    if view.steps:
        _draw_newest(view)
    draw_errors(view.errors)


def _draw_newest(view: RunView) -> None:
    st.subheader("Newest rows", anchor=False)
    try:
        frame = live_frame(inspect.newest(view.record, _NEWEST), view.record)
    except HandaiError as error:
        st.caption(words.error_words(error))
        return
    st.dataframe(
        frame,
        key="run_newest",
        hide_index=True,
        height=38 + 35 * _NEWEST,  # the same from the first row on
        placeholder="",
        column_config={
            ROW: st.column_config.NumberColumn(width=70),
            STATUS: st.column_config.TextColumn(width=170),
        },
        alt="The rows that ended last, newest first",
    )
