"""The runs of the past as one table with its filters; choosing a row chooses the run."""

from datetime import date, datetime, time

import pandas as pd
import streamlit as st

from engine.results import RunStatus
from handai_db import RunFilter, RunRecord, SessionRecord
from pages.components import run_words as words
from pages.components.state import held, put
from services import history
from services.views import view_of

_MOST = 200
_ANY = "any"


def draw_filters(sessions: tuple[SessionRecord, ...]) -> RunFilter:
    """What to list; kept in the address, so that a reload shows the same."""
    names = {session.id: session.name for session in sessions}
    text = st.text_input(
        "Search",
        key="history_search",
        placeholder="Words in the name, session, model or instructions",
        icon=":material/search:",
        bind="query-params",
    )
    with st.container(horizontal=True):
        session = _choice("Session", "history_session", list(names), names)
        labels = {str(status): words.STATUS_LABELS[status] for status in RunStatus}
        status = _choice("Status", "history_status", list(labels), labels)
        known = history.list_runs(RunFilter(), limit=2000)
        provider_ids = sorted({record.provider for record in known})
        provider = _choice(
            "Provider", "history_provider", provider_ids, {p: words.provider_name(p) for p in provider_ids}
        )
        models = sorted({record.model for record in known})
        model = _choice("Model", "history_model", models, dict(zip(models, models, strict=True)))
        days = st.date_input("Dates", value=[], key="history_dates", width=240)
    since, until = _span(days)
    return RunFilter(text.strip() or None, session, status, provider, model, since, until)


def _choice(label: str, key: str, options: list[str], names: dict[str, str]) -> str | None:
    chosen = st.selectbox(
        label,
        [_ANY, *options],
        format_func=lambda option: "Any" if option == _ANY else names.get(option, option),
        key=key,
        width=190,
    )
    return None if chosen in {None, _ANY} else chosen


def _span(days: object) -> tuple[float | None, float | None]:
    found = [day for day in days if isinstance(day, date)] if isinstance(days, tuple | list) else []
    if not found:
        return None, None
    first, last = found[0], found[-1]
    return _moment(first, time.min), _moment(last, time.max)


def _moment(day: date, at: time) -> float:
    return datetime.combine(day, at).astimezone().timestamp()


def draw_runs(wanted: RunFilter, sessions: tuple[SessionRecord, ...]) -> RunRecord | None:
    """The runs that pass, newest first; returns the chosen one."""
    found = history.list_runs(wanted, limit=_MOST)
    if not found:
        st.info("Change the search or the filters.", title="No run matches")
        return None
    names = {session.id: session.name for session in sessions}
    put("history_listed", [record.id for record in found])
    with st.container(key="history_runs"):
        st.dataframe(
            pd.DataFrame([_line(record, names) for record in found]),
            key="history_table",
            hide_index=True,
            on_select=_choose,
            selection_mode="single-row",
            placeholder="",
            height=38 + 35 * min(12, max(2, len(found))),
            alt="Runs, newest first",
        )
    if len(found) == _MOST:
        st.caption(f"The newest {_MOST} are shown; search to find older ones.")
    ids = {record.id: record for record in found}
    if held("history_choice") not in ids:
        put("history_choice", found[0].id)
    chosen = st.selectbox(
        "Run", list(ids), format_func=lambda run_id: f"{ids[run_id].name} ({run_id})", key="history_choice", width=420
    )
    return ids.get(chosen or "")


def _choose() -> None:
    found, listed = held("history_table"), held("history_listed")
    rows = found["selection"]["rows"] if isinstance(found, dict) else []
    if rows and isinstance(listed, list) and rows[0] < len(listed):
        put("history_choice", listed[rows[0]])


def _line(record: RunRecord, sessions: dict[str, str]) -> dict[str, object]:
    view = view_of(record)
    model = "offline demo, no AI" if record.provider == "demo" else record.model
    return {
        "Run": record.name,
        "Status": words.STATUS_LABELS[record.status],
        "Done": view.done,
        "Failed": view.failed,
        "Rows": record.total,
        "Model": model,
        "Cost": words.cost(view.cost_usd, complete=view.cost_complete),
        "Took": words.duration(view.duration_s),
        "Started": f"{datetime.fromtimestamp(record.created_at).astimezone():%Y-%m-%d %H:%M}",
        "Session": sessions.get(record.session_id, ""),
        "Disk": words.disk(history.disk_use_of(record.id)),
        "Id": record.id,
    }
