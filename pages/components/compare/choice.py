"""Which runs stand side by side; the address says it, so that a comparison can be kept and shared."""

from collections import Counter
from collections.abc import Iterable, Sequence

import streamlit as st

from engine.spec import TransformInput
from handai_db import RunFilter, RunRecord
from pages.components import words
from pages.components.history_words import started
from pages.components.run_links import link
from pages.components.state import held, put
from services.comparing import compare
from services.past import history

LETTERS = "ABCDEF"
_KEY = "compare_runs"
_MOST_OFFERED = 6


def ask_runs() -> tuple[RunRecord, ...]:
    """The chosen runs, in the order in which they were chosen; raises HandaiError when they can't stand together."""
    asked = [part for part in st.query_params.get("runs", "").split(",") if part]
    records = compare.named(asked)
    options = {record.id: record for record in (*records, *_candidates(records))}
    labels = _labels(options.values())
    put(_KEY, [record.id for record in records])
    st.multiselect(
        "Runs",
        list(options),
        format_func=lambda run_id: labels[run_id],
        key=_KEY,
        on_change=_keep_in_address,
        max_selections=compare.MOST_RUNS,
        placeholder="Choose runs over one table",
        help="The first one is A: the others are held against it.",
    )
    if records:
        _draw_legend(records)
    return records


def draw_others(records: Sequence[RunRecord], others: Sequence[RunRecord]) -> None:
    """The newest runs over the same table, each one press away."""
    labels = _labels((*records, *others))
    for other in others[:_MOST_OFFERED]:
        st.button(
            f"Compare with {words.plain(labels[other.id])}",
            key=f"compare_with_{other.id}",
            icon=":material/compare_arrows:",
            on_click=_choose,
            args=([record.id for record in records], other.id),
        )


def _choose(chosen: Sequence[str], other: str) -> None:
    st.query_params["runs"] = ",".join((*chosen, other))


def _candidates(records: Sequence[RunRecord]) -> tuple[RunRecord, ...]:
    if records:
        return compare.comparable(records[0])
    return tuple(found for found in history.list_runs(RunFilter()) if isinstance(found.spec.input, TransformInput))


def _labels(records: Iterable[RunRecord]) -> dict[str, str]:
    """What each run is called; never the same for two, for the widget tells its options apart by that."""
    named = {record.id: f"{record.name} · {record.model} · {started(record):%Y-%m-%d %H:%M}" for record in records}
    times = Counter(named.values())
    return {run_id: f"{name} · {run_id}" if times[name] > 1 else name for run_id, name in named.items()}


def _keep_in_address() -> None:
    chosen = held(_KEY)
    if isinstance(chosen, list) and chosen:
        st.query_params["runs"] = ",".join(chosen)
    elif "runs" in st.query_params:
        del st.query_params["runs"]


def _draw_legend(records: Sequence[RunRecord]) -> None:
    """Which letter is which run."""
    with st.container(horizontal=True, key="compare_legend"):
        for letter, record in zip(LETTERS, records, strict=False):
            name = f"**{letter}** · {words.plain(record.name)}"
            link("run", name, key=f"compare_open_{record.id}", icon=":material/table_view:", query={"run": record.id})
