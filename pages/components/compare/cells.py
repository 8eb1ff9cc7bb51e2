"""The answers of compared runs row by row, fifty a page: those that differ first, all of them when asked for."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from engine.prompts import columns_sent
from engine.spec import TransformInput
from handai_db import RunRecord
from pages.components import words
from pages.components.run_frames import shown_cell
from services.comparing import compare
from services.comparing.agreement import EMPTY
from services.comparing.compare import ComparedRow, Comparison
from services.tables.chosen_rows import asked_rows

_PER_PAGE = 50
_MOST_INPUTS = 4
_LONG, _NARROW = 45, 280  # letters, pixels
_DIFFERENT, _ALL = "Only differences", "All rows"
_ANY = "Any column"


def draw_cells(records: Sequence[RunRecord], found: Comparison, letters: Sequence[str]) -> None:
    """The table, its filter and its pages."""
    st.subheader("Answers side by side", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        which = st.segmented_control(
            "Rows", [_DIFFERENT, _ALL], default=_DIFFERENT, required=True, key="compare_rows", bind="query-params"
        )
        column = st.selectbox("Column", [_ANY, *found.columns], key="compare_column", bind="query-params", width=240)
    chosen = column if column in found.columns else None
    rows = asked_rows(records[0]) if which == _ALL else found.differing(chosen)
    if not rows:
        st.success("No row differs: every cell that both answered is equal, and both answered the same rows.")
        return
    st.caption(words.rows_words(len(rows)) + ("" if which == _ALL else " not equal"))
    pages = math.ceil(len(rows) / _PER_PAGE)
    above = st.container()  # the table stands over its pages, but they are asked first
    place = st.pagination(pages, key="compare_page", bind="query-params") if pages > 1 else 1
    place = min(place, pages)
    shown = compare.page_of(records, found, rows[(place - 1) * _PER_PAGE : place * _PER_PAGE])
    columns = [chosen] if chosen else list(found.columns)
    with above.container(key="compare_cells"):
        frame = frame_of(shown, columns, letters, _inputs(records[0], shown))
        st.dataframe(
            frame,
            key="compare_table",
            hide_index=True,
            placeholder="",
            height=38 + 35 * min(len(shown), 14),
            column_config={"Row": st.column_config.NumberColumn(width=70, pinned=True), **_widths(frame)},
            alt=f"Answers of the runs {', '.join(letters)} side by side",
        )


def _widths(frame: pd.DataFrame) -> dict[str, Any]:
    """Long texts are kept narrow, so that the runs' answers stand side by side in sight."""
    long = [name for name in frame.columns if name != "Row" and frame[name].str.len().max() > _LONG]
    return {name: st.column_config.TextColumn(width=_NARROW) for name in long}


def frame_of(
    rows: Sequence[ComparedRow], columns: Sequence[str], letters: Sequence[str], inputs: Sequence[str]
) -> pd.DataFrame:
    """A row's number, its answers run by run, where they differ, and what the model saw."""
    data: dict[str, list[object]] = {"Row": [row.row + 1 for row in rows]}
    if len(columns) > 1:
        data["Differs in"] = [", ".join(row.differs) for row in rows]
    for column in columns:
        for place, letter in enumerate(letters):
            data[f"{letter} · {column}"] = [_cell(row, place, column) for row in rows]
    for name in inputs:
        data[name if name not in data else f"{name} "] = [shown_cell(row.cells.get(name)) for row in rows]
    return pd.DataFrame(data)


def _cell(row: ComparedRow, place: int, column: str) -> str:
    """An answer as text; an empty one says so, for a blank cell could be a row that was not asked."""
    answers = row.answers[place]
    return "no answer" if answers is None else shown_cell(answers.get(column)) or EMPTY


def _inputs(record: RunRecord, rows: Sequence[ComparedRow]) -> list[str]:
    source = record.spec.input
    there = tuple(rows[0].cells) if rows else ()
    chosen = source.columns if isinstance(source, TransformInput) and source.columns is not None else there
    return [name for name in columns_sent(record.spec.prompt, chosen) if name in there][:_MOST_INPUTS]
