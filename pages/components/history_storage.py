"""What Handai keeps on this computer: how much, for how long, a copy of it, and the end of it."""

from pathlib import Path

import streamlit as st

from handai_errors import HandaiError
from pages.components import run_words as words
from services import history, preferences
from services.home import home

_WORD = "DELETE"


def draw_storage() -> None:
    """Disk use, keeping time, backup, delete all."""
    used = history.disk_use()
    with st.container(horizontal=True, key="history_disk"):
        st.metric("Used in all", words.disk(used.total), width=170)
        st.metric("Runs", words.disk(used.runs), width=170)
        st.metric("Tables", words.disk(used.datasets), width=170)
    st.caption(f"All of it is in {words.plain(str(home()))}, readable by you only.")
    left, right = st.columns(2, gap="large")
    with left:
        _draw_keep()
        _draw_delete_all()
    with right:
        _draw_backup()


def _draw_keep() -> None:
    saved = preferences.load()
    days = st.number_input(
        "Delete ended runs after so many days",
        min_value=1,
        value=saved.keep_days,
        step=1,
        placeholder="Never",
        key="history_keep",
        help="Empty: runs are kept until you delete them. It is done when the app starts.",
    )
    if days != saved.keep_days:
        preferences.save(saved.model_copy(update={"keep_days": days}))
        st.toast("Saved.")


def _draw_backup() -> None:
    folder = st.text_input("Folder for the backup", value=str(Path.home()), key="history_backup_folder")
    if st.button("Back up now", key="history_backup", icon=":material/backup:"):
        try:
            with st.spinner("Copying …"):
                made = history.back_up(Path(folder).expanduser())
        except (HandaiError, OSError) as error:
            st.error(words.error_words(error) if isinstance(error, HandaiError) else words.plain(str(error)))
        else:
            st.success(f"A whole copy is in {words.plain(str(made))}. To look into it, set HANDAI_HOME to that folder.")


def _draw_delete_all() -> None:
    if st.button("Delete everything …", key="history_delete_all", icon=":material/delete_forever:"):
        _ask()


@st.dialog("Delete everything?")
def _ask() -> None:
    st.markdown("Every session, run, answer and table is deleted from this computer for good. Your settings stay.")
    typed = st.text_input(f"Type {_WORD} to go on", key="history_delete_word")
    if st.button("Delete everything for good", key="history_delete_all_yes", type="primary", disabled=typed != _WORD):
        try:
            history.delete_all()
        except HandaiError as error:
            st.error(words.error_words(error))
            return
        st.rerun()
