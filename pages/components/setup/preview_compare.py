"""A preview beside an earlier one: what was asked differently, how many cells changed, and which."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import pandas as pd
import streamlit as st

from engine.prompts import columns_sent
from engine.spec import TransformInput
from engine.tables import Cell
from handai_db import RunRecord
from handai_errors import HandaiError
from pages.components import words
from pages.components.run_frames import ROW, shown_cell
from pages.components.state import PreviewMade, held
from services.comparing.preview_pairs import Pair, PairedRow, asked_differently, in_words, pair
from services.running import runs

CHANGED = "Changed"
_ALONE = ""
_ROW_HEIGHT = 77  # four whole lines of text
_WIDTHS, _WIDEST = ((8, 110), (14, 150), (40, 190)), 300  # characters that fit, and pixels
_LONG = 110  # characters that three lines of a wide cell still show
_NEW, _OLD = "background-color: rgba(200, 119, 43, 0.28)", "background-color: rgba(128, 128, 128, 0.14)"


def choose_earlier(prefix: str, made: PreviewMade, earlier: Sequence[PreviewMade]) -> tuple[str, RunRecord] | None:
    """An earlier preview to compare with, by its name: the one before unless a person says otherwise."""
    found = dict(_named(earlier))
    if not found:
        return None
    options = [*reversed(found), _ALONE]
    key = f"{prefix}_compare_{made.run_id}"
    chosen = st.selectbox(
        "Compare with",
        options,
        format_func=lambda name: _label(name, found[name]) if name else "Nothing",
        key=key,
        width=320,
    )
    return (chosen, found[chosen]) if chosen in found and chosen != _ALONE else None


def draw_pair(prefix: str, newer: RunRecord, name: str, older: RunRecord) -> None:
    """Both previews' answers row by row, the newer one's first; what changed is coloured and named."""
    found = pair(newer, older)
    with st.container(key=f"{prefix}_pair", gap="small"):
        differing = words.plain(in_words(asked_differently(newer.spec, older.spec)))
        if not found.rows or not found.columns:
            st.caption(differing)
            nothing = "They asked different rows." if not found.rows else "They fill different columns."
            st.info(f"{nothing} There is nothing to compare cell by cell.")
            return
        st.markdown(f"**{_count(found)}** since {words.plain(name)}. :gray[{differing}]")
        _draw_table(prefix, found, newer, name)
        _draw_closely(prefix, found, name)


def pair_frame(found: Pair, record: RunRecord, name: str) -> pd.DataFrame:
    """Each column beside what it was, then what the model saw."""
    data: dict[str, list[object]] = {ROW: [row.index + 1 for row in found.rows]}
    data[CHANGED] = [_changed(row, found.columns) for row in found.rows]
    for column in found.columns:
        data[column] = [_told(row.now[column]) for row in found.rows]
        data[_before(column, name)] = [_told(row.before[column]) for row in found.rows]
    for seen in _seen(record, found.rows):
        data.setdefault(seen, [_told(row.cells.get(seen)) for row in found.rows])
    return pd.DataFrame(data)


def _changed(row: PairedRow, columns: Sequence[str]) -> str:
    if not row.ended:
        return "…"
    return "yes" if row.changed and len(columns) == 1 else ", ".join(row.changed)


def _draw_table(prefix: str, found: Pair, record: RunRecord, name: str) -> None:
    frame = pair_frame(found, record, name)
    styles = pd.DataFrame("", index=frame.index, columns=frame.columns)
    for place, row in enumerate(found.rows):
        for column in row.changed:
            styles.loc[place, column], styles.loc[place, _before(column, name)] = _NEW, _OLD
    st.dataframe(
        frame.style.apply(lambda _: styles, axis=None),
        key=f"{prefix}_pair_table",
        hide_index=True,
        height=38 + _ROW_HEIGHT * min(len(frame), 8),
        row_height=_ROW_HEIGHT,
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            ROW: st.column_config.NumberColumn(width=60, pinned=True),
            CHANGED: st.column_config.TextColumn(width=80 if len(found.columns) == 1 else 120),
            **{name: st.column_config.TextColumn(width=fitting_width(frame[name])) for name in frame.columns[2:]},
        },
        alt=f"Answers of this preview beside those of {name}; changed cells are coloured",
    )


def fitting_width(cells: "pd.Series[str]") -> int:
    """Room for what is in a column; wrapped text needs more."""
    longest = int(cells.str.len().max())
    return next((pixels for letters, pixels in _WIDTHS if longest <= letters), _WIDEST)


def _told(cell: Cell) -> str:
    """A cell in words; a list without its brackets."""
    if isinstance(cell, list) and all(isinstance(item, str | int | float) for item in cell):
        return ", ".join(str(item) for item in cell)
    return shown_cell(cell) or ""


def _draw_closely(prefix: str, found: Pair, name: str) -> None:
    """One row with its texts whole: the one that is ticked, or the first that changed where a cell can't show it."""
    row = _looked_at(prefix, found)
    if row is None:
        return
    with st.container(border=True, key=f"{prefix}_pair_row", gap="small"):
        st.caption(f"Row {row.index + 1:,} in full. Tick another row above to see that one.")
        for column in found.columns:
            here, there = st.columns(2)
            mark = ":orange-badge[changed]" if column in row.changed else ""
            with here:
                st.markdown(f"**{words.plain(column)}** {mark}")
                st.text(_told(row.now[column]) or "—")
            with there:
                st.caption(words.plain(_before(column, name)))
                st.text(_told(row.before[column]) or "—")


def _looked_at(prefix: str, found: Pair) -> PairedRow | None:
    held_now = held(f"{prefix}_pair_table")
    ticked: list[int] = held_now["selection"]["rows"] if isinstance(held_now, dict) else []
    if ticked and ticked[0] < len(found.rows):
        return found.rows[ticked[0]]
    long = (row for row in found.rows if row.changed and any(len(str(row.now[name] or "")) > _LONG for name in row.now))
    return next(long, None)


def _count(found: Pair) -> str:
    if not found.changed:
        return f"None of {found.cells:,} cells changed" if found.cells else "Nothing to compare yet"
    return f"{found.changed:,} of {found.cells:,} cell{'' if found.cells == 1 else 's'} changed"


def _before(column: str, name: str) -> str:
    return f"{column} · {name}"


def _named(earlier: Sequence[PreviewMade]) -> list[tuple[str, RunRecord]]:
    """The earlier previews that are still there, by the number that each had when it was made."""
    found = []
    for number, made in enumerate(earlier, start=1):
        with suppress(HandaiError):  # previews go after a day
            found.append((f"Preview {number}", runs.get(made.run_id)))
    return found


def _label(name: str, record: RunRecord) -> str:
    made = datetime.fromtimestamp(record.created_at).astimezone()
    return f"{name} · {record.model} · {made:%H:%M:%S}"


def _seen(record: RunRecord, rows: Sequence[PairedRow]) -> list[str]:
    source = record.spec.input
    chosen = source.columns if isinstance(source, TransformInput) and source.columns is not None else None
    sent = columns_sent(record.spec.prompt, tuple(rows[0].cells) if chosen is None else chosen)
    return [name for name in sent if name in rows[0].cells]
