"""Step one of Transform: where the table comes from, what was detected, and its rows."""

import math

import pandas as pd
import streamlit as st

from engine.tables import ParseOptions, TableInfo
from handai_db import DatasetRecord
from handai_errors import HandaiError
from pages.components import words
from pages.components.run_frames import shown_cell
from pages.components.setup.session_offer import draw_offer
from pages.components.state import app_state, held, put, seed
from pages.components.transform.arrival import choose, keep_address
from pages.components.transform.preview_choice import tick, ticked_before
from pages.components.transform.row_messages import ROW
from pages.components.transform.start import draw_sample_field, draw_start, draw_upload_field, read_upload
from services.tables import datasets

PAGE_ROWS = 50
_SHOWN_COLUMNS = 100
_ROWS = "transform_rows"
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
_ENCODINGS = ["utf-8", "windows-1252", "iso-8859-1", "iso-8859-15", "utf-16", "mac_roman", "shift_jis", "gb18030"]
_HEADER = {
    "detect": ("Detect", None),
    "yes": ("The first row is the header", True),
    "no": ("The first row is data", False),
}


def draw_table() -> DatasetRecord | None:
    """The ways to begin, or the chosen table; None until there is one."""
    state = app_state()
    read_upload()
    if state.table is None:
        draw_offer("transform")
    if state.added_to:
        _draw_added(state.added_to)
    if state.problem:
        st.error(words.plain(state.problem.remedy), title=words.plain(state.problem.cause))
    if state.table is None:
        draw_start()
        return None
    st.subheader("1 · Your table", anchor=False)
    _draw_chosen(state.table)
    return state.table


def _draw_added(run_id: str) -> None:
    with st.container(key="transform_added"):
        st.info(
            "Upload the newer version of the file. Rows that ask the same as before take their answers over from run "
            f"{words.plain(run_id)}; only new or changed rows are asked.",
            title="Only the added rows",
            icon=":material/playlist_add:",
        )
        st.button(
            "Ask every row instead",
            key="transform_added_off",
            icon=":material/undo:",
            on_click=_forget_added,
            type="tertiary",
        )


def _forget_added() -> None:
    app_state().added_to = None
    keep_address()


def _draw_chosen(table: DatasetRecord) -> None:
    info = table.info
    size = f"{words.rows_words(info.rows)} × {len(info.columns):,} column{'' if len(info.columns) == 1 else 's'}"
    with st.container(key="transform_table"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{words.plain(table.filename)}** · {size}", width="stretch")
            with st.container(key="transform_another", width="content"):
                _draw_another(table)
            with st.popover(
                "Read it differently", icon=":material/tune:", key="transform_differently", type="tertiary"
            ):
                _draw_options(table)
        for notice in info.notices:
            st.info(words.plain(notice))
        # Above the table: the tools that the browser shows over its edge must not cover a button.
        st.caption(f"Tick rows to preview just those. {_detected(table)}")
        _draw_rows(table)


def _draw_another(table: DatasetRecord) -> None:
    """The other tables, named after this one: with another it is another popover, and closed."""
    with st.popover(
        "Another table", icon=":material/folder_open:", key=f"transform_another_{table.id}", type="tertiary"
    ):
        draw_upload_field("Upload another table", folded=True)
        draw_sample_field()


def _detected(table: DatasetRecord) -> str:
    info = table.info
    parts = [info.format.upper()]
    if info.encoding:
        parts.append(f"letters as {info.encoding}")
    if info.delimiter:
        parts.append(f"cells separated by {_DELIMITERS.get(info.delimiter, info.delimiter)}")
    if info.sheet:
        parts.append(f"sheet {info.sheet}")
    if info.header is not None:
        parts.append("first row is the header" if info.header else "no header, columns are numbered")
    return words.plain("Detected: " + ", ".join(parts) + ".")


@st.fragment
def _draw_rows(table: DatasetRecord) -> None:
    pages = max(1, math.ceil(table.info.rows / PAGE_ROWS))
    key = f"transform_page_{table.id}"  # another table begins at its first page; the pages can't be given a value
    found = held(key)
    place = found if isinstance(found, int) else 1
    rows = datasets.rows_of(table.id, (place - 1) * PAGE_ROWS, PAGE_ROWS)
    names = [column.name for column in table.info.columns[:_SHOWN_COLUMNS]]
    frame = pd.DataFrame({name: [shown_cell(row.get(name)) for row in rows] for name in names})
    frame.index = pd.RangeIndex((place - 1) * PAGE_ROWS + 1, (place - 1) * PAGE_ROWS + 1 + len(rows), name="Row")
    height = 38 + 35 * max(1, min(len(rows), 6))
    start = (place - 1) * PAGE_ROWS
    put(_ROWS, {"selection": {"rows": ticked_before(start, len(rows)), "columns": [], "cells": []}})
    st.dataframe(
        frame,
        height=height,
        hide_index=False,
        placeholder="",
        key=_ROWS,
        on_select=lambda: _take_ticks(table, start, len(rows)),
        selection_mode="multi-row",
        alt=f"Rows of {table.filename}",
    )
    if len(table.info.columns) > len(names):
        st.caption(f"The first {len(names)} of {len(table.info.columns):,} columns are shown here.")
    if pages > 1:
        st.pagination(pages, key=key)
    app_state().finish()  # ticks change what stands below


def _take_ticks(table: DatasetRecord, start: int, count: int) -> None:
    """The ticked rows are what a preview asks, and the newest is the one whose messages are shown."""
    found = held(_ROWS)
    ticked = [int(row) for row in found["selection"]["rows"]] if isinstance(found, dict) else []
    new = set(ticked) - set(ticked_before(start, count))
    tick(table, start, count, ticked)
    if new:
        put(ROW, start + max(new) + 1)
    app_state().again = True


def _draw_options(table: DatasetRecord) -> None:
    info = table.info
    sheet = encoding = delimiter = None
    with st.form("transform_reading", border=False):
        with st.grid(3, min_column_width=220):
            if info.sheets:
                seed("transform_sheet", info.sheet if info.sheet in info.sheets else info.sheets[0])
                sheet = st.selectbox("Sheet", info.sheets, key="transform_sheet")
            if info.format in {"csv", "tsv"}:
                encoding, delimiter = _draw_text_options(info)
            seed("transform_header", "detect")
            header = st.selectbox(
                "Header", list(_HEADER), format_func=lambda it: _HEADER[it][0], key="transform_header"
            )
        again = st.form_submit_button("Read again", key="transform_read_again", icon=":material/refresh:")
    if again:
        _read_again(table, sheet=sheet, encoding=encoding, delimiter=delimiter, header=_HEADER[header or "detect"][1])


def _draw_text_options(info: TableInfo) -> tuple[str | None, str | None]:
    seed("transform_encoding", None)
    seed("transform_delimiter", None)
    encoding = st.selectbox(
        "How letters are stored, if they look wrong",
        _ENCODINGS,
        index=None,
        placeholder=f"Detected: {info.encoding}",
        accept_new_options=True,
        key="transform_encoding",
        help="The file's encoding. Files from older programs on Windows often need windows-1252.",
    )
    delimiter = st.selectbox(
        "Cells are separated by",
        list(_DELIMITERS),
        index=None,
        format_func=lambda sign: _DELIMITERS.get(sign, sign),
        placeholder=f"Detected: {_DELIMITERS.get(info.delimiter or '', info.delimiter or '')}",
        accept_new_options=True,
        key="transform_delimiter",
    )
    return encoding, delimiter


def _read_again(
    table: DatasetRecord, *, sheet: str | None, encoding: str | None, delimiter: str | None, header: bool | None
) -> None:
    options = ParseOptions(sheet=sheet or table.options.sheet, encoding=encoding, delimiter=delimiter, header=header)
    try:
        with st.spinner("Reading the table …"):
            choose(datasets.read_differently(table, options))
    except HandaiError as error:
        st.error(words.plain(error.remedy), title=words.plain(error.cause))
        return
    st.rerun()
