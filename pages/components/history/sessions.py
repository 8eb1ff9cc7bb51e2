"""The runs of the past as timelines, one a session: what each is, how it ended, and what can be done with it."""

import itertools
import math
import time
from collections.abc import Callable, Sequence
from datetime import datetime

import streamlit as st

from engine.results import RunStatus
from handai_db import RunRecord, SessionRecord
from pages.components import dialogs, words
from pages.components.history_bundles import save_bundle
from pages.components.history_words import asked_words, day_words, run_facts, session_facts, started
from pages.components.run_links import go, link
from services.past import history, sessions

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
    "Compare with another run": dialogs.compare,
    "Download": dialogs.download_run,
    "Save as a bundle": save_bundle,
    "Rename": dialogs.rename_run,
    "Move to another session": dialogs.move_run,
    "Delete": dialogs.delete_run,
}


def draw_list(found: Sequence[RunRecord], known: Sequence[SessionRecord]) -> None:
    """A page of runs under the names of their sessions: pinned sessions first, then newest runs first."""
    by_id = {item.id: item for item in known}
    ordered = _in_order(found, by_id)
    pages = max(1, math.ceil(len(ordered) / _PER_PAGE))
    st.caption(f"{len(found):,} run{'' if len(found) == 1 else 's'}, newest first")
    above = st.container(key="history_runs", gap="small")
    place = st.pagination(pages, key="history_page", bind="query-params") if pages > 1 else 1
    shown = ordered[(place - 1) * _PER_PAGE : place * _PER_PAGE]
    with above:
        for session_id, runs in itertools.groupby(shown, lambda run: run.session_id):
            _draw_session(by_id.get(session_id))
            _draw_timeline(list(runs))


def _in_order(found: Sequence[RunRecord], known: dict[str, SessionRecord]) -> list[RunRecord]:
    places = {session_id: number for number, session_id in enumerate(dict.fromkeys(run.session_id for run in found))}
    pinned = {item.id for item in known.values() if item.pinned}
    return sorted(found, key=lambda run: (run.session_id not in pinned, places[run.session_id]))


def _draw_session(session: SessionRecord | None) -> None:
    if session is None:
        st.subheader("No session", anchor=False)
        return
    with st.container(key=f"history_session_of_{session.id}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            pin = ":material/keep: " if session.pinned else ""
            st.subheader(f"{pin}{words.plain(session.name)}", anchor=False, width="content")
            actions = _session_actions(session)
            action = st.menu_button(
                "Session",
                list(actions),
                key=f"history_session_menu_{session.id}",
                type="tertiary",
                icon=":material/folder:",
            )
        if session.note:
            with st.container(key=f"history_note_{session.id}"):
                st.text(session.note)
        st.caption(words.plain(session_facts(session, time.time())))
    if action:
        actions[action]()


def _session_actions(session: SessionRecord) -> dict[str, Callable[[], None]]:
    """What can be done with a session, by what it is called."""
    pin = "Unpin" if session.pinned else "Pin to the top"
    return {
        "Name and note": lambda: dialogs.describe_session(session),
        pin: lambda: _at_once(lambda: sessions.pin(session.id, pinned=not session.pinned)),
        "Go on with this session": lambda: _go_on_with(session),
        "Delete session": lambda: dialogs.delete_session(session),
    }


def _at_once(change: Callable[[], None]) -> None:
    change()
    st.rerun()


def _go_on_with(session: SessionRecord) -> None:
    sessions.go_on_with(session.id)
    go("transform")


def _draw_timeline(runs: Sequence[RunRecord]) -> None:
    today = datetime.now().astimezone().date()
    for day, of_day in itertools.groupby(runs, lambda run: started(run).date()):
        st.markdown(f":small[**{day_words(day, today)}**]")
        for run in of_day:
            _draw_run(run)


def _draw_run(record: RunRecord) -> None:
    with st.container(border=True, key=f"history_run_{record.id}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            name = f":blue[**{words.plain(record.name)}**]"
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
        st.caption(words.plain(asked_words(record)))
        facts = run_facts(record, history.figures_now(record), history.disk_use_of(record.id))
        st.caption(" · ".join(words.plain(fact) for fact in (f"{started(record):%H:%M}", *facts)))
    if action:
        _RUN_ACTIONS[action](record)


def _icon(record: RunRecord) -> str:
    if record.status.is_live:
        return ":material/progress_activity:"
    if record.status.is_resumable:
        return ":material/pause_circle:"
    return ":material/check_circle:" if record.status is RunStatus.COMPLETED else ":material/error:"


def _badges(record: RunRecord) -> str:
    badges = [f":{_COLOURS.get(record.status, 'blue')}-badge[{words.STATUS_LABELS[record.status]}]"]
    badges += [":orange-badge[offline demo, no AI]"] if record.provider == "demo" else []
    return " ".join([*badges, *([":blue-badge[opened from a bundle]"] if record.origin else [])])
