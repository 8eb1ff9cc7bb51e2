"""Presses of buttons that start what has to be paid for: each is obeyed, and a double click is one press.

Streamlit tells of a press to the next drawing only. One that is cut short, because the next change or press has come,
before it has reached the button, loses it. And a second click that was made before the browser has heard of the page to
which the first one led comes as a press on the old page, and would start everything a second time.
"""

import time
from collections.abc import Callable
from typing import Literal, TypeVar, cast

import streamlit as st

from pages.components.state import Obeyed, app_state

DOUBLE_S = 3.0  # whoever starts the same again within it did not mean to

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
    """What `start` returns if the button was pressed, else None; raises what it raises.

    `start` must have all it needs: asking for the state of the visit, it could be cut short by the next change there.
    A second press for the same (`asked` is equal) that came at once starts nothing: it gets what the first one got.
    """
    presses = app_state().presses
    at = presses.waiting.pop(key, None)
    if at is None:
        return None
    last = presses.obeyed.get(key)
    if last is not None and last.asked == asked and at - last.at < DOUBLE_S:
        return cast("_Result | None", last.result)
    now = presses.obeyed[key] = Obeyed(asked, at)
    try:
        now.result = result = start()
    except Exception:
        del presses.obeyed[key]  # it has not begun: a press means it again
        raise
    now.at = time.monotonic()
    return result


def _press(key: str) -> None:
    app_state().presses.waiting.setdefault(key, time.monotonic())
