"""What stands in the way of a run, and what it would take; the same on every page that starts one."""

from collections.abc import Callable

import streamlit as st

from pages.components import words
from services.forms.estimates import Outlook, Span
from services.forms.model_form import Readiness
from services.running.checks import sentence_on_privacy


def tell(prefix: str, ready: Readiness) -> None:
    """The problems, the notices, and what leaves this machine."""
    with st.container(key=f"{prefix}_problems", gap="xsmall"):
        for problem in ready.problems:
            st.warning(words.plain(problem.remedy), title=words.plain(problem.cause), icon=":material/edit:")
    if ready.plan is None:
        return
    for notice in ready.plan.notices:
        st.caption(f":material/info: {words.plain(notice)}")
    with st.container(key=f"{prefix}_privacy"):
        st.caption(f":material/lock: {words.plain(sentence_on_privacy(ready.plan))}")


def outlook_words(found: Outlook) -> list[str]:
    """What a run would take, a line each: rows, cost and time, tokens, and how this is known."""
    has = "has" if found.kept == 1 else "have"
    kept = f" {words.rows_words(found.kept)} {has} an answer already." if found.kept else ""
    if not found.rows:
        return [f"Nothing is left to ask:{kept}"]
    tokens = "tokens unknown"
    if found.sent is not None and found.answered is not None:
        tokens = f"{_between(found.sent, words.count)} tokens in, {_between(found.answered, words.count)} out"
    return [f"{words.rows_words(found.rows)} to ask: {short_words(found)}.{kept}", f"{tokens}. {_basis(found)}"]


def short_words(found: Outlook) -> str:
    """The cost and the time, to stand beside the buttons."""
    if not found.rows:
        return "nothing is left to ask"
    cost = "cost unknown" if found.cost_usd is None else _between(found.cost_usd, words.cost)
    return cost if found.seconds is None else f"{cost} · {_time(found.seconds)}"


def key_words(found: Outlook, left_usd: float) -> tuple[str, bool]:
    """What the provider said is left on the key, and whether that is enough as far as the cost is known."""
    said = f"{words.cost(max(left_usd, 0.0))} is left on the key."
    if found.cost_usd is None or found.cost_usd.high <= max(left_usd, 0.0):
        return said, True
    surely = "is not" if found.cost_usd.low > left_usd else "may not be"
    return f"{said} It {surely} enough for all rows: the run pauses when it is used up.", False


def _basis(found: Outlook) -> str:
    unpriced = " The price of this model is not known here." if found.cost_usd is None else ""
    if found.basis:
        return f"By what {words.rows_words(found.basis)} of the preview took.{unpriced}"
    thinks = "a model that thinks before it answers can take several times as much"
    return f"A rough guess by the length of the messages; {thinks}. A preview tells more.{unpriced}"


def _between(span: Span, say: Callable[[float], str]) -> str:
    low, high = say(_rounded(span.low)), say(_rounded(span.high))
    if span.high == 0:
        return low
    return f"about {low}" if low == high else f"{low} to {high}"


def _time(span: Span) -> str:
    low, high = words.about_duration(span.low), words.about_duration(span.high)
    return low if low == high else f"{low} to {high.removeprefix('about ')}"


def _rounded(number: float) -> float:
    """Two digits that count: a guess has no more."""
    return float(f"{number:.2g}")
