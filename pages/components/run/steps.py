"""The model calls of one row, one after another: what each was told and what it answered."""

from collections.abc import Sequence

import streamlit as st

from pages.components import words
from pages.components.run_frames import shown_cell
from providers.base import Message
from services.results.inspect import RowDetail, StepDetail


def draw_steps(detail: RowDetail) -> None:
    """Every call of the row; the last one open."""
    last = len(detail.steps) - 1
    for place, step in enumerate(detail.steps):
        with st.expander(_title(place, step), expanded=place == last, icon=_icon(step)):
            left, right = st.columns(2, gap="medium")
            with left:
                st.markdown("**Messages sent**")
                draw_messages(step.messages)
            with right:
                _draw_answer(step)


def _title(place: int, step: StepDetail) -> str:
    again = f", draw {step.draw + 1}" if step.draw else ""
    return f"Call {place + 1}{again}: {words.plain(', '.join(step.columns) or 'the answer')}"


def _icon(step: StepDetail) -> str:
    if step.answer is None:
        return ":material/hourglass_empty:"
    return ":material/check_circle:" if step.answer.status == "done" else ":material/cancel:"


def _draw_answer(step: StepDetail) -> None:
    st.markdown("**Answer**")
    if step.answer is None:
        st.caption("Not there yet.")
        return
    said = step.answer.note or step.answer.cause
    if said:
        st.caption(f":orange[:material/warning:] {words.plain(said)}")
    for name, value in (step.answer.values or {}).items():
        st.caption(words.plain(name))
        verbatim(shown_cell(value) or "")
    if step.answer.raw is not None:
        st.caption("Raw answer, as it came")
        verbatim(step.answer.raw)


def draw_messages(messages: Sequence[Message]) -> None:
    """The messages as they were sent."""
    for title, message in zip(words.message_titles(messages, "The row"), messages, strict=True):
        st.caption(title, help=words.message_help(message))
        verbatim(message.content)


def verbatim(text: str) -> None:
    """Text of others exactly as it is, never rendered."""
    st.code(text, language=None, wrap_lines=True, height=300 if len(text) > 1_500 else "content")
