"""What is in sight: a page from its top, a part after a press elsewhere on it. Streamlit has no way of its own."""

import re
from dataclasses import dataclass

import streamlit as st

from pages.components.state import forget, held, put

_WANTED, _TIMES, _OPENED = "scroll_wanted", "scroll_times", "page_opened"
_KEY = re.compile(r"[a-z_]+")
_TOP = """document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0)"""


@dataclass(frozen=True, slots=True)
class _Opened:
    """What was opened last, and how many times something was."""

    page: str | None = None
    run: str | None = None
    times: int = 0


def begin_at_top(page: str, run: str | None) -> None:
    """Open a page, and another run on it, at its top, not as far down as the one before was; it takes no room.

    Draw it each time: the browser obeys once, as long as it stays the same. A page may name the run that it found by
    itself in the address, or take one out that it has acted on; nothing else was opened by that.
    """
    last = held(_OPENED)
    before = last if isinstance(last, _Opened) else _Opened()
    if before.page != page:
        opened = _Opened(page, run, before.times + 1)
    else:
        is_other = None not in {run, before.run} and run != before.run
        opened = _Opened(page, run or before.run, before.times + is_other)
    put(_OPENED, opened)
    with st.container(key="page_top"):
        st.html(f"<script>/* {opened.times} */ {_TOP}</script>", unsafe_allow_javascript=True)


def scroll_later(key: str) -> None:
    """Have the next drawing bring the part of this key into sight. For callbacks."""
    put(_WANTED, key)


def scroll_here(key: str) -> None:
    """Bring the part of this key into sight if that was asked for; once, and only after it was drawn."""
    if held(_WANTED) != key or not _KEY.fullmatch(key):
        return
    forget(_WANTED)
    times = held(_TIMES)
    number = times + 1 if isinstance(times, int) else 1
    put(_TIMES, number)
    # The script is ours alone; its number makes it another one, so that a second press is obeyed too.
    script = f"document.querySelector('.st-key-{key}')?.scrollIntoView({{behavior: 'smooth'}})"
    st.html(f"<script>/* {number} */ {script}</script>", unsafe_allow_javascript=True)
