"""One run at /run?run=<id>: watched while it executes, looked into and gone on with afterwards."""

import streamlit as st

from engine.results import RunStatus
from handai_db import RunFilter, RunRecord
from handai_errors import HandaiError, NotFoundError
from pages.components import words
from pages.components.parts import part
from pages.components.run.chat import draw_chat_export
from pages.components.run.damage import draw_damaged
from pages.components.run.diversity import draw_diversity
from pages.components.run.figures import draw_done, draw_figures, draw_figures_folded, draw_notes, draw_status
from pages.components.run.header import draw_header
from pages.components.run.live_panel import draw_live
from pages.components.run.tabs import draw_tabs
from pages.components.run.ways_on import draw_ways_on
from pages.components.run_actions import draw_continue
from pages.components.run_download import draw_download
from pages.components.run_errors import draw_errors, draw_way_out
from pages.components.run_links import link
from services.past import history
from services.running import runs
from services.running.views import RunView, view_of


def render() -> None:
    """The run that the address names, else the newest."""
    try:
        record = _asked_for()
    except HandaiError as error:
        st.title("Run", anchor=False)
        st.error(words.error_words(error), title="The list of runs can't be read")
        return
    if record is None:
        _draw_nothing()
        return
    view = view_of(record)
    draw_header(record)
    with part():
        if record.status.is_live:
            draw_live(view)
        else:
            _draw_ended(view)
    with st.container(horizontal=True, vertical_alignment="center", key="run_take"):
        if not view.damage:
            folded = view.status is RunStatus.COMPLETED
            draw_download(
                record,
                more=lambda: draw_chat_export(view),
                beside=(lambda: draw_figures_folded(view)) if folded else None,
            )
        draw_ways_on(view)
    draw_tabs(view)


def _asked_for() -> RunRecord | None:
    asked = st.query_params.get("run")
    if asked:
        try:
            return runs.get(asked)
        except NotFoundError:
            return None
    newest = history.list_runs(RunFilter(), limit=1)
    if not newest:
        return None
    st.query_params["run"] = newest[0].id  # so that a reload and a copied address mean this run
    return newest[0]


def _draw_nothing() -> None:
    asked = st.query_params.get("run")
    st.title("Run", anchor=False)
    if asked:
        st.info("It may have been deleted. Its files are gone with it.", title=f"There is no run {words.plain(asked)}")
    else:
        st.info("Transform a table or generate one, and watch it here.", title="No run yet")
    with st.container(horizontal=True):
        link("transform", "Start one on Transform", key="run_to_transform", icon=":material/table_edit:")
        link("generate", "Make a table on Generate", key="run_to_generate", icon=":material/auto_awesome:")
        link("history", "See all runs in History", key="run_to_history", icon=":material/history:")


def _draw_ended(view: RunView) -> None:
    if view.damage:
        draw_damaged(view)
        return
    if view.status is RunStatus.COMPLETED:
        draw_done(view)
        draw_notes(view)
        return
    draw_status(view)
    draw_figures(view)
    draw_notes(view)
    draw_diversity(view)
    draw_continue(view)
    draw_way_out(view)
    draw_errors(view.errors, view)
