"""Which rows a preview asks: the first, random ones, or those ticked in the table or named by their numbers."""

from collections.abc import Sequence

import streamlit as st

from handai_db import DatasetRecord
from handai_errors import InputError
from pages.components import words
from pages.components.state import app_state, held, put, seed
from services.forms.preview_rows import PreviewFrom, as_numbers, picked_rows
from services.forms.transform_form import TransformForm, preview_places

_FROM, _COUNT, _SEED, _PICKED = (f"transform_preview_{name}" for name in ("from", "rows", "seed", "picked"))
_LABELS = {
    PreviewFrom.FIRST: "First rows",
    PreviewFrom.RANDOM: "Random rows",
    PreviewFrom.PICKED: "By hand",
}


def draw_preview_choice(table: DatasetRecord, form: TransformForm) -> TransformForm:
    """The form with the rows that a preview is to ask."""
    where, many = seed(_FROM, form.preview_from), seed(_COUNT, form.preview_rows)
    seed(_SEED, form.preview_seed)
    named = seed(_PICKED, form.preview_picked)
    with st.container(horizontal=True, key="transform_preview_choice"):
        chosen = PreviewFrom(
            st.segmented_control(
                "Preview on",
                list(_LABELS),
                default=where,
                format_func=lambda way: _LABELS[way],
                key=_FROM,
                required=True,
            )
            or PreviewFrom.FIRST
        )
        changes: dict[str, object] = {"preview_from": chosen}
        if chosen is PreviewFrom.PICKED:
            text = st.text_input("Row numbers", named, key=_PICKED, placeholder="3, 8-10", width=240)
            changes["preview_picked"] = text
        else:
            changes["preview_rows"] = int(st.number_input("How many", 1, 100, many, key=_COUNT, width=140))
        if chosen is PreviewFrom.RANDOM:
            changes["preview_seed"] = held(_SEED)
    form = form.model_copy(update=changes)
    _tell(table, form)
    return form


def rows_previewed(table: DatasetRecord, form: TransformForm, rows: int) -> int | None:
    """How many rows a preview would ask; None while none can be."""
    try:
        places = preview_places(form, table)
    except InputError:
        return None
    return min(form.preview_rows, rows) if places is None else len(places)


def ticked_before(start: int, count: int) -> list[int]:
    """Which rows of a page of the table are picked, by their place on it."""
    return [place - start for place in _picked() if start <= place < start + count]


def tick(table: DatasetRecord, start: int, count: int, ticked: Sequence[int]) -> None:
    """Pick the rows that were ticked on a page of the table, beside those of its other pages."""
    elsewhere = [place for place in _picked() if not start <= place < start + count]
    picked = [*elsewhere, *(start + place for place in ticked)]
    numbers = as_numbers(place for place in picked if place < table.info.rows)
    put(_PICKED, numbers)
    put(_FROM, PreviewFrom.PICKED if picked else PreviewFrom.FIRST)


def _picked() -> tuple[int, ...]:
    state = app_state()
    rows = state.table.info.rows if state.table else 0
    text = held(_PICKED) if not state.seeding else (state.form.preview_picked if state.form else "")
    try:
        return picked_rows(str(text or ""), rows)
    except InputError:
        return ()


def _draw_others() -> None:
    found = held(_SEED)
    put(_SEED, (found if isinstance(found, int) else 1) + 1)


def _tell(table: DatasetRecord, form: TransformForm) -> None:
    try:
        places = preview_places(form, table)
    except InputError as error:
        st.caption(f":orange[:material/touch_app:] {words.plain(f'{error.cause} {error.remedy}')}")
        return
    if form.preview_from is PreviewFrom.RANDOM and places:
        with st.container(horizontal=True, vertical_alignment="center"):
            rows = as_numbers(places)
            told = f"Rows {rows}, drawn by chance (draw {form.preview_seed}); they stay until you draw others."
            st.caption(told, width="content")
            st.button(
                "Draw others",
                key="transform_preview_draw",
                type="tertiary",
                icon=":material/refresh:",
                on_click=_draw_others,
            )
