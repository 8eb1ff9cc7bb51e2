"""Sessions and their runs: found again, opened, renamed, moved, deleted, and what they take on the disk."""

import streamlit as st

from handai_db import RunFilter
from pages.components.dialogs import draw_note
from pages.components.history.filters import ask_filter, is_set
from pages.components.history.sessions import draw_list
from pages.components.history.storage import draw_storage
from pages.components.history.totals import draw_totals
from pages.components.history_bundles import draw_open_bundle
from pages.components.parts import part
from pages.components.run_links import link
from services.past import history


def render() -> None:
    """The history."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title("History", anchor=False, width="content")
        st.space("stretch")
        draw_open_bundle()
    with part():
        draw_note()
    everything = history.list_runs(RunFilter(), limit=-1)
    if everything:
        sessions = history.sessions()
        wanted = ask_filter(everything, sessions)
        found = history.list_runs(wanted, limit=-1) if is_set(wanted) else everything
        if found:
            draw_list(found, sessions)
        else:
            st.info("Change or clear the filters.", title="No run matches")
    else:
        st.info("Every run is kept here, with its rows, settings and log, until you delete it.", title="No run yet")
        link("transform", "Start the first one on Transform", key="history_to_transform", icon=":material/table_edit:")
    if everything:
        draw_totals()
    draw_storage()
