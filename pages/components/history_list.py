"""The runs of the past, grouped by session: what each is, how it ended, and what can be done with it."""

import itertools
import math
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from engine.results import RunStatus
from handai_db import RunRecord, SessionRecord
from pages.components import history_dialogs as dialogs
from pages.components import run_words as words
from pages.components.run_links import link
from services import history

_PER_PAGE = 20
_COLOURS = {
    RunStatus.COMPLETED: "green",
    RunStatus.PARTIAL: "orange",
    RunStatus.PAUSED: "orange",
    RunStatus.INTERRUPTED: "orange",
    RunStatus.FAILED: "red",
    RunStatus.STOPPED: "gray",
}
_RUN_ACTIONS: dict[str, Callable[[RunRecord], None]] = {
    "Use these settings again": dialogs.use_again,
    "Download": dialogs.download_run,
    "Rename": dialogs.rename_run,
    "Move to another session": dialogs.move_run,
    "Delete": dialogs.delete_run,
}
_SESSION_ACTIONS: dict[str, Callable[[SessionRecord], None]] = {
    "Rename session": dialogs.rename_session,
    "Delete session": dialogs.delete_session,
}


def draw_list(found: Sequence[RunRecord], sessions: Sequence[SessionRecord]) -> None:
    """A page of runs, newest first, under the names of their sessions."""
    names = {item.id: item for item in sessions}
    pages = max(1, math.ceil(len(found) / _PER_PAGE))
    st.caption(f"{len(found):,} run{'' if len(found) == 1 else 's'}, newest first")
    above = st.container(key="history_runs", gap="small")
    place = st.pagination(pages, key="history_page", bind="query-params") if pages > 1 else 1
    shown = found[(place - 1) * _PER_PAGE : place * _PER_PAGE]
    order = {session_id: number for number, session_id in enumerate(dict.fromkeys(run.session_id for run in shown))}
    grouped = itertools.groupby(sorted(shown, key=lambda run: order[run.session_id]), lambda run: run.session_id)
    with above:
        for session_id, runs in grouped:
            _draw_session(names.get(session_id))
            for run in runs:
                _draw_run(run)


def _draw_session(session: SessionRecord | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(words.plain(session.name if session else "No session"), anchor=False, width="content")
        if session is None:
            return
        action = st.menu_button(
            "Session", list(_SESSION_ACTIONS), key=f"history_session_menu_{session.id}", type="tertiary"
        )
        if action:
            _SESSION_ACTIONS[action](session)


def _draw_run(record: RunRecord) -> None:
    with st.container(border=True, key=f"history_run_{record.id}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            name = f"**{words.plain(record.name)}**"
            link("run", name, key=f"history_open_{record.id}", icon=_icon(record), query={"run": record.id})
            st.markdown(_badges(record), width="content")
            st.space("stretch")
            action = st.menu_button(
                "More",
                list(_RUN_ACTIONS),
                key=f"history_menu_{record.id}",
                type="tertiary",
                icon=":material/more_horiz:",
            )
        figures = history.figures_now(record)
        st.caption(" · ".join(words.plain(fact) for fact in _facts(record, figures)))
    if action:
        _RUN_ACTIONS[action](record)


def _icon(record: RunRecord) -> str:
    if record.status.is_live:
        return ":material/progress_activity:"
    if record.status.is_resumable:
        return ":material/pause_circle:"
    return ":material/check_circle:" if record.status is RunStatus.COMPLETED else ":material/error:"


def _badges(record: RunRecord) -> str:
    badge = f":{_COLOURS.get(record.status, 'blue')}-badge[{words.STATUS_LABELS[record.status]}]"
    return f"{badge} :orange-badge[offline demo, no AI]" if record.provider == "demo" else badge


def _facts(record: RunRecord, figures: dict[str, Any]) -> list[str]:
    rows = figures["rows"]
    started = datetime.fromtimestamp(record.created_at).astimezone()
    failed = f", {rows['failed']:,} failed" if rows["failed"] else ""
    facts = [f"{rows['done']:,} of {words.rows_words(rows['total'])} done{failed}"]
    if figures["damage"]:
        facts = ["its file can't be read"]
    if record.provider != "demo":
        facts.append(f"{words.provider_name(record.provider)} {record.model}")
    facts.append("cost " + words.cost(figures["cost_usd"], complete=figures["cost_complete"]))
    if figures["duration_s"] is not None:
        facts.append(f"took {words.duration(figures['duration_s'])}")
    return [*facts, f"started {started:%Y-%m-%d %H:%M}", f"{words.disk(history.disk_use_of(record.id))} on disk"]
