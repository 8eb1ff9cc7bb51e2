"""What stands in the way of a run, and what a person should know before it; the same on every page that starts one."""

import streamlit as st

from pages.components import run_words as words
from services.checks import sentence_on_privacy
from services.model_form import Readiness


def tell(prefix: str, ready: Readiness) -> None:
    """The problems, the notices, and what leaves this machine."""
    with st.container(key=f"{prefix}_problems", gap="xsmall"):
        for problem in ready.problems:
            st.warning(words.plain(problem.remedy), title=words.plain(problem.cause), icon=":material/edit:")
    if ready.plan is None:
        return
    for notice in ready.plan.notices:
        st.caption(f":material/info: {words.plain(notice)}")
    with st.container(key=f"{prefix}_privacy"):
        st.caption(f":material/lock: {words.plain(sentence_on_privacy(ready.plan))}")
