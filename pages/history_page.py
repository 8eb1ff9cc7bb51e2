"""History: every run found again, looked into, taken further, and deleted for good."""

import streamlit as st

from pages.components.history_actions import draw_run_actions, draw_session_actions
from pages.components.history_list import draw_filters, draw_runs
from pages.components.history_storage import draw_storage
from pages.components.run_links import link
from services import history


def render() -> None:
    """The runs, the sessions and the storage."""
    st.title("History", anchor=False)
    sessions = history.sessions()
    if not sessions:
        st.info("Runs that you start are listed here, with everything about them.", title="No run yet")
        link("transform", "Start one on Transform", key="history_to_transform", icon=":material/table_edit:")
        return
    runs, groups, storage = st.tabs(["Runs", "Sessions", "Storage"])
    with runs:
        chosen = draw_runs(draw_filters(sessions), sessions)
        if chosen is not None:
            draw_run_actions(chosen, sessions)
    with groups:
        draw_session_actions(sessions)
    with storage:
        draw_storage()
