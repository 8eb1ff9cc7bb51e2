"""The result table of a run, fifty rows a page, and the choice of the row to look into."""

import math

import streamlit as st

from handai_db import RunRecord
from handai_errors import HandaiError
from pages.components import run_words as words
from pages.components.run_choice import PAGE_ROWS, RowChoice, begin_again
from pages.components.run_frames import ROW, STATUS, result_frame
from pages.components.run_inspector import draw_inspector
from services import inspect
from services.chosen_rows import asked_rows
from services.corrections import write_waiting
from services.inspect import TableRow
from services.views import RunView

_ALL, _FAILED = "all", "failed"


@st.fragment
def draw_results(view: RunView) -> None:
    """The table with its filter and pages, and below it everything about one row."""
    try:
        write_waiting(view.record.id)
        choice = _draw_table(view)
        if choice.last:
            draw_inspector(view.record, choice)
    except HandaiError as error:
        st.error(words.error_words(error), title="These rows can't be read")


def _draw_table(view: RunView) -> RowChoice:
    shown = _ask_what(view) if view.failed else _ALL
    pages = max(1, math.ceil(_size(view, shown) / PAGE_ROWS))
    above = st.container()  # the table stands over its pages, but they are asked first
    place = st.pagination(pages, key="run_page", bind="query-params") if pages > 1 else 1
    rows = _rows(view.record, shown, (place - 1) * PAGE_ROWS)
    choice = RowChoice(tuple(row.index + 1 for row in rows), asked_rows(view.record), filtered=shown != _ALL)
    choice.mark()
    above.dataframe(
        result_frame(rows, view.record),
        key="run_table",
        hide_index=True,
        height=38 + 35 * max(1, min(len(rows), 12)),
        on_select=choice.take,
        selection_mode="single-row",
        placeholder="",
        column_config={
            ROW: st.column_config.NumberColumn(width=70, pinned=True),
            STATUS: st.column_config.TextColumn(width=170),
        },
        alt=f"Rows of {view.record.name}: original and new columns",
    )
    return choice


def _ask_what(view: RunView) -> str:
    kinds = [group.kind for group in view.errors]
    options = [_ALL, _FAILED, *(kinds if len(kinds) > 1 else ())]
    labels = {_ALL: "All rows", _FAILED: "All failed rows"} | {kind: words.kind_title(kind) for kind in kinds}
    chosen = st.selectbox(
        "Rows to show",
        options,
        format_func=lambda option: labels[option],
        key="run_show",
        on_change=begin_again,
        bind="query-params",
        width=360,
    )
    return chosen if chosen in options else _ALL


def _size(view: RunView, shown: str) -> int:
    if shown == _ALL:
        return view.record.total
    return sum(group.count for group in view.errors if shown in {_FAILED, group.kind})


def _rows(record: RunRecord, shown: str, start: int) -> list[TableRow]:
    if shown == _ALL:
        return inspect.page(record, start, PAGE_ROWS)
    return inspect.failed_page(record, None if shown == _FAILED else shown, start, PAGE_ROWS)
