"""The result table of a run, fifty rows a page, and the choice of the row to look into."""

import math
from collections.abc import Sequence

import streamlit as st

from handai_db import RunRecord
from handai_errors import HandaiError
from pages.components import words
from pages.components.run.again import draw_again, may_ask_again
from pages.components.run.facets import draw_facets
from pages.components.run.grid import Unsaved, draw_grid, draw_saving, draw_switch
from pages.components.run.inspector import draw_inspector
from pages.components.run.ticked import draw_ticked
from pages.components.run_choice import PAGE_ROWS, RowChoice
from pages.components.run_filters import clear, draw_filters, draw_shown, filter_of
from pages.components.run_frames import ROW, STATUS, result_frame, with_corrections
from pages.components.run_ticks import Ticks
from services.results import inspect
from services.results.corrections import write_waiting
from services.results.inspect import TableRow
from services.results.row_filters import RowFilter, matching
from services.running.views import RunView

_SLOW_ROWS = 20_000  # more take long enough that a person wants to know what goes on


@st.fragment
def draw_results(view: RunView) -> None:
    """The table with its filter and pages, and right below it one row: its cells, its answers to correct."""
    try:
        write_waiting(view.record.id)
        wanted = filter_of(view)
        with st.container(horizontal=True, vertical_alignment="center", key="run_above_table"):
            draw_filters(view, wanted)
            found = _found(view, wanted)
            editing = bool(found) and _draw_tools(view, None if wanted.is_everything else found)
        draw_shown(view, wanted, found)
        draw_facets(view, wanted)
        if not found:
            _draw_nothing(wanted)
            return
        choice = _draw_table(view, wanted, found, editing=editing)
        draw_inspector(view.record, choice)
    except HandaiError as error:
        st.error(words.error_words(error), title="These rows can't be read")


def _found(view: RunView, wanted: RowFilter) -> Sequence[int]:
    if view.record.total <= _SLOW_ROWS or wanted.is_everything:
        return matching(view.record, wanted)
    with st.spinner("Looking through the rows …"):
        return matching(view.record, wanted)


def _draw_nothing(wanted: RowFilter) -> None:
    if wanted.is_everything:
        st.info("They are here as soon as they are drawn.", title="No row is there yet")
        return
    with st.container(key="run_nothing"):
        st.info("Choose something else above, or show all rows again.", title="No row is like that")
        st.button("Show all rows", key="run_show_all", icon=":material/table_rows:", on_click=clear)


def _draw_tools(view: RunView, narrowed: Sequence[int] | None) -> bool:
    """What can be done with rows of the table; returns whether their cells are edited."""
    record, editing = view.record, False
    with st.container(horizontal=True, vertical_alignment="center", key="run_tools", width="content"):
        if view.outputs:
            editing = draw_switch()
        if editing or Unsaved(record.id).cells:
            draw_saving(record)
        if not editing and may_ask_again(view):
            draw_again(view, narrowed)
            if Ticks(record).now():
                draw_ticked(record)
    return editing


def _draw_table(view: RunView, wanted: RowFilter, found: Sequence[int], *, editing: bool) -> RowChoice:
    pages = max(1, math.ceil(len(found) / PAGE_ROWS))
    above = st.container()  # the table stands over its pages, but they are asked first
    place = st.pagination(pages, key="run_page", bind="query-params") if pages > 1 else 1
    rows = _rows(view, wanted, found[(place - 1) * PAGE_ROWS : place * PAGE_ROWS], (place - 1) * PAGE_ROWS)
    choice = RowChoice(tuple(row.index + 1 for row in rows), found, Ticks(view.record) if may_ask_again(view) else None)
    height = 38 + 35 * max(1, min(len(rows), 12))
    with above:
        if editing and rows:
            draw_grid(view.record, rows, height)
        else:
            _draw_page(view.record, rows, choice, height)
    return choice


def _draw_page(record: RunRecord, rows: Sequence[TableRow], choice: RowChoice, height: int) -> None:
    frame = result_frame(rows, record)
    choice.mark(list(frame.columns))
    st.caption(  # above: the table's own tools float over what stands there
        "Tick to ask again; click a cell to see its row." if choice.ticks else "Click a cell to see its row."
    )
    st.dataframe(
        with_corrections(frame, rows),
        key="run_table",
        hide_index=True,
        height=height,
        on_select=choice.take,
        selection_mode=["multi-row", "single-cell"] if choice.ticks else "single-cell",
        placeholder="",
        column_config={
            ROW: st.column_config.NumberColumn(width=70, pinned=True),
            STATUS: st.column_config.TextColumn(width=195),
        },
        alt=f"Rows of {record.name}: original and new columns",
    )


def _rows(view: RunView, wanted: RowFilter, indexes: Sequence[int], start: int) -> list[TableRow]:
    if wanted.is_everything:
        return inspect.page(view.record, start, PAGE_ROWS)
    return inspect.chosen(view.record, indexes)
