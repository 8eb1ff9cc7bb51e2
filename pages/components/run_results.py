"""The result table of a run, fifty rows a page, and the choice of the row to look into."""

import math
from collections.abc import Sequence

import streamlit as st

from handai_errors import HandaiError
from pages.components import run_words as words
from pages.components.run_choice import PAGE_ROWS, RowChoice
from pages.components.run_facets import draw_facets
from pages.components.run_filters import clear, draw_filters, draw_shown, filter_of
from pages.components.run_frames import ROW, STATUS, result_frame
from pages.components.run_inspector import draw_inspector
from services import inspect
from services.corrections import write_waiting
from services.inspect import TableRow
from services.row_filters import RowFilter, matching
from services.views import RunView

_SLOW_ROWS = 20_000  # more take long enough that a person wants to know what goes on


@st.fragment
def draw_results(view: RunView) -> None:
    """What the answers hold, the table with its filter and pages, and below it everything about one row."""
    try:
        write_waiting(view.record.id)
        wanted = filter_of(view)
        draw_facets(view, wanted)
        draw_filters(view, wanted)
        found = _found(view, wanted)
        draw_shown(view, wanted, found)
        if not found:
            _draw_nothing(wanted)
            return
        choice = _draw_table(view, wanted, found)
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


def _draw_table(view: RunView, wanted: RowFilter, found: Sequence[int]) -> RowChoice:
    pages = max(1, math.ceil(len(found) / PAGE_ROWS))
    above = st.container()  # the table stands over its pages, but they are asked first
    place = st.pagination(pages, key="run_page", bind="query-params") if pages > 1 else 1
    rows = _rows(view, wanted, found[(place - 1) * PAGE_ROWS : place * PAGE_ROWS], (place - 1) * PAGE_ROWS)
    choice = RowChoice(tuple(row.index + 1 for row in rows), found)
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


def _rows(view: RunView, wanted: RowFilter, indexes: Sequence[int], start: int) -> list[TableRow]:
    if wanted.is_everything:
        return inspect.page(view.record, start, PAGE_ROWS)
    return inspect.chosen(view.record, indexes)
