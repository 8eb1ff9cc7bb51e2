"""What differs in the settings of compared runs, and nothing else."""

import difflib
import re
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from handai_db import RunRecord
from pages.components import words
from pages.components.compare.choice import LETTERS
from services.comparing.compare_specs import Difference, differences

_SIGNS = {" ": "  ", "-": "A:", "+": "B:"}
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+")


def draw_settings(records: Sequence[RunRecord]) -> None:
    """A row for each setting that is not the same, long texts line by line."""
    st.subheader("What was set differently", anchor=False)
    found = differences([record.spec for record in records])
    if not found:
        st.caption("Nothing: their settings are the same.")
        return
    with st.container(key="compare_settings"):
        short = [item for item in found if not item.is_long]
        if short:
            rows = {
                words.plain(item.label): dict(zip(LETTERS, map(words.plain, item.values), strict=False))
                for item in short
            }
            st.table(pd.DataFrame(rows).T, border="horizontal", alt="Settings that are not the same in all runs")
        for item in found:
            if item.is_long:
                _draw_long(item)


def _draw_long(item: Difference) -> None:
    st.markdown(f"**{words.plain(item.label)}**")
    if len(item.values) == 2:
        st.caption("What only A or only B says; the other lines are in both.")
        st.code(changes_of(*item.values), language=None, wrap_lines=True)
        return
    for letter, value in zip(LETTERS, item.values, strict=False):
        st.caption(letter)
        st.code(value, language=None, wrap_lines=True)


def changes_of(one: str, other: str) -> str:
    """Two texts sentence by sentence: what is the same, what only the first and what only the second has."""
    lines = difflib.ndiff(_lines(one), _lines(other))
    return "\n".join(f"{_SIGNS[line[0]]} {line[2:]}" for line in lines if line[0] in _SIGNS)


def _lines(text: str) -> list[str]:
    return [part for line in text.splitlines() for part in _SENTENCE_END.split(line)]
