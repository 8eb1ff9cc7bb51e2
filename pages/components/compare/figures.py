"""What compared runs came to, and how far they agree, each figure with what it means."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pages.components import words
from pages.components.compare.choice import LETTERS
from pages.components.history_words import started
from services.comparing.agreement import Agreement, kappa_words
from services.comparing.compare import Comparison, Side


def draw_figures(sides: Sequence[Side]) -> None:
    """Rows, cost, tokens, times and failures, a column for each run."""
    st.subheader("What each run came to", anchor=False)
    told = [_figures(side) for side in sides]
    frame = pd.DataFrame(dict(zip(LETTERS, told, strict=False)))
    with st.container(key="compare_figures"):
        st.table(frame, border="horizontal", alt="What each run came to: rows, cost, tokens and times")


def _figures(side: Side) -> dict[str, str]:
    view, record = side.view, side.record
    known = view.damage is None
    prompt, completion = view.tokens
    said = {
        "Status": words.STATUS_LABELS[record.status],
        "Model": record.model,
        "Provider": words.provider_name(record.provider),
        "Started": f"{started(record):%Y-%m-%d %H:%M}",
        "Rows done": f"{view.done:,} of {record.total:,}" if known else words.UNKNOWN,
        "Failed": f"{view.failed:,}" if known else words.UNKNOWN,
        "Cost": words.cost(view.cost_usd, complete=view.cost_complete),
        "Tokens in": words.count(prompt),
        "Tokens out": words.count(completion),
        "Half of the answers within": words.duration(side.p50_s),
        "95 % of the answers within": words.duration(side.p95_s),
        "Took": words.duration(view.duration_s),
    }
    return {name: words.plain(value) for name, value in said.items()}


def draw_agreement(found: Comparison, letters: Sequence[str]) -> None:
    """How far the answers agree, column by column."""
    st.subheader("Agreement", anchor=False)
    if not found.columns:
        st.info("The runs fill no column of the same name, so their answers can't be held against each other.")
        return
    with st.grid(3, min_column_width=280, key="compare_agreement"):
        for place, column in enumerate(found.columns):
            with st.container(border=True, key=f"compare_column_{place}", gap="xsmall"):
                st.markdown(f"**{words.plain(column)}**")
                for agreement, letter in zip(found.agreements[column], letters[1:], strict=False):
                    _draw_one(agreement, f"{letters[0]} and {letter}", alone=len(letters) == 2)


def _draw_one(agreement: Agreement, pair: str, *, alone: bool) -> None:
    share = agreement.share
    label = "Equal cells" if alone else f"Equal cells, {pair}"
    st.metric(label, words.UNKNOWN if share is None else percent(share))
    st.caption(_counts(agreement))
    if agreement.kappa is not None:
        st.caption(kappa_words(agreement.kappa))
    for here, there, rows in agreement.changes:
        st.caption(f"{words.plain(here)} → {words.plain(there)}: {words.rows_words(rows)}")


def _counts(agreement: Agreement) -> str:
    both = f"{agreement.equal:,} of {words.rows_words(agreement.compared)} that both answered"
    return f"{both}; {words.rows_words(agreement.one_only)} answered by only one" if agreement.one_only else both


def percent(share: float) -> str:
    """A share in whole percent; what is not all is never said to be, nor what is not nothing."""
    if 0 < share < 0.01:
        return "under 1 %"
    return f"{int(share * 100)} %" if share > 0.99 else f"{share * 100:.0f} %"
