"""Bars of what was got beside what was asked for, readable on a telephone."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

MOST_BARS = 20
_GOT, _ASKED = "got", "asked for"
_BAR, _CHOICE_BAR = 16, 22  # pixels; what is clicked is higher
_CARD, _LAST_LABEL = 160, 28  # cards of a row are as high as each other; half of the last label stands beyond its bar


def draw_bars(key: str, bars: Sequence[tuple[str, float, float | None]], alt: str, *, lying: bool) -> None:
    """Bars of (label, share got, share asked for): lying ones for long labels, standing ones in order for a spread."""
    if not bars:
        return
    asked = any(wanted is not None for _, _, wanted in bars)
    values = [{"label": label, "which": _GOT, "share": got} for label, got, _ in bars]
    values += [{"label": label, "which": _ASKED, "share": wanted} for label, _, wanted in bars if wanted is not None]
    share = {"field": "share", "type": "quantitative", "axis": {"format": "%", "title": None, "tickCount": 4}}
    label = {
        "field": "label",
        "type": "ordinal",
        "sort": None,
        "axis": {"title": None, "labelLimit": 140, "labelOverlap": not lying, "labelAngle": 0},
    }
    encoding: dict[str, Any] = {"y": label, "x": share} if lying else {"x": label, "y": share}
    if asked:
        encoding["yOffset" if lying else "xOffset"] = {"field": "which", "sort": [_ASKED, _GOT]}
        legend = {"orient": "top", "title": None}
        encoding["color"] = {"field": "which", "type": "nominal", "sort": [_GOT, _ASKED], "legend": legend}
    height = 40 + len(bars) * _BAR * (2 if asked else 1) if lying else 170
    chart = {"mark": {"type": "bar"}, "encoding": encoding, "data": {"values": values}, "height": height}
    st.vega_lite_chart(spec=chart, key=key, alt=alt, width="stretch")


def choice_bars(bars: Sequence[tuple[str, int, str, bool]], *, lying: bool) -> dict[str, Any]:
    """The chart of bars (label, rows, choice, whether it is chosen); a click picks one by its choice."""
    any_chosen = any(chosen for *_, chosen in bars)
    values = [
        {"place": place, "label": label, "rows": rows, "choice": choice, "faint": any_chosen and not chosen}
        for place, (label, rows, choice, chosen) in enumerate(bars)
    ]
    rows = {"field": "rows", "type": "quantitative", "axis": {"title": None, "tickCount": 3, "format": "~s"}}
    label = {
        "field": "label",
        "type": "ordinal",
        "sort": {"field": "place"},
        "axis": {"title": None, "labelLimit": 130, "labelOverlap": not lying, "labelAngle": 0},
    }
    encoding: dict[str, Any] = {"y": label, "x": rows} if lying else {"x": label, "y": rows}
    encoding["opacity"] = {"condition": {"test": "datum.faint", "value": 0.35}, "value": 1}
    encoding["tooltip"] = [
        {"field": "label", "type": "nominal", "title": "Value"},
        {"field": "rows", "type": "quantitative", "title": "Rows", "format": ","},
    ]
    return {
        "mark": {"type": "bar", "cursor": "pointer"},
        "params": [{"name": "pick", "select": {"type": "point", "fields": ["choice"]}}],
        "encoding": encoding,
        "data": {"values": values},
        "height": max(_CARD, 50 + len(bars) * _CHOICE_BAR) if lying else _CARD,
        "padding": {"left": 4, "top": 4, "bottom": 4, "right": 4 if lying else _LAST_LABEL},
    }
