"""The newest preview, filling in below the buttons: its rows, its errors, and what the whole table would take."""

import streamlit as st

from handai_db import DatasetRecord
from handai_errors import NotFoundError
from pages.components import run_words as words
from pages.components.run_errors import draw_errors
from pages.components.run_frames import ROW, STATUS, result_frame
from pages.components.state import app_state
from services import inspect, runs
from services.estimates import whole_table
from services.transform_form import TransformForm, asked_now
from services.views import RunView

_EVERY_S = 0.25
_ROW_HEIGHT = 72  # three lines of text; lower rows would not wrap


def draw_preview(table: DatasetRecord, form: TransformForm) -> None:
    """The last preview over this table, if there is one."""
    made = app_state().preview_of(table.id)
    if made is None:
        return
    try:
        live = runs.get(made.run_id).status.is_live
    except NotFoundError:
        return
    older = made.asked != asked_now(form, table)
    st.fragment(_panel, run_every=_EVERY_S if live else None)(made.run_id, table.info.rows, older, was_live=live)


def _panel(run_id: str, rows: int, older: bool, *, was_live: bool) -> None:
    view = runs.view(run_id)
    if was_live and not view.status.is_live:
        st.rerun()
    with st.container(border=True, key="transform_preview_panel"):
        _draw_head(view, older=older)
        frame = result_frame(inspect.page(view.record, 0, view.record.total), view.record)
        st.dataframe(
            frame,
            hide_index=True,
            height=38 + _ROW_HEIGHT * max(1, min(view.record.total, 8)),
            placeholder="",
            key="transform_preview_table",
            row_height=_ROW_HEIGHT,
            column_config={
                ROW: st.column_config.NumberColumn(width=60),
                STATUS: st.column_config.TextColumn(width=110),
                **{name: st.column_config.TextColumn(width="large") for _, name in view.outputs},
            },
            alt="The preview's rows with their answers",
        )
        if view.damage or (view.record.cause and not view.errors):
            st.error(words.plain(view.damage or f"{view.record.cause} {view.record.remedy or ''}"))
        if view.status.is_live:
            st.button("Stop", key="transform_preview_stop", on_click=_stop, args=(run_id,), icon=":material/stop:")
        else:
            _draw_outlook(view, rows)
        draw_errors(view.errors)


def _stop(run_id: str) -> None:
    runs.stop(run_id)


def _draw_head(view: RunView, *, older: bool) -> None:
    line = words.status_line(view)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**Preview** · {words.plain(line.title) if not view.status.is_live else 'asking …'}")
        if view.record.provider == "demo":
            st.badge("offline demo, no AI", color="violet")
        if older:
            st.badge("made with older settings", color="orange")


def _draw_outlook(view: RunView, rows: int) -> None:
    whole = whole_table(view, rows)
    sent, answered = view.tokens
    tokens = words.UNKNOWN if sent is None else f"{words.count(sent)} + {words.count(answered)}"
    said = f"This preview: {tokens} tokens, cost {words.cost(view.cost_usd, complete=view.cost_complete)}."
    if whole.tokens is not None:
        price = "cost unknown" if whole.cost_usd is None else f"{words.cost(whole.cost_usd)}"
        said += f" All {words.rows_words(rows)}: about {words.count(whole.tokens)} tokens, about {price}."
    st.caption(words.plain(said))
