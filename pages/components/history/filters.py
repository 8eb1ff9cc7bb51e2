"""Which runs the history shows: search and filters, kept in the address so that a view can be kept and shared."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import streamlit as st

from engine.results import RunStatus
from handai_db import RunFilter, RunRecord, SessionRecord
from pages.components import words
from pages.components.state import put

_ANY = "any"
_CHOICES = ("history_session", "history_status", "history_provider", "history_model")


def ask_filter(everything: Sequence[RunRecord], sessions: Sequence[SessionRecord]) -> RunFilter:
    """The filter that a person set; the choices are what is there."""
    text = st.text_input(
        "Search",
        key="history_search",
        placeholder="Name, session, model or instructions",
        icon=":material/search:",
        bind="query-params",
        width=420,
    )
    names = {item.id: item.name for item in sessions}
    twice = {name for name, times in Counter(names.values()).items() if times > 1}
    names = {key: f"{name} ({key})" if name in twice else name for key, name in names.items()}
    folded = st.expander("Filters", icon=":material/filter_alt:", key="history_filters")
    with folded, st.container(horizontal=True, vertical_alignment="bottom"):
        session = _choose("Session", "history_session", names, 240)
        status = _choose("Status", "history_status", _labels_of_statuses(everything), 160)
        providers = {record.provider: words.provider_name(record.provider) for record in everything}
        provider = _choose("Provider", "history_provider", providers, 160)
        model = _choose("Model", "history_model", {record.model: record.model for record in everything}, 200)
        dates = st.date_input("Started between", value=[], key="history_dates", width=300)
    since, until = _bounds(dates)
    wanted = RunFilter(text.strip() or None, session, status, provider, model, since, until)
    if is_set(wanted):
        st.button("Clear the filters", key="history_clear", icon=":material/filter_alt_off:", on_click=_clear)
    return wanted


def is_set(wanted: RunFilter) -> bool:
    """Whether anything is filtered out."""
    return replace(wanted, previews=False) != RunFilter()


def _choose(label: str, key: str, named: dict[str, str], width: int) -> str | None:
    options = [_ANY, *sorted(named, key=lambda option: named[option].lower())]
    chosen = st.selectbox(
        label,
        options,
        format_func=lambda option: "Any" if option == _ANY else named[option],
        key=key,
        bind="query-params",
        width=width,
    )
    return chosen if chosen in named else None


def _labels_of_statuses(everything: Iterable[RunRecord]) -> dict[str, str]:
    there = {record.status for record in everything}
    return {str(status): words.STATUS_LABELS[status] for status in RunStatus if status in there}


def _bounds(dates: object) -> tuple[float | None, float | None]:
    days = [day for day in dates if isinstance(day, date)] if isinstance(dates, tuple) else []
    if not days:
        return None, None
    return _midnight(days[0]), _midnight(days[-1] + timedelta(days=1)) if len(days) > 1 else None


def _midnight(day: date) -> float:
    return datetime(day.year, day.month, day.day).astimezone().timestamp()


def _clear() -> None:
    put("history_search", "")
    put("history_dates", ())
    for key in _CHOICES:
        put(key, _ANY)
