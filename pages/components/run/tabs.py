"""The parts of a run's page that are looked at on demand: rows, log, settings."""

from datetime import datetime

import pandas as pd
import streamlit as st

from handai_errors import HandaiError
from pages.components import words
from pages.components.run.charts import draw_charts
from pages.components.run.learning import can_learn, draw_learning
from pages.components.run.quality import draw_quality
from pages.components.run.results import draw_results
from pages.components.run_download import draw_spec_download
from services.results import inspect
from services.running import runs
from services.running.views import RunView

_LOG_EVERY_S = 2.0


def draw_tabs(view: RunView) -> None:
    """Rows, log and settings; only the open one is drawn."""
    live = view.status.is_live
    # The same ones while it runs and after it: a browser that sees them change may open another than is drawn here.
    names = ["Rows", "Improve", "Charts", "Quality", "Log", "Settings"]
    names = [name for name in names if name != "Improve" or can_learn(view)]
    names = [name for name in names if name in {"Log", "Settings"} or not view.damage]
    # The log while it runs: it is short, so a visitor who comes from far down on Transform sees the figures.
    first = "Log" if live else names[0]
    drawn = st.tabs(names, default=first, key="run_tabs_live" if live else "run_tabs", on_change="rerun")
    tabs = dict(zip(names, drawn, strict=True))
    if "Rows" in tabs and tabs["Rows"].open:
        with tabs["Rows"]:
            _draw_rows(view)
    if "Improve" in tabs and tabs["Improve"].open:
        with tabs["Improve"]:
            draw_learning(view)
    if "Charts" in tabs and tabs["Charts"].open:
        with tabs["Charts"]:
            draw_charts(view)
    if "Quality" in tabs and tabs["Quality"].open:
        with tabs["Quality"]:
            draw_quality(view)
    if tabs["Log"].open:
        with tabs["Log"]:
            st.fragment(_draw_log, run_every=_LOG_EVERY_S if view.status.is_live else None)(view.record.id)
    if tabs["Settings"].open:
        with tabs["Settings"]:
            draw_spec_download(view.record)
            st.code(view.record.spec.to_yaml(), language="yaml", wrap_lines=True)


def _draw_rows(view: RunView) -> None:
    if view.status.is_live:
        st.caption("As of when this page was opened; the newest rows are above.")
        st.button("Refresh", key="run_refresh", icon=":material/refresh:")
    draw_results(view)


def _draw_log(run_id: str) -> None:
    try:
        events = inspect.log_of(runs.get(run_id))
    except HandaiError as error:
        st.caption(words.error_words(error))
        return
    if not events:
        st.caption("Nothing is noted yet.")
        return
    lines = [
        {
            "Time": datetime.fromtimestamp(event.at).astimezone().strftime("%Y-%m-%d %H:%M:%S"),
            "Level": event.level,
            "Message": event.message,
        }
        for event in events
    ]
    st.dataframe(pd.DataFrame(lines), key="run_log", hide_index=True, alt="The run's log, oldest first")
