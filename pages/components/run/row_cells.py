"""A row's own cells as plain text: what a person reads to judge its answers."""

from collections.abc import Sequence

import streamlit as st

from engine.spec import GenerateInput
from handai_db import RunRecord
from pages.components import words
from pages.components.run_frames import seen_names, shown_cell, told_names
from services.results.inspect import TableRow

_LONG = 1_200  # characters; more are scrolled through, so that the answers stay beside them


def draw_cells(record: RunRecord, row: TableRow) -> None:
    """What the model saw, then what it did not see; of a generated row what stands in its table, then the rest."""
    made = isinstance(record.spec.input, GenerateInput)
    names = told_names([row], record) if made else seen_names(row, record)
    first = [name for name in names if name not in row.answers]
    with st.container(key="run_cells"):
        _draw(row, first)
        rest = [name for name in row.cells if name not in first and name not in row.answers]
        if rest:
            what = "Columns that are not in the table" if made else "Columns that the model did not see"
            with st.expander(f"{what} ({len(rest)})", key="run_cells_rest"):
                _draw(row, rest)


def _draw(row: TableRow, names: Sequence[str]) -> None:
    cells = {name: shown_cell(row.cells.get(name)) for name in names}
    long = sum(len(text or "") for text in cells.values()) > _LONG
    with st.container(height=420 if long else "content", border=long, gap="small"):
        for name, text in cells.items():
            with st.container(gap="xxsmall"):
                st.caption(words.plain(name))
                if text:
                    st.text(text)
                else:
                    st.markdown(":gray[(empty)]")
