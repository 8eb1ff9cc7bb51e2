"""Work that a page starts and follows without waiting for it; other visitors and other parts of the page go on."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from handai_errors import HandaiError
from pages.components import words
from pages.components.parts import part
from pages.components.state import app_state
from services.errands import Errand

_EVERY_S = 0.5

Found = TypeVar("Found")


def start(name: str, work: Callable[[], object]) -> None:
    """Begin a piece of work; pressed again while it is under way it is not begun twice."""
    errands = app_state().providers.errands
    if name not in errands or errands[name].ended:
        errands[name] = Errand(work)


def drop(name: str) -> None:
    """Forget what was found, because it no longer holds."""
    app_state().providers.errands.pop(name, None)


def found_by(name: str) -> object:
    """What came of it; None while it is under way or was not begun."""
    errand = app_state().providers.errands.get(name)
    return errand.found if errand and errand.ended else None


def note_problem(about: str, problem: HandaiError) -> None:
    """Have it told once, where `draw_problem` stands for it."""
    app_state().providers.problems[about] = problem


def draw_problem(about: str) -> None:
    """What stood in the way of the last press."""
    with part():
        if problem := app_state().providers.problems.pop(about, None):
            st.error(words.error_words(problem))


def draw_errand(name: str, waiting: str, draw: Callable[[Found], None]) -> None:
    """What came of it, or that it is under way."""
    errand = app_state().providers.errands.get(name)
    with part():
        if errand is None:
            return
        if not errand.ended:
            st.fragment(_follow, run_every=_EVERY_S)(name, waiting)
        elif errand.problem is not None:
            st.error(words.error_words(errand.problem))
        elif errand.found is not None:
            draw(errand.found)


def _follow(name: str, waiting: str) -> None:
    errand = app_state().providers.errands.get(name)
    if errand is None or errand.ended:
        st.rerun()  # the whole page: what was found changes what stands elsewhere
    st.caption(f":material/hourglass_top: {waiting}")
