"""What a person can do with a run: stop it, resume it, retry what failed."""

import time
from collections.abc import Callable

import streamlit as st
from pydantic import SecretStr

from handai_db import RunRecord
from handai_errors import HandaiError
from pages.components import words
from pages.components.run_key import ask_for_key
from pages.components.state import held, put
from services.models import keys
from services.running import runs
from services.running.pace import next_cap
from services.running.views import RunView

_ALL = "all"
READING_S = 1.0


def draw_stop(view: RunView) -> None:
    """Stop while it runs: the first press lets requests in flight finish, the second breaks them off."""
    asked = view.record.request
    if asked is None:
        label, tip = "Stop", "Requests in flight finish and are kept. You can resume later."
    else:
        label, tip = "Break off now", "Requests in flight are cut; the provider may bill them without an answer."
    st.button(
        label,
        key="run_stop",
        help=tip,
        icon=":material/stop_circle:",
        type="secondary" if asked else "primary",
        disabled=asked == "cancel",
        on_click=_stop,
        args=(view.record.id, asked),
    )


def _stop(run_id: str, seen: str | None) -> None:
    # A double click must not break off paid requests: the second press counts once its label could be read.
    now = time.monotonic()
    if seen and now - _pressed_at(run_id) < READING_S:
        return
    put(f"run_stop_at_{run_id}", now)
    if runs.get(run_id).request == seen:
        runs.stop(run_id)


def _pressed_at(run_id: str) -> float:
    found = held(f"run_stop_at_{run_id}")
    return found if isinstance(found, float) else float("-inf")


def draw_continue(view: RunView) -> None:
    """Resume and retry, with the key and the cap that they need."""
    record = view.record
    may_resume = record.status.is_resumable and not view.damage
    if not may_resume and not view.failed:
        return
    typed = ask_for_key(record)
    cap = _ask_for_cap(view) if may_resume and record.reason == "budget" else None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        resumed = may_resume and st.button(
            f"Resume: {words.rows_words(view.pending)} left",
            key="run_resume",
            type="primary",
            icon=":material/play_arrow:",
        )
        kind = _ask_for_kind(view) if view.failed else None
        retried = bool(view.failed) and st.button(
            f"Retry {words.rows_words(_failed_of(view, kind))} that failed",
            key="run_retry",
            type="secondary" if may_resume else "primary",
            icon=":material/replay:",
        )
    if resumed:
        go_on(record, typed, lambda: runs.prepare_resume(record.id, max_cost_usd=cap))
    if retried:
        go_on(record, typed, lambda: runs.prepare_retry(record.id, kind))


def _ask_for_cap(view: RunView) -> float | None:
    return st.number_input(
        "New spending cap in US$",
        min_value=0.0001,
        value=next_cap(view.asked, view.pending, view.cost_usd, view.record.spec.limits.max_cost_usd),
        format="%.4f",
        key="run_cap",
        help="For the whole run: enough for the rows that are left if they cost what the others did, and a fifth more. "
        f"Spent so far: {words.cost(view.cost_usd, complete=view.cost_complete)}.",
        width=260,
    )


def _ask_for_kind(view: RunView) -> str | None:
    if len(view.errors) < 2:
        return None
    counts = {group.kind: group.count for group in view.errors}
    chosen = st.selectbox(
        "Which failed rows",
        [_ALL, *counts],
        format_func=lambda kind: (
            f"All ({view.failed:,})" if kind == _ALL else f"{words.kind_title(kind)} ({counts[kind]:,})"
        ),
        key="run_retry_kind",
        width=320,
    )
    return None if chosen in {None, _ALL} else chosen


def _failed_of(view: RunView, kind: str | None) -> int:
    return view.failed if kind is None else sum(group.count for group in view.errors if group.kind == kind)


def go_on(record: RunRecord, typed: SecretStr | None, prepare: Callable[[], RunRecord]) -> None:
    """Have the run executed further, or say why it can't be."""
    try:
        keys.require_key(record.provider, typed, record.spec.model.base_url)  # asked before anything is changed
        runs.launch(prepare(), typed)
    except HandaiError as error:
        st.error(words.error_words(error))
        return
    st.rerun()
