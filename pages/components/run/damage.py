"""A run whose file is damaged: how much of it is readable, asking for the rest again, and what is intact as a file."""

import streamlit as st

from handai_db import Damage, RunRecord
from handai_errors import StorageError
from pages.components import words
from pages.components.run.figures import draw_status
from pages.components.run_actions import go_on
from pages.components.run_download import draw_download
from pages.components.run_key import ask_for_key
from services.running import runs
from services.running.damage import damage_of
from services.running.views import RunView


def draw_damaged(view: RunView) -> None:
    """What happened to the file and what can be done; a file that can't be looked into now is only told."""
    try:
        found = damage_of(view.record)
    except StorageError:
        found = None
    if found is None:
        draw_status(view)
        return
    _tell(view.record, found)
    _draw_ask_again(view.record, found)
    if found.readable:
        draw_download(view.record, label="Download what is intact")


def _tell(record: RunRecord, found: Damage) -> None:
    kept = "The damaged file is kept beside the run." if not found.readable else "Readable rows are not paid for again."
    with st.container(key="run_status"):
        st.error(
            f"{found.readable:,} of {words.rows_words(found.counted)} are readable. {words.plain(found.why)} {kept}",
            title="This run's file is damaged",
        )
    if found.counted < record.total:
        st.caption(f"The run has {words.rows_words(record.total)}; {found.counted:,} had ended when it was whole.")


def _draw_ask_again(record: RunRecord, found: Damage) -> None:
    typed = ask_for_key(record)
    if st.button(
        "Ask for the missing rows again",
        key="run_mend",
        type="primary",
        icon=":material/healing:",
        help=f"{words.rows_words(record.total - found.readable)} will be asked, and those that failed once more. "
        "The damaged file is kept beside the new one.",
    ):
        go_on(record, typed, lambda: runs.prepare_retry(record.id))
