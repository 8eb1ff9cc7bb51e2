"""Presses of buttons that start what has to be paid for: each is obeyed, and a double click is one press.

Streamlit tells of a press to the next drawing only. One that is cut short, because the next change or press has come,
before it has reached the button, loses it. The second click of two begins another drawing, beside the one that is still
busy with the first, or after it as a press on the old page, and would start everything a second time.
"""

import time
from collections.abc import Callable
from typing import Literal, TypeVar

import streamlit as st

from pages.components.state import app_state
from services.errands import Starts

_Result = TypeVar("_Result")


def draw_starter(
    label: str,
    key: str,
    *,
    icon: str,
    type: Literal["primary", "secondary"] = "secondary",  # noqa: A002 as Streamlit calls it
    disabled: bool = False,
) -> None:
    """A button of this key; `started_by` does what it is pressed for."""
    waiting = app_state().presses.waiting
    if disabled:
        waiting.pop(key, None)
    if st.button(label, key=key, icon=icon, type=type, disabled=disabled, on_click=_press, args=(key,)):
        _press(key)


def started_by(key: str, asked: object, start: Callable[[], _Result]) -> _Result | None:
    """What `start` returns if the button was pressed, else None; raises HandaiError if it has not begun.

    `start` must have all it needs of the visit: it is not cut short with the drawing, and runs in a thread of its own.
    A second press for the same (`asked` is equal) that came at once starts nothing: it gets what the first one got.
    """
    presses = app_state().presses
    at = presses.waiting.pop(key, None)
    if at is None:
        return None
    found: _Result | None = presses.starts.setdefault(key, Starts()).result(asked, at, start)
    return found


def _press(key: str) -> None:
    app_state().presses.waiting.setdefault(key, time.monotonic())
