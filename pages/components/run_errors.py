"""What went wrong in a run so far, one entry a kind: how many rows, why, and what to do."""

import streamlit as st

from handai_db import ErrorGroup
from pages.components import run_words as words


def draw_errors(errors: tuple[ErrorGroup, ...]) -> None:
    """The failed rows by kind, most first."""
    if not errors:
        return
    st.subheader("What went wrong", anchor=False)
    with st.container(key="run_errors"):
        for group in errors:
            _draw(group)


def _draw(group: ErrorGroup) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{words.kind_title(group.kind)}** :red-badge[{words.rows_words(group.count)}]")
        if group.cause:
            st.markdown(words.plain(group.cause))
        if group.remedy:
            st.markdown(f":material/build: {words.plain(group.remedy)}")
