"""The panel that follows a run while it executes, and stops following when it has ended."""

import time

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine.results import RunStatus
from pages.components import words
from pages.components.run.diversity import draw_diversity
from pages.components.run.figures import draw_figures, draw_notes, pace_words
from pages.components.run_actions import draw_stop
from pages.components.run_errors import draw_errors
from pages.components.run_frames import ROW, STATUS, live_frame
from pages.components.state import held, put
from services.results.live import NEWEST, WATCH, LiveRun
from services.running.pace import look_every_s
from services.running.views import RunView

_LONGEST = 160  # of a cell: the whole answer is in the table of rows
_DRAINING = frozenset({RunStatus.QUEUED, RunStatus.PAUSING, RunStatus.STOPPING})


def draw_live(view: RunView) -> None:
    """Follow the run; call it only while the run is live."""
    record, now = view.record, time.monotonic()
    every = _every(view)
    status = st.container(key="run_status")  # where an ended run has it too: while one gives way, there is only one
    with st.container(border=True, key="run_panel"):
        with st.container(horizontal=True, vertical_alignment="center"):
            draw_stop(view)  # outside the fragment: a button that is drawn anew every second is hard to hit
            st.caption(_safe(view), width="stretch")
        st.fragment(_panel, run_every=every)(status, record.id, record.request, now, every)


def _safe(view: RunView) -> str:
    if view.record.request is None:
        return "You may close this page: the run goes on. Stop keeps every finished row, and you can resume later."
    return "Finished rows are kept, and you can resume later."


def _panel(status: DeltaGenerator, run_id: str, asked: str | None, since: float, every: float) -> None:
    seen = WATCH.look(run_id, since)
    view = seen.view
    if not view.status.is_live or view.record.request != asked:
        st.rerun()  # the whole page: the timer ends with the run, and the button says what a press does now
    if _every(view) > every:
        st.rerun()  # the whole page, twice or so in the life of a tab: a fragment can't change its own timer
    _draw_status(status, view)
    draw_figures(view)
    st.caption(pace_words(view))
    draw_notes(view)
    draw_diversity(view)
    if view.steps:
        _draw_newest(seen)
    draw_errors(view.errors, view)


def _every(view: RunView) -> float:
    """How long until the next look, by how long this tab has followed the run."""
    key, now = f"run_followed_{view.record.id}", time.monotonic()
    begun = held(key)
    if not isinstance(begun, float):
        put(key, now)
        begun = now
    rate = view.progress.rows_per_s if view.progress else None
    return look_every_s(now - begun, rate, draining=view.status in _DRAINING)


def _draw_status(status: DeltaGenerator, view: RunView) -> None:
    line = words.status_line(view)
    icon = ":material/hourglass_top:" if view.status in _DRAINING else ":material/play_circle:"
    status.subheader(f"{icon} {line.title}", anchor=False)


def _draw_newest(seen: LiveRun) -> None:
    st.markdown("**Newest rows**")
    if seen.problem is not None:
        st.caption(words.error_words(seen.problem))
        return
    st.dataframe(
        live_frame(seen.newest, seen.view.record).map(_short),
        key="run_newest",
        hide_index=True,
        height=38 + 35 * NEWEST,  # the same from the first row on
        placeholder="",
        column_config={
            ROW: st.column_config.NumberColumn(width=70),
            STATUS: st.column_config.TextColumn(width=195),
        },
        alt="The rows that ended last, newest first",
    )


def _short(cell: object) -> object:
    return f"{cell[:_LONGEST]}…" if isinstance(cell, str) and len(cell) > _LONGEST else cell
