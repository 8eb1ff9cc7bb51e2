"""What is shown of a run's rows: chosen here, kept in the address, said in one line, cleared with one press."""

from collections.abc import Callable, Sequence

import streamlit as st

from handai_db import RunRecord, Standing
from handai_errors import ErrorKind
from pages.components import words
from pages.components.address import keep_in_address
from pages.components.run_choice import begin_again
from pages.components.scrolling import scroll_here, scroll_later
from pages.components.state import held, put
from services.results import corrections
from services.results.facet_choice import Choice
from services.results.row_filters import ALL, APPROVED, ASIDE, CORRECTED, LOW, WAITING, RowFilter, low_scores
from services.running.views import RunView

_SHOW, _SEARCH, ONLY = "show", "search", "only."
PART = "run_filters"
# On a telephone both stand in one line, so that the table is on the first screen.
_ONE_LINE = f"""<style>
@media (max-width: 640px) {{
  .st-key-{PART} {{ flex-wrap: nowrap; gap: 0.5rem; width: 100%; }}
  .st-key-{PART} > * {{ flex: 1 1 0; min-width: 0; width: auto !important; }}
}}
</style>"""
_LABELS = {
    ALL: "All rows",
    Standing.DONE: "Done",
    Standing.FAILED: "Failed",
    WAITING: "Not run yet",
    Standing.REPAIRED: "Repaired",
    Standing.CACHED: "Asked before",
    Standing.STALE: "Stale: answered with older settings",
    Standing.SIMILAR: "With a similar row's answer",
    Standing.FALLBACK: "By a fallback model",
    Standing.MARKED: "Marked by a check",
    Standing.DROPPED: "Left out by a check",
    CORRECTED: "Corrected by you",
    APPROVED: "Approved by you",
    ASIDE: "Set aside",
    LOW: "Scored low by the judge",
}


def filter_of(view: RunView) -> RowFilter:
    """The filter that the address says, as far as it makes sense for this run."""
    said = st.query_params.get(_SHOW, ALL)
    kind = said if said in set(ErrorKind) else None
    choices = []
    for key, _ in view.outputs:
        choice = Choice.read(st.query_params.get(f"{ONLY}{key}", ""))
        choices += [(key, choice)] if choice is not None else []
    show = Standing.FAILED if kind else said if said in _LABELS else ALL
    return RowFilter(str(show), kind, tuple(choices), st.query_params.get(_SEARCH, "").strip())


def draw_filters(view: RunView, wanted: RowFilter) -> None:
    """Which rows by how they stand, and a search."""
    now = wanted.kind or wanted.show
    put("run_show", now)
    put("run_search", wanted.search)
    labels = _labels(view, now)
    st.html(_ONE_LINE)
    with st.container(horizontal=True, vertical_alignment="center", key=PART, width="content"):
        st.selectbox(
            "Rows to show",
            list(labels),
            format_func=labels.__getitem__,
            key="run_show",
            on_change=_chosen,
            width=240,
            label_visibility="collapsed",
        )
        st.text_input(
            "Search in all columns",
            key="run_search",
            on_change=_chosen,
            type="search",
            icon=":material/search:",
            placeholder="Search in all columns",
            width=260,
            label_visibility="collapsed",
        )
    scroll_here(PART)


def draw_shown(view: RunView, wanted: RowFilter, found: Sequence[int]) -> None:
    """One line: how many rows are shown, and why not more."""
    if wanted.is_everything:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="run_shown"):
        said = words.plain(", ".join(said_of(wanted, dict(view.outputs))))
        st.markdown(f"**{len(found):,} of {words.rows_words(view.record.total)}:** {said}", width="content")
        st.button("Clear all", key="run_clear", icon=":material/filter_alt_off:", on_click=clear, type="tertiary")


def said_of(wanted: RowFilter, names: dict[str, str]) -> list[str]:
    """The filter in words, a part each."""
    parts = [] if wanted.show == ALL else [_LABELS[wanted.show].lower()]
    parts += [words.kind_title(wanted.kind).lower()] if wanted.kind else []
    parts += [f"{names.get(key, key)} {choice.said()}" for key, choice in wanted.choices]
    return [*parts, *([f"with “{wanted.search}”"] if wanted.search else [])]


def show_failed(kind: str) -> None:
    """Show only the rows that failed so, and bring them into sight. For callbacks."""
    clear()
    keep_in_address({_SHOW: kind})
    put("run_tabs", "Rows")
    scroll_later(PART)


def choose(key: str, choice: Choice | None) -> None:
    """Show only the rows whose cell in a column is as chosen; None takes that back. For callbacks."""
    keep_in_address({f"{ONLY}{key}": choice.written() if choice else None})
    begin_again()


def clear() -> None:
    """Show all rows again. For callbacks."""
    names = [name for name in st.query_params if name in {_SHOW, _SEARCH} or name.startswith(ONLY)]
    keep_in_address(dict.fromkeys(names))
    begin_again()


def _chosen() -> None:
    show, search = held("run_show"), held("run_search")
    shown = str(show) if show and show != ALL else None
    keep_in_address({_SHOW: shown, _SEARCH: str(search or "").strip() or None})
    begin_again()


def _labels(view: RunView, now: str) -> dict[str, str]:
    """The ways to stand that this run has rows of, with how many where that is known."""
    found: dict[str, str] = {ALL: _LABELS[ALL]}
    for show, rows in _counts(view).items():
        if rows or now == show:
            found[show] = _LABELS[show] + (f" · {rows:,}" if rows > 0 else "")
    for group in view.errors:
        if len(view.errors) > 1:
            found[group.kind] = f"Failed: {words.kind_title(group.kind)} · {group.count:,}"
    if now not in found:
        found[now] = _LABELS.get(now) or f"Failed: {words.kind_title(now)}"
    return found


_UNCOUNTED = -1


def _counts(view: RunView) -> dict[str, int]:
    known = view.progress
    counts: dict[str, Callable[[], int]] = {
        Standing.DONE: lambda: view.done if view.failed or view.pending else 0,
        Standing.FAILED: lambda: view.failed,
        WAITING: lambda: view.pending if view.done or view.failed else 0,
        Standing.REPAIRED: lambda: known.repaired if known else 0,
        Standing.CACHED: lambda: _UNCOUNTED if known and known.cached else 0,
        Standing.STALE: lambda: _UNCOUNTED if "kept_from" in view.record.export else 0,
        Standing.SIMILAR: lambda: 0 if view.record.spec.limits.similar is None else _UNCOUNTED,
        Standing.FALLBACK: lambda: known.fallbacks if known else 0,
        Standing.MARKED: lambda: known.marked if known else 0,
        Standing.DROPPED: lambda: known.dropped if known else 0,
        LOW: lambda: _UNCOUNTED if low_scores(view.record) else 0,
    }
    return {show: count() for show, count in counts.items()} | _said_by_you(view.record)


def _said_by_you(record: RunRecord) -> dict[str, int]:
    states = [{str(mark.state) for mark in cells.values()} for cells in corrections.marks_of(record).values()]
    return {
        CORRECTED: sum("corrected" in state for state in states),
        APPROVED: sum("approved" in state for state in states),
        ASIDE: len(corrections.aside_in(record)),
    }
