"""What can be done with a run or a session of the past; whatever deletes asks first."""

from collections.abc import Callable

import streamlit as st

from handai_db import RunRecord, SessionRecord
from handai_errors import HandaiError
from pages.components import run_words as words
from pages.components.run_download import draw_download
from pages.components.run_links import link
from pages.components.state import forget
from services import history


def draw_run_actions(record: RunRecord, sessions: tuple[SessionRecord, ...]) -> None:
    """Open, use again, rename, move, delete and download one run."""
    with st.container(border=True, key="history_run"):
        st.markdown(f"**{words.plain(record.name)}** · {words.STATUS_LABELS[record.status]} · run {record.id}")
        with st.container(horizontal=True, vertical_alignment="center"):
            link("run", "Open", key="history_open", icon=":material/open_in_full:", query={"run": record.id})
            link(
                "transform",
                "Use these settings again",
                key="history_again",
                icon=":material/content_copy:",
                query={"from": record.id},
            )
            _draw_rename_run(record)
            _draw_move(record, sessions)
            asked = st.button(
                "Delete",
                key="history_delete",
                icon=":material/delete:",
                type="tertiary",
                disabled=record.status.is_live,
                help="Stop it first." if record.status.is_live else None,
            )
        if asked:
            _ask_delete_run(record)
        draw_download(record, prefix="history")


def _draw_rename_run(record: RunRecord) -> None:
    with st.popover("Rename", key="history_rename", icon=":material/edit:", type="tertiary"):
        name = st.text_input("Name of this run", value=record.name, key=f"history_name_{record.id}", max_chars=200)
        if st.button("Save the name", key="history_name_save", type="primary"):
            _do(lambda: history.rename_run(record.id, name))


def _draw_move(record: RunRecord, sessions: tuple[SessionRecord, ...]) -> None:
    others = {item.id: item.name for item in sessions if item.id != record.session_id}
    if not others:
        return
    with st.popover("Move", key="history_move", icon=":material/drive_file_move:", type="tertiary"):
        target = st.selectbox(
            "To the session", list(others), format_func=lambda item: others[item], key=f"history_target_{record.id}"
        )
        if st.button("Move it", key="history_move_save", type="primary") and target:
            _do(lambda: history.move_run(record.id, target))


@st.dialog("Delete this run?")
def _ask_delete_run(record: RunRecord) -> None:
    st.markdown(
        f"**{words.plain(record.name)}** with its {words.rows_words(record.total)}, answers and log is deleted from "
        "this computer for good. Its table goes too, unless another run uses it."
    )
    if st.button("Delete for good", key="history_delete_yes", type="primary"):
        _do(lambda: history.delete_run(record.id))


def draw_session_actions(sessions: tuple[SessionRecord, ...]) -> None:
    """Rename and delete sessions."""
    names = {item.id: f"{item.name} ({item.runs} run{'' if item.runs == 1 else 's'})" for item in sessions}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Session", list(names), format_func=lambda item: names[item], key="history_session_choice", width=420
        )
        session = next((item for item in sessions if item.id == chosen), None)
        if session is None:
            return
        with st.popover("Rename", key="history_session_rename", icon=":material/edit:"):
            name = st.text_input(
                "Name of this session", value=session.name, key=f"history_session_name_{session.id}", max_chars=200
            )
            if st.button("Save the name", key="history_session_name_save", type="primary"):
                _do(lambda: history.rename_session(session.id, name))
        asked = st.button("Delete", key="history_session_delete", icon=":material/delete:")
    if asked:
        _ask_delete_session(session)


@st.dialog("Delete this session?")
def _ask_delete_session(session: SessionRecord) -> None:
    st.markdown(
        f"**{words.plain(session.name)}** with all its {session.runs} runs, their answers and previews is deleted "
        "from this computer for good."
    )
    if st.button("Delete for good", key="history_session_delete_yes", type="primary"):
        _do(lambda: history.delete_session(session.id), "history_session_choice")


def _do(action: Callable[[], object], *stale: str) -> None:
    try:
        action()
    except HandaiError as error:
        st.error(words.error_words(error))
        return
    forget(*stale)
    st.rerun()
