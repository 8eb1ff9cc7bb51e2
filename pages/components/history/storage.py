"""What Handai keeps on this computer: how much, for how long, a copy of it, and an end of it."""

from pathlib import Path

import streamlit as st

from handai_errors import HandaiError
from pages.components import dialogs, words
from pages.components.state import held
from services import preferences
from services.home import home
from services.past import history

_ZIP_LIMIT = 500_000_000
_DEFAULT_DAYS = 90


def draw_storage() -> None:
    """The storage section, drawn when it is opened."""
    section = st.expander("Storage and backup", key="history_storage", icon=":material/hard_drive:", on_change="rerun")
    if not section.open:
        return
    with section:
        used = history.disk_use()
        with st.container(key="history_disk"):
            st.markdown(
                f"Used in all: **{words.disk(used.total)}**, of it {words.disk(used.runs)} in runs and "
                f"{words.disk(used.datasets)} in tables. It is in {words.plain(str(home()))} on this computer, "
                "readable by you only."
            )
        _draw_keeping()
        _draw_backup(used.total)
        st.subheader("Delete everything", anchor=False)
        if st.button("Delete everything…", key="history_delete_all", icon=":material/delete_forever:"):
            dialogs.delete_all()


def _draw_keeping() -> None:
    st.subheader("How long runs are kept", anchor=False)
    days = preferences.load().keep_days
    st.toggle("Delete old runs automatically", value=days is not None, key="history_keep", on_change=_save_keeping)
    if days is None:
        st.caption("Off: runs are kept until you delete them.")
        return
    st.number_input(
        "Keep for this many days",
        min_value=1,
        max_value=3650,
        value=days,
        key="history_keep_days",
        on_change=_save_keeping,
        width=220,
    )
    st.caption(f"Runs that ended more than {days} days ago are deleted for good whenever Handai starts.")


def _save_keeping() -> None:
    days = held("history_keep_days")
    wanted = (days if isinstance(days, int) and days > 0 else _DEFAULT_DAYS) if held("history_keep") else None
    preferences.save(preferences.load().model_copy(update={"keep_days": wanted}))


def _draw_backup(size: int) -> None:
    st.subheader("Backup", anchor=False)
    st.caption("A consistent copy of all sessions, runs and tables, also while runs execute. Keys are not in it.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        folder = st.text_input("Folder", value=str(Path.home()), key="history_backup_folder", width=420)
        wanted = st.button("Back up to this folder", key="history_backup", icon=":material/backup:")
        if size <= _ZIP_LIMIT:
            st.download_button(
                "Download as a zip file",
                data=history.backup_zip,
                file_name="handai-backup.zip",
                mime="application/zip",
                key="history_backup_zip",
                on_click="ignore",
                icon=":material/folder_zip:",
            )
    if wanted:
        _back_up(folder)


def _back_up(folder: str) -> None:
    try:
        with st.spinner("Copying everything …"):
            made = history.back_up(Path(folder.strip()).expanduser())
    except HandaiError as error:
        st.error(words.error_words(error), title="There is no backup")
    except OSError as error:
        st.error(f"{words.plain(str(error))}. Choose another folder.", title="There is no backup")
    else:
        st.success(f"A whole copy is in {words.plain(str(made))}. To open it, start Handai with HANDAI_HOME set to it.")
