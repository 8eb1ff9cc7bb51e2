"""The result table of a run, fifty rows a page, and the choice of the row to look into."""

import math

import streamlit as st

from handai_db import RunRecord
from handai_errors import HandaiError
from pages.components import run_words as words
from pages.components.run_frames import ROW, STATUS, result_frame
from pages.components.run_inspector import draw_inspector
from pages.components.state import held, put
from services import inspect
from services.inspect import TableRow
from services.views import RunView

PAGE_ROWS = 50
_ALL, _FAILED = "all", "failed"


@st.fragment
def draw_results(view: RunView) -> None:
    """The table with its filter and pages, and below it everything about one row."""
    try:
        numbers = _draw_table(view)
        draw_inspector(view.record, numbers)
    except HandaiError as error:
        st.error(words.error_words(error), title="These rows can't be read")


def _draw_table(view: RunView) -> list[int]:
    shown = _ask_what(view) if view.failed else _ALL
    total = _size(view, shown)
    pages = max(1, math.ceil(total / PAGE_ROWS))
    place = _page_now(pages)
    rows = _rows(view.record, shown, (place - 1) * PAGE_ROWS)
    numbers = [row.index + 1 for row in rows]
    _mark(numbers)
    st.dataframe(
        result_frame(rows, view.record),
        key="run_table",
        hide_index=True,
        height=_height(len(rows)),
        on_select=_choose,
        selection_mode="single-row",
        placeholder="",
        column_config={
            ROW: st.column_config.NumberColumn(width=70, pinned=True),
            STATUS: st.column_config.TextColumn(width=120),
        },
        alt=f"Rows of {view.record.name}: original and new columns",
    )
    put("run_table_rows", numbers)
    if pages > 1:
        st.pagination(pages, key="run_page", bind="query-params")
    return numbers


def _ask_what(view: RunView) -> str:
    counts = {group.kind: group.count for group in view.errors}
    options = [_ALL, _FAILED, *(counts if len(counts) > 1 else ())]
    labels = {_ALL: f"All ({view.record.total:,})", _FAILED: f"Failed ({view.failed:,})"}
    labels |= {kind: f"{words.kind_title(kind)} ({number:,})" for kind, number in counts.items()}
    chosen = st.selectbox(
        "Rows to show",
        options,
        format_func=lambda option: labels[option],
        key="run_show",
        on_change=_first_page,
        bind="query-params",
        width=360,
    )
    return chosen if chosen in options else _ALL


def _first_page() -> None:
    put("run_page", 1)


def _size(view: RunView, shown: str) -> int:
    if shown == _ALL:
        return view.record.total
    return sum(group.count for group in view.errors if shown in {_FAILED, group.kind})


def _page_now(pages: int) -> int:
    found = held("run_page")
    return min(max(found, 1), pages) if isinstance(found, int) else 1


def _rows(record: RunRecord, shown: str, start: int) -> list[TableRow]:
    if shown == _ALL:
        return inspect.page(record, start, PAGE_ROWS)
    return inspect.failed_page(record, None if shown == _FAILED else shown, start, PAGE_ROWS)


def _mark(numbers: list[int]) -> None:
    """Have the row that the inspector shows selected in the table, if it is on this page."""
    chosen = held("run_row")
    rows = [numbers.index(chosen)] if isinstance(chosen, int) and chosen in numbers else []
    put("run_table", {"selection": {"rows": rows, "columns": [], "cells": []}})


def _choose() -> None:
    found, numbers = held("run_table"), held("run_table_rows")
    rows = found["selection"]["rows"] if isinstance(found, dict) else []
    if rows and isinstance(numbers, list) and rows[0] < len(numbers):
        put("run_row", numbers[rows[0]])


def _height(rows: int) -> int:
    return 38 + 35 * max(1, min(rows, 12))
