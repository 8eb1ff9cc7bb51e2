"""Runs over one table side by side, at /compare?runs=a,b: what was set, what it cost, where their answers differ."""

from collections.abc import Sequence

import streamlit as st

from handai_db import RunRecord
from handai_errors import HandaiError
from pages.components import words
from pages.components.compare.cells import draw_cells
from pages.components.compare.choice import LETTERS, ask_runs, draw_others
from pages.components.compare.figures import draw_agreement, draw_figures
from pages.components.compare.settings import draw_settings
from pages.components.run_links import link
from services.comparing import compare
from services.comparing.compare import Side


def render() -> None:
    """The comparison that the address names."""
    st.title("Compare runs", anchor=False)
    st.caption("Two or more runs over the same table: another prompt, another model, another day.")
    try:
        records = ask_runs()
    except HandaiError as error:
        st.error(words.error_words(error), title="These runs can't be compared")
        records = ()
    if len(records) < 2:
        _draw_too_few(records)
        return
    sides = [compare.side_of(record) for record in records]
    _tell_problems(sides)
    draw_settings(records)
    _draw_answers(sides)
    draw_figures(sides)


def _draw_too_few(records: Sequence[RunRecord]) -> None:
    others = compare.others_of(records[0]) if records else ()
    if records and not others:
        st.info("Run its table again with another prompt or model, then compare.", title="No other run over this table")
    else:
        st.info("Choose two or more runs.", title="Nothing to compare yet")
        draw_others(records, others)
    link("history", "Find runs in History", key="compare_to_history", icon=":material/history:")


def _tell_problems(sides: Sequence[Side]) -> None:
    for letter, side in zip(LETTERS, sides, strict=False):
        if side.problem:
            st.error(
                f"{words.plain(side.problem)} The others are compared without it.", title=f"{letter} can't be read"
            )
    live = [letter for letter, side in zip(LETTERS, sides, strict=False) if side.record.status.is_live]
    if live:
        with st.container(horizontal=True, vertical_alignment="center", key="compare_live"):
            is_are = "is" if len(live) == 1 else "are"
            st.info(f"{' and '.join(live)} {is_are} still running: this is what is there so far.")
            st.button("Look again", key="compare_again", icon=":material/refresh:")


def _draw_answers(sides: Sequence[Side]) -> None:
    readable = [(letter, side.record) for letter, side in zip(LETTERS, sides, strict=False) if not side.problem]
    if len(readable) < 2:
        return
    letters, records = [letter for letter, _ in readable], [record for _, record in readable]
    try:
        with st.spinner("Reading every row …"):
            found = compare.compare(records)
        draw_agreement(found, letters)
        if found.columns:
            draw_cells(records, found, letters)
    except HandaiError as error:
        st.error(words.error_words(error), title="The answers can't be compared")
