"""A preview, filling in below the buttons: its rows, its errors, and what it took."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from engine.spec import NO_MODEL, TransformInput
from handai_errors import NotFoundError
from pages.components import words
from pages.components.run_errors import draw_errors
from pages.components.run_frames import ROW, STATUS, result_frame
from pages.components.run_links import link
from pages.components.scrolling import scroll_here
from pages.components.setup.preview_compare import choose_earlier, draw_pair, fitting_width
from pages.components.state import PreviewMade
from services.results import inspect
from services.running import runs
from services.running.views import RunView

OLDER = "made with older settings"
_EVERY_S = 0.25
_ROW_HEIGHT = 77  # four whole lines of text; in lower rows a line is cut, or they don't wrap


@dataclass(frozen=True, slots=True)
class Shown:
    """What a panel shows: a preview, and those before it; `rows` are those of the whole table.

    `older` says why its answers are not those of the settings as they are now; `more` draws what else can be done.
    """

    made: PreviewMade
    rows: int
    older: str | None = None
    earlier: Sequence[PreviewMade] = ()
    more: Callable[[], None] | None = None


def draw_preview_panel(prefix: str, shown: Shown) -> None:
    """One preview, beside an earlier one if there is any."""
    try:
        live = runs.get(shown.made.run_id).status.is_live
    except NotFoundError:
        return
    st.fragment(_panel, run_every=_EVERY_S if live else None)(prefix, shown, was_live=live)
    scroll_here(f"{prefix}_preview_panel")


def _panel(prefix: str, shown: Shown, *, was_live: bool) -> None:
    view = runs.view(shown.made.run_id)
    if was_live and not view.status.is_live:
        st.rerun()
    with st.container(border=True, key=f"{prefix}_preview_panel"):
        _draw_head(view, shown)
        _draw_answers(prefix, view, shown)
        if view.damage or (view.record.cause and not view.errors):
            st.error(words.plain(view.damage or f"{view.record.cause} {view.record.remedy or ''}"))
        if view.status.is_live:
            st.button(
                "Stop", key=f"{prefix}_preview_stop", on_click=_stop, args=(shown.made.run_id,), icon=":material/stop:"
            )
        else:
            if view.record.provider != NO_MODEL.provider:
                _draw_took(view)
            if isinstance(view.record.spec.input, TransformInput) and view.done:
                link(
                    "run",
                    "Correct or approve these answers",
                    key=f"{prefix}_preview_correct",
                    icon=":material/edit:",
                    query={"run": view.record.id},
                )
            if shown.more is not None:
                shown.more()
        draw_errors(view.errors)


def _draw_answers(prefix: str, view: RunView, shown: Shown) -> None:
    chosen = choose_earlier(prefix, shown.made, shown.earlier)
    if chosen is None:
        _draw_rows(prefix, view)
    else:
        draw_pair(prefix, view.record, *chosen)


def _draw_rows(prefix: str, view: RunView) -> None:
    frame = result_frame(inspect.page(view.record, 0, view.record.total), view.record)
    st.dataframe(
        frame,
        hide_index=True,
        height=38 + _ROW_HEIGHT * max(1, min(view.record.total, 8)),
        placeholder="",
        key=f"{prefix}_preview_table",
        row_height=_ROW_HEIGHT,
        column_config={
            ROW: st.column_config.NumberColumn(width=60),
            STATUS: st.column_config.TextColumn(width=110),
            **{name: st.column_config.TextColumn(width=_width(frame, name)) for _, name in view.outputs},
        },
        alt="The preview's rows with their answers",
    )


def _width(frame: pd.DataFrame, name: str) -> int | None:
    return fitting_width(frame[name].fillna("").astype(str)) if name in frame and len(frame) else None


def _stop(run_id: str) -> None:
    runs.stop(run_id)


def _draw_head(view: RunView, shown: Shown) -> None:
    line = words.status_line(view)
    number = f" {len(shown.earlier) + 1}" if shown.earlier else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**Preview{number}** · {words.plain(line.title) if not view.status.is_live else 'asking …'}")
        if view.record.provider == "demo":
            st.badge("offline demo, no AI", color="violet")
        elif shown.earlier:
            st.badge(words.plain(view.record.model), color="gray")
        if shown.older:
            st.badge(words.plain(shown.older), color="orange")


def _draw_took(view: RunView) -> None:
    sent, answered = view.tokens
    tokens = words.UNKNOWN if sent is None else f"{words.count(sent)} + {words.count(answered)}"
    said = f"This preview took {tokens} tokens, cost {words.cost(view.cost_usd, complete=view.cost_complete)}."
    st.caption(words.plain(said))
