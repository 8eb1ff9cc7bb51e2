"""The settings that most people leave alone, each with a line of help."""

from collections.abc import Callable, Collection, Sequence
from typing import TypedDict, TypeVar

import streamlit as st

from engine.spec import MAX_CONCURRENCY
from pages.components.fields import within
from pages.components.setup.route_fields import draw_fallbacks, draw_routing
from pages.components.state import seed
from services.forms.model_form import ModelForm

AnyForm = TypeVar("AnyForm", bound=ModelForm)


class _Number(TypedDict, total=False):
    min_value: float | int
    max_value: float | int
    step: float | int
    placeholder: str


_NUMBERS: dict[str, tuple[str, str, _Number]] = {
    "max_tokens": (
        "Longest answer, in tokens",
        "A hundred tokens are about 75 words. A cut answer counts as failed. Empty: the model's own limit.",
        {"min_value": 1, "step": 1, "placeholder": "Not set"},
    ),
    "temperature": (
        "Temperature",
        "Higher varies more. Many new models refuse it: leave it empty unless you need it.",
        {"min_value": 0.0, "max_value": 2.0, "step": 0.1, "placeholder": "Not set"},
    ),
    "seed": (
        "Number for equal answers",
        "The model's seed. With a number, many models answer the same question much the same. Not every one takes it.",
        {"min_value": 0, "step": 1, "placeholder": "Not set"},
    ),
    "max_attempts": (
        "Attempts a row",
        "How often a row is tried before it counts as failed. Waiting for a rate limit does not count.",
        {"min_value": 1, "max_value": 20, "step": 1},
    ),
    "timeout_s": (
        "Time-out, in seconds",
        "How long one attempt may take.",
        {"min_value": 1.0, "max_value": 3600.0, "step": 10.0},
    ),
    "max_cost_usd": (
        "Spending cap, in US dollars",
        "The run pauses before it could cost more. Needs a model with a known price.",
        {"min_value": 0.01, "step": 1.0, "placeholder": "No cap"},
    ),
    "concurrency": (
        "Requests at the same time",
        "Empty: as many as the provider takes well.",
        {"min_value": 1, "max_value": MAX_CONCURRENCY, "step": 1, "placeholder": "Auto"},
    ),
    "rpm": (
        "Requests a minute, at most",
        "Empty: as many as the provider takes.",
        {"min_value": 1, "step": 1, "placeholder": "No limit"},
    ),
    "spacing_s": (
        "Seconds between requests",
        "At least so long from one request to the next, for a server that needs its time. Empty: no wait.",
        {"min_value": 0.01, "max_value": 86_400.0, "step": 0.5, "placeholder": "None"},
    ),
    "daily_requests": (
        "Requests a day, at most",
        "The run pauses when it has sent so many in a day; resume it the next day.",
        {"min_value": 1, "step": 1, "placeholder": "No limit"},
    ),
    "preview_rows": (
        "Rows in a preview",
        "A preview asks for the first rows only.",
        {"min_value": 1, "max_value": 100, "step": 1},
    ),
}
_NEEDED = {"max_attempts": 4, "preview_rows": 5, "timeout_s": 120.0}


def draw_settings(
    form: AnyForm,
    prefix: str,
    *,
    asks_model: bool = True,
    more: Callable[[AnyForm], AnyForm] | None = None,
    without: Collection[str] = (),
) -> AnyForm:
    """The form with the settings as they stand; where no model is asked, only the names.

    `more` draws a page's own, `without` are those that it has elsewhere.
    """
    names = [name for name in _NUMBERS if name not in without] if asks_model else []
    form = _draw_all(form, prefix, more, names)
    return draw_routing(form, prefix) if asks_model else form


def _draw_all(form: AnyForm, prefix: str, more: Callable[[AnyForm], AnyForm] | None, names: Sequence[str]) -> AnyForm:
    asks_model = bool(names)
    with st.expander("Settings", icon=":material/settings:", key=f"{prefix}_settings"):
        changes: dict[str, object] = {}
        with st.grid(3, min_column_width=220):
            for name in names:
                changes[name] = _draw_number(name, form, prefix)
            changes["run_name"] = _draw_text(
                "run_name", "Name of the run", "Empty: what it is about and the time.", form, prefix
            )
            changes["session"] = _draw_text(
                "session", "Session", "Runs are kept together by session. Empty: today's.", form, prefix
            )
        if asks_model:
            changes["cache"] = not _asks_again(form, prefix)
        form = form.model_copy(update=changes)
        form = more(form) if more else form
        return draw_fallbacks(form, prefix) if asks_model else form


def _draw_number(name: str, form: ModelForm, prefix: str) -> object:
    label, help_text, bounds = _NUMBERS[name]
    key = f"{prefix}_{'model_seed' if name == 'seed' else name}"  # a generated table has a seed of its own
    now = within(seed(key, getattr(form, name)), **bounds)
    value = st.number_input(label, value=now, key=key, help=help_text, **bounds)
    return _NEEDED[name] if value is None and name in _NEEDED else value


def _asks_again(form: ModelForm, prefix: str) -> bool:
    key = f"{prefix}_ask_again"
    return st.toggle(
        "Ask again even if the same was asked before",
        seed(key, not form.cache),
        key=key,
        help="Off: an answer that was paid for and kept is taken again, and costs nothing. "
        "On: every row is asked anew, and this run's answers are not kept for later ones.",
    )


def _draw_text(name: str, label: str, help_text: str, form: ModelForm, prefix: str) -> str:
    key = f"{prefix}_{name}"
    now: str = getattr(form, name)
    return st.text_input(label, seed(key, now), key=key, help=help_text, max_chars=200)
