"""What all runs come to: a chart by month and a table by month, provider or model."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from handai_db import Total
from pages.components import words
from pages.components.history_words import runs_words
from services.past import totals
from services.past.totals import By

_MEASURES = ("Cost", "Tokens", "Rows", "Runs")
_LABELS: dict[By, str] = {"month": "Month", "provider": "Provider", "model": "Model"}
_MOST_COLOURS = 8
_OTHERS = "others"


def draw_totals() -> None:
    """The totals section, drawn when it is opened."""
    section = st.expander("Totals", key="history_totals", icon=":material/bar_chart:", on_change="rerun")
    if not section.open:
        return
    with section:
        found = totals.totals()
        whole = totals.sum_of(found)
        if whole is None:
            st.caption("There is nothing to add up yet.")
            return
        _draw_whole(whole)
        measure = st.segmented_control(
            "What the chart shows", _MEASURES, default=_MEASURES[0], required=True, key="history_totals_measure"
        )
        _draw_chart(found, measure or _MEASURES[0])
        way = st.segmented_control(
            "Added up by",
            totals.WAYS,
            default="month",
            required=True,
            format_func=lambda way: _LABELS[way],
            key="history_totals_by",
        )
        _draw_table(totals.totals_by(found, way or "month"), way or "month")
        st.caption("Of the runs that are in the history: deleted runs and previews are not counted.")


def _draw_whole(whole: Total) -> None:
    cost = words.cost(whole.cost_usd, complete=not whole.cost_unknown)
    with st.container(key="history_totals_whole"):
        st.markdown(
            f"**{runs_words(whole.runs)}** · {words.rows_words(whole.rows)} answered · {words.plain(_tokens(whole))} "
            f"tokens · **{words.plain(cost)}**"
        )
    if whole.cost_unknown:
        known = "is" if whole.cost_unknown == 1 else "are"
        st.caption(f"The cost of {runs_words(whole.cost_unknown)} {known} not wholly known.")


def _tokens(total: Total) -> str:
    if total.prompt_tokens is None:
        return words.UNKNOWN
    known = words.count(total.prompt_tokens + (total.completion_tokens or 0))
    return f"at least {known}" if total.tokens_unknown else known


def _draw_chart(found: Sequence[Total], measure: str) -> None:
    values = _values(found, measure)
    if not values:
        is_known = any(_amount(total, measure) is not None for total in found)
        st.caption(f"No {measure.lower()} to show: it is nothing for every run." if is_known else "It is not known.")
        return
    title = "US dollars" if measure == "Cost" else measure
    chart: dict[str, Any] = {
        "mark": {"type": "bar", "width": {"band": 0.5}},
        "data": {"values": values},
        "height": 220,
        "encoding": {
            "x": {"field": "month", "type": "ordinal", "axis": {"title": None, "labelAngle": 0, "labelOverlap": True}},
            "y": {"field": "amount", "type": "quantitative", "axis": {"title": title, "tickCount": 4}},
            "color": {"field": "model", "type": "nominal", "legend": {"orient": "bottom", "title": None, "columns": 2}},
        },
    }
    st.vega_lite_chart(
        spec=chart, key="history_totals_chart", width="stretch", alt=f"{measure} by month, a colour for each model"
    )


def _values(found: Sequence[Total], measure: str) -> list[dict[str, object]]:
    """The bars: a model's part of a month; the smaller models of many are one."""
    amounts = [(total, amount) for total in found if (amount := _amount(total, measure))]
    sizes: dict[str, float] = {}
    for total, amount in amounts:
        sizes[total.model] = sizes.get(total.model, 0) + amount
    named = set(sorted(sizes, key=lambda model: -sizes[model])[:_MOST_COLOURS])
    return [
        {"month": total.month, "model": total.model if total.model in named else _OTHERS, "amount": amount}
        for total, amount in amounts
    ]


def _amount(total: Total, measure: str) -> float | None:
    if measure == "Cost":
        return total.cost_usd
    if measure == "Tokens":
        return None if total.prompt_tokens is None else total.prompt_tokens + (total.completion_tokens or 0)
    return total.rows if measure == "Rows" else total.runs


def _draw_table(found: Sequence[Total], way: By) -> None:
    frame = pd.DataFrame(
        {
            _LABELS[way]: [_name(total, way) for total in found],
            "Runs": [total.runs for total in found],
            "Rows": [total.rows for total in found],
            "Tokens": [_tokens(total) for total in found],
            "Cost": [words.cost(total.cost_usd, complete=not total.cost_unknown) for total in found],
        }
    )
    with st.container(key="history_totals_table"):
        st.dataframe(
            frame, key=f"history_totals_table_{way}", hide_index=True, alt=f"Runs, rows, tokens and cost by {way}"
        )


def _name(total: Total, way: By) -> str:
    if way == "month":
        return total.month
    provider = words.provider_name(total.provider)
    return provider if way == "provider" else f"{total.model} ({provider})"
