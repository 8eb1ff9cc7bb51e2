"""Everything about one row: its cells and answers, what was sent and came back. Texts of models are never rendered."""

from datetime import datetime

import pandas as pd
import streamlit as st

from handai_db import RunRecord, StoredAttempt
from handai_errors import HandaiError
from pages.components import words
from pages.components.run.row_cells import draw_cells
from pages.components.run.row_corrections import draw_corrections
from pages.components.run.steps import draw_messages, draw_steps, verbatim
from pages.components.run.ways_on import draw_way_back
from pages.components.run_choice import RowChoice
from pages.components.run_frames import shown_cell, status_words
from services.results import inspect
from services.results.curl import curl_of
from services.results.inspect import RowDetail

_WHOLE = frozenset({"stop", "end_turn", "eos", "stop_sequence"})
_CUT = {"length": "cut off: longer than allowed", "max_tokens": "cut off: longer than allowed"}
_FALLBACK = "Fallback model"
_OUTCOMES = {"done": "answered", "failed": "failed", "unknown": "no answer came back", "reserved": "being sent"}


def draw_inspector(record: RunRecord, choice: RowChoice) -> None:
    """Choose a row, read it, and correct or approve its answers; how they came is a press away."""
    with st.container(key="run_inspector", border=True):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            number = _ask_for_row(choice)
            detail = inspect.detail(record, number - 1)
            if record.preview:
                draw_way_back(record, "run_all_rows")
        _draw_summary(detail)
        if detail.row.result is None or not detail.row.answers:
            draw_cells(record, detail.row)
            draw_corrections(record, detail.row)
        else:
            left, right = st.columns(2, gap="medium")
            with left:
                draw_cells(record, detail.row)
            with right:
                draw_corrections(record, detail.row)
        if detail.steps:
            _draw_making(record, detail)


def _draw_making(record: RunRecord, detail: RowDetail) -> None:
    """How the answers came about, for who wants to know."""
    with st.expander("Messages sent, raw answer, attempts", icon=":material/forum:", key="run_making"):
        if len(detail.steps) > 1:
            draw_steps(detail)
        else:
            left, right = st.columns(2, gap="medium")
            with left:
                st.markdown("**Messages sent**")
                draw_messages(detail.messages)
            with right:
                _draw_answers(detail)
        _draw_attempts(detail.attempts, offline=record.provider == "demo")
        if record.provider != "demo":
            _draw_curl(record, detail, detail.row.index)


@st.fragment
def _draw_curl(record: RunRecord, detail: RowDetail, row: int) -> None:
    """The request of the row as a command, when it is asked for; the key is left out."""
    if not st.toggle("Copy as curl", key="run_curl", help="The request as a command for a terminal, without the key."):
        return
    try:
        for step in range(len(detail.steps)):
            st.code(curl_of(record, row, step), language="bash", wrap_lines=True)
    except HandaiError as error:
        st.caption(words.error_words(error))


def _ask_for_row(choice: RowChoice) -> int:
    now = choice.now()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall", width="content"):  # one line
        st.button(
            "Back",
            key="run_row_previous",
            icon=":material/chevron_left:",
            disabled=choice.beside(-1) is None,
            on_click=choice.step,
            args=(-1,),
            shortcut="B",
            help="The row before. The key B does the same.",
        )
        st.number_input(
            f"Row, 1 to {choice.last:,}",
            min_value=1,
            max_value=choice.last,
            key="run_row",
            on_change=choice.follow,
            width=105,
        )
        st.button(
            "Next",
            key="run_row_next",
            icon=":material/chevron_right:",
            icon_position="right",
            disabled=choice.beside(1) is None,
            on_click=choice.step,
            args=(1,),
            shortcut="N",
            help="The next row. The key N does the same.",
        )
    return now


def _draw_summary(detail: RowDetail) -> None:
    found, attempts = detail.row.result, detail.attempts
    if found is not None and found.note and found.verdict:
        st.warning(words.plain(found.note), title="Left out by a check" if found.verdict == "dropped" else "Marked")
    if found is not None and found.status == "failed":
        said = words.plain(found.cause or "")
        remedy = f"\n\n:material/build: {words.plain(found.remedy)}" if found.remedy else ""
        st.error(f"{said}{remedy}", title=words.kind_title(found.kind))
    facts = [status_words(detail.row)] if detail.steps or found else []
    facts += [f"{len(attempts)} attempt{'s' if len(attempts) > 1 else ''}"] if attempts else []
    facts += [_latency(attempts), _tokens(attempts), _cost(attempts)] if attempts else []
    if attempts and attempts[-1].model:
        facts.append(attempts[-1].model + (f" served by {attempts[-1].upstream}" if attempts[-1].upstream else ""))
    if attempts and attempts[-1].fallback:
        facts.append(f"asked of the fallback model {attempts[-1].fallback}")
    if found is not None and found.finish_reason and found.finish_reason not in _WHOLE:
        facts.append(_CUT.get(found.finish_reason, f"the provider ended it: “{found.finish_reason}”"))
    st.caption(" · ".join(words.plain(fact) for fact in facts))


def _latency(attempts: tuple[StoredAttempt, ...]) -> str:
    known = [item.latency_s for item in attempts if item.latency_s is not None]
    return f"took {words.duration(known[-1])}" if known else "time unknown"


def _tokens(attempts: tuple[StoredAttempt, ...]) -> str:
    sent = [item.prompt_tokens for item in attempts if item.prompt_tokens is not None]
    answered = [item.completion_tokens for item in attempts if item.completion_tokens is not None]
    return f"{sum(sent):,} + {sum(answered):,} tokens" if sent or answered else "tokens unknown"


def _cost(attempts: tuple[StoredAttempt, ...]) -> str:
    known = [item.cost_usd for item in attempts if item.cost_usd is not None]
    return "cost " + words.cost(sum(known) if known else None, complete=len(known) == len(attempts))


def _draw_answers(detail: RowDetail) -> None:
    st.markdown("**Answer**")
    if detail.row.result is None:
        st.caption("Not there yet.")
        return
    if detail.row.status != "done":
        st.caption("None that could be used.")
    for name, value in detail.row.given.items() if detail.row.status == "done" else ():
        st.caption(words.plain(name))
        verbatim(shown_cell(value) or "")
    if detail.row.result.raw is not None:
        st.caption("Raw answer, as it came")
        verbatim(detail.row.result.raw)


def _draw_attempts(attempts: tuple[StoredAttempt, ...], *, offline: bool) -> None:
    st.markdown("**Attempts**")
    if not attempts:
        st.caption("None: this was asked before and its answer is used again, or the row was not tried yet.")
        return
    table = pd.DataFrame([_attempt(item) for item in attempts])
    unsaid = ["HTTP status"] if offline else []  # nothing was sent over a wire
    unsaid += [] if any(item.fallback for item in attempts) else [_FALLBACK]
    st.dataframe(
        table.drop(columns=unsaid),
        key="run_attempts",
        hide_index=True,
        placeholder="",
        alt="Attempts for this row",
    )


def _attempt(item: StoredAttempt) -> dict[str, object]:
    return {
        "Attempt": item.number,
        "Outcome": _OUTCOMES.get(item.state, item.state),
        "Problem": words.kind_title(item.kind) if item.kind else None,
        "Cause": item.cause,
        "HTTP status": str(item.status) if item.status else None,
        "Took": words.duration(item.latency_s) if item.latency_s is not None else None,
        "Tokens in": words.count(item.prompt_tokens),
        "Tokens out": words.count(item.completion_tokens),
        "Cost": words.cost(item.cost_usd),
        "Model": item.model,
        _FALLBACK: item.fallback,
        "Started": datetime.fromtimestamp(item.started_at).astimezone().strftime("%Y-%m-%d %H:%M:%S"),
    }
