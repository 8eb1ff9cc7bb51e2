"""Questions that the history asks before it changes something; deleting says what goes, and goes for good."""

from collections.abc import Callable

import streamlit as st

from handai_db import RunRecord, SessionRecord
from handai_errors import HandaiError
from pages.components import words
from pages.components.run_download import draw_download
from pages.components.run_links import go, page_of
from pages.components.state import forget, held, put
from services.comparing import compare as runs_compared
from services.past import history, sessions

_NOTE = "history_note"
DELETE_WORD = "DELETE"


def draw_note() -> None:
    """What the last action did, or why it did not; told once."""
    note = held(_NOTE)
    forget(_NOTE)
    if isinstance(note, tuple):
        done, text = note
        (st.success if done else st.error)(text)


def act(change: Callable[[], object], told: str) -> None:
    """Do it, in a callback, and say so on the page; a dialog closes."""
    try:
        with st.spinner("One moment …"):
            change()
    except HandaiError as error:
        tell(words.error_words(error), done=False)
    else:
        tell(told, done=True)
    st.rerun()


def tell(text: str, *, done: bool) -> None:
    """Have the page say what was done, or why not, when it is drawn next."""
    put(_NOTE, (done, text))


def use_again(record: RunRecord) -> None:
    """The page that started this run, filled in as it was; no question is needed."""
    go(page_of(record), **{"from": record.id})


def compare(record: RunRecord) -> None:
    """The page on which this run stands beside another over its table, and others can be chosen."""
    go("compare", runs=",".join(runs_compared.beside(record)))


@st.dialog("Download the run's table")
def download_run(record: RunRecord) -> None:
    """The table again, in any format."""
    st.markdown(f"**{words.plain(record.name)}**")
    draw_download(record, prefix="history")


@st.dialog("Rename the run")
def rename_run(record: RunRecord) -> None:
    """Another name for a run."""
    st.text_input("Name of this run", value=record.name, key="history_run_name", max_chars=200)
    st.button(
        "Save the name",
        key="history_run_rename",
        type="primary",
        icon=":material/save:",
        on_click=_rename_run,
        args=(record.id,),
    )


def _rename_run(run_id: str) -> None:
    act(lambda: history.rename_run(run_id, str(held("history_run_name") or "")), "The run has its new name.")


@st.dialog("Move the run to another session")
def move_run(record: RunRecord) -> None:
    """Another session for a run, an existing one or a new one."""
    others = {item.id: item.name for item in history.sessions() if item.id != record.session_id}
    if others:
        st.selectbox("Session", list(others), format_func=lambda key: others[key], key="history_move_to")
    st.text_input("Or a new session with this name", key="history_move_new", max_chars=200)
    st.button(
        "Move the run",
        key="history_move",
        type="primary",
        icon=":material/drive_file_move:",
        on_click=_move_run,
        args=(record.id,),
    )


def _move_run(run_id: str) -> None:
    name, chosen = str(held("history_move_new") or "").strip(), held("history_move_to")

    def move() -> None:
        history.move_run(run_id, history.add_session(name).id if name else str(chosen or ""))

    act(move, "The run was moved.")


@st.dialog("Delete this run?")
def delete_run(record: RunRecord) -> None:
    """Say what goes, then let a person decide."""
    size = words.disk(history.disk_use_of(record.id))
    st.markdown(
        f"**{words.plain(record.name)}**: its answers, attempts and log ({size}) are deleted from this computer, "
        "and its table too if no other run uses it. This can't be undone."
    )
    _draw_deletion(
        "history_delete_yes", lambda: act(lambda: history.delete_run(record.id), "The run and its files are gone.")
    )


def _draw_deletion(key: str, delete: Callable[[], None]) -> None:
    """The two ways out of a question about deleting."""
    with st.container(horizontal=True):
        st.button("Delete for good", key=key, type="primary", icon=":material/delete_forever:", on_click=delete)
        if st.button("Keep it", key=f"{key}_not", icon=":material/undo:"):
            st.rerun()


@st.dialog("Name and note of the session")
def describe_session(session: SessionRecord) -> None:
    """Another name for a session, and what a person wants to remember of it."""
    st.text_input("Name", value=session.name, key="history_session_name", max_chars=sessions.LONGEST_NAME)
    st.text_area(
        "Note",
        value=session.note,
        key="history_session_note",
        max_chars=sessions.LONGEST_NOTE,
        placeholder="What this is about, what was found out, what is next",
    )
    st.button(
        "Save",
        key="history_session_save",
        type="primary",
        icon=":material/check:",
        on_click=_describe_session,
        args=(session.id,),
    )


def _describe_session(session_id: str) -> None:
    name, note = str(held("history_session_name") or ""), str(held("history_session_note") or "")
    act(lambda: sessions.describe(session_id, name, note), "The session is saved.")


@st.dialog("Delete this session?")
def delete_session(session: SessionRecord) -> None:
    """Say what goes, then let a person decide."""
    runs = f"{session.runs} run{'' if session.runs == 1 else 's'}"
    st.markdown(
        f"**{words.plain(session.name)}** with {runs}: all answers, attempts and logs, and the tables that no other "
        "run uses, are deleted from this computer. This can't be undone."
    )
    _draw_deletion(
        "history_session_delete_yes",
        lambda: act(lambda: history.delete_session(session.id), "The session and its runs are gone."),
    )


@st.dialog("Delete everything?")
def delete_all() -> None:
    """Only a typed word lets everything go."""
    st.markdown(
        "Every session, run and table is deleted from this computer; your settings stay. This can't be undone. "
        "A backup can be made above first."
    )
    st.text_input(f"Type {DELETE_WORD} to go on", key="history_delete_word")
    st.button(
        "Delete everything",
        key="history_delete_all_yes",
        type="primary",
        icon=":material/delete_forever:",
        on_click=_delete_all,
    )


def _delete_all() -> None:
    if str(held("history_delete_word") or "").strip() != DELETE_WORD:
        put(_NOTE, (False, f"Nothing was deleted: the word was not {DELETE_WORD}."))
        st.rerun()
    act(history.delete_all, "Everything is deleted.")
