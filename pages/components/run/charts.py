"""A run in four quiet charts: rows, tokens and cost over time, and how long its answers took."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from handai_errors import HandaiError
from pages.components import words
from services.results.charts import Charts, Latency, Point, charts_of
from services.results.facet_choice import range_words
from services.running.views import RunView

_HEIGHT = 230
_MARK = "#cf7a2a"  # stands out from bars and ground, in light and dark
_MINUTES_FROM_S, _HOURS_FROM_S = 180, 3 * 3600


def draw_charts(view: RunView) -> None:
    """The charts as far as the run has come; summed when they are looked at."""
    if not view.done and not view.failed:
        st.caption("No row has ended yet, so there is nothing to draw.")
        return
    try:
        with st.spinner("Summing up …"):
            found = charts_of(view.record)
    except HandaiError as error:
        st.error(words.error_words(error), title="The charts can't be drawn")
        return
    with st.grid(2, min_column_width=320):
        with _card():
            _draw_rows(view, found)
        if found.latency:
            with _card():
                _draw_latency(found.latency)
        if any(point.prompt_tokens or point.completion_tokens for point in found.points):
            with _card():
                _draw_tokens(view, found)
        if view.cost_usd:
            with _card():
                _draw_cost(view, found)


def _card() -> Any:  # noqa: ANN401 Streamlit's container
    return st.container(border=True, gap="xsmall", height="stretch")


def _draw_rows(view: RunView, found: Charts) -> None:
    st.markdown("**Rows over time**")
    series = {"done": [point.done for point in found.points], "failed": [point.failed for point in found.points]}
    said = f"{view.done:,} done, {view.failed:,} failed in {words.duration(view.duration_s)}"
    _draw_bars("run_chart_rows", found.points, {name: n for name, n in series.items() if any(n)}, said)
    st.caption(f"{said}. Pauses are left out.")


def _draw_tokens(view: RunView, found: Charts) -> None:
    st.markdown("**Tokens over time**")
    series = {
        "sent": [point.prompt_tokens for point in found.points],
        "answered": [point.completion_tokens for point in found.points],
    }
    sent, answered = view.tokens
    said = f"{words.count(sent)} sent, {words.count(answered)} answered"
    _draw_bars("run_chart_tokens", found.points, series, said)
    st.caption(f"{said}.")


def _draw_cost(view: RunView, found: Charts) -> None:
    st.markdown("**Cost so far**")
    said = words.cost(view.cost_usd, complete=view.cost_complete)
    unit, size = _unit(found.points)
    values = [{"time": 0.0, "usd": 0.0}]
    values += [{"time": point.end_s / size, "usd": point.cost_usd} for point in found.points]
    spec = {
        "mark": {"type": "area", "line": True, "opacity": 0.25},
        "encoding": {
            "x": _time(unit),
            "y": {"field": "usd", "type": "quantitative", "axis": {"title": None, "format": "$~g", "tickCount": 4}},
            "tooltip": [{"field": "usd", "type": "quantitative", "title": "Paid by then", "format": "$.4f"}],
        },
        "data": {"values": values},
        "height": _HEIGHT,
    }
    st.vega_lite_chart(spec=spec, key="run_chart_cost", width="stretch", alt=f"What was paid over time, in all {said}")
    st.caption(f"{_first_up(said)} in all.")


def _draw_latency(found: Latency) -> None:
    st.markdown("**How long answers took**")
    bars = [
        {"label": f"{range_words(low, high, whole=False)} s", "from": low, "to": high, "answers": answers}
        for low, high, answers in found.bins
    ]
    x = {"field": "from", "type": "quantitative", "axis": {"title": "seconds", "grid": False, "tickCount": 6}}
    tooltip = [{"field": "label", "title": "Took"}, {"field": "answers", "title": "Answers", "format": ","}]
    marks = [(found.median_s, "half"), (found.slow_s, "95 %")]
    rule = {"x": {"field": "at", "type": "quantitative"}}
    spec = {
        "layer": [
            {
                "mark": {"type": "bar", "binSpacing": 1},
                "data": {"values": bars},
                "encoding": {
                    "x": {**x, "bin": "binned"},
                    "x2": {"field": "to"},
                    "y": {"field": "answers", "type": "quantitative", "axis": {"title": None, "format": "~s"}},
                    "tooltip": tooltip,
                },
            },
            {
                "data": {"values": [{"at": at, "said": said} for at, said in marks]},
                "layer": [
                    {"mark": {"type": "rule", "strokeDash": [4, 3], "size": 2, "color": _MARK}, "encoding": rule},
                    {
                        "mark": {"type": "text", "baseline": "bottom", "y": -2, "color": _MARK},
                        "encoding": {**rule, "text": {"field": "said", "type": "nominal"}},
                    },
                ],
            },
        ],
        "height": _HEIGHT,
    }
    said = f"half within {words.duration(found.median_s)}, 95 % within {words.duration(found.slow_s)}"
    st.vega_lite_chart(spec=spec, key="run_chart_latency", width="stretch", alt=f"How long answers took: {said}")
    st.caption(f"{_first_up(said)}; {found.answers:,} answer{'' if found.answers == 1 else 's'}.")


def _draw_bars(key: str, points: Sequence[Point], series: dict[str, list[int]], said: str) -> None:
    """Standing bars over time, the series on top of each other."""
    unit, size = _unit(points)
    values = [
        {"begin": point.begin_s / size, "end": point.end_s / size, "what": name, "amount": amounts[place]}
        for name, amounts in series.items()
        for place, point in enumerate(points)
    ]
    encoding: dict[str, Any] = {
        "x": {**_time(unit), "field": "begin", "bin": "binned"},
        "x2": {"field": "end"},
        "y": {"field": "amount", "type": "quantitative", "axis": {"title": None, "format": "~s", "tickCount": 4}},
        "color": {
            "field": "what",
            "type": "nominal",
            "sort": list(series),
            "legend": {"orient": "top", "title": None} if len(series) > 1 else None,
        },
        "tooltip": [{"field": "what", "title": "What"}, {"field": "amount", "title": "How many", "format": ","}],
    }
    spec = {"mark": {"type": "bar"}, "encoding": encoding, "data": {"values": values}, "height": _HEIGHT}
    st.vega_lite_chart(spec=spec, key=key, width="stretch", alt=f"Over time: {said}")


def _time(unit: str) -> dict[str, Any]:
    return {"field": "time", "type": "quantitative", "axis": {"title": unit, "grid": False, "tickCount": 6}}


def _unit(points: Sequence[Point]) -> tuple[str, float]:
    last = points[-1].end_s if points else 0.0
    if last >= _HOURS_FROM_S:
        return "hours", 3600.0
    return ("minutes", 60.0) if last >= _MINUTES_FROM_S else ("seconds", 1.0)


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]
