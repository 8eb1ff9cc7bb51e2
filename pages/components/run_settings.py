"""The settings that most people leave alone, each with a line of help."""

from collections.abc import Callable
from typing import TypedDict, TypeVar

import streamlit as st

from engine.spec import MAX_CONCURRENCY
from pages.components.route_fields import draw_fallbacks, draw_routing
from pages.components.state import seed
from services.model_form import ModelForm

AnyForm = TypeVar("AnyForm", bound=ModelForm)


class _Number(TypedDict, total=False):
    min_value: float | int
    max_value: float | int
    step: float | int
    placeholder: str


_WHOLE: dict[str, tuple[str, str, _Number]] = {
    "max_tokens": (
        "Longest answer, in tokens",
        "A cut answer counts as failed. Empty: the model's own limit.",
        {"min_value": 1, "step": 1, "placeholder": "Not set"},
    ),
    "concurrency": (
        "Requests at the same time",
        "Empty: as many as the provider takes well.",
        {"min_value": 1, "max_value": MAX_CONCURRENCY, "step": 1, "placeholder": "Auto"},
    ),
    "max_attempts": (
        "Attempts a row",
        "How often a row is tried before it counts as failed. Waiting for a rate limit does not count.",
        {"min_value": 1, "max_value": 20, "step": 1},
    ),
    "rpm": (
        "Requests a minute, at most",
        "Empty: as many as the provider takes.",
        {"min_value": 1, "step": 1, "placeholder": "No limit"},
    ),
    "seed": (
        "Seed for the model",
        "With a number, many models answer the same question much the same. Not every one takes it.",
        {"min_value": 0, "step": 1, "placeholder": "Not set"},
    ),
    "preview_rows": (
        "Rows in a preview",
        "A preview asks for the first rows only.",
        {"min_value": 1, "max_value": 100, "step": 1},
    ),
}
_DECIMAL: dict[str, tuple[str, str, _Number]] = {
    "temperature": (
        "Temperature",
        "Higher varies more. Many new models refuse it: leave it empty unless you need it.",
        {"min_value": 0.0, "max_value": 2.0, "step": 0.1, "placeholder": "Not set"},
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
}
_NEEDED = {"max_attempts": 4, "preview_rows": 5, "timeout_s": 120.0}


def draw_settings(
    form: AnyForm, prefix: str, *, asks_model: bool = True, more: Callable[[AnyForm], AnyForm] | None = None
) -> AnyForm:
    """The form with the settings as they stand; where no model is asked, only the names. `more` draws a page's own."""
    form = _draw_all(form, prefix, more, asks_model=asks_model)
    return draw_routing(form, prefix) if asks_model else form


def _draw_all(form: AnyForm, prefix: str, more: Callable[[AnyForm], AnyForm] | None, *, asks_model: bool) -> AnyForm:
    with st.expander("Settings", icon=":material/settings:", key=f"{prefix}_settings"):
        changes: dict[str, object] = {}
        with st.grid(3, min_column_width=220):
            for name in (*_WHOLE, *_DECIMAL) if asks_model else ():
                changes[name] = _draw_number(name, form, prefix)
            changes["run_name"] = _draw_text(
                "run_name", "Name of the run", "Empty: what it is about and the time.", form, prefix
            )
            changes["session"] = _draw_text(
                "session", "Session", "Runs are kept together by session. Empty: today's.", form, prefix
            )
        form = form.model_copy(update=changes)
        form = more(form) if more else form
        return draw_fallbacks(form, prefix) if asks_model else form


def _draw_number(name: str, form: ModelForm, prefix: str) -> object:
    label, help_text, bounds = {**_WHOLE, **_DECIMAL}[name]
    key = f"{prefix}_{'model_seed' if name == 'seed' else name}"  # a generated table has a seed of its own
    seed(key, getattr(form, name))
    value = st.number_input(label, key=key, help=help_text, **bounds)
    return _NEEDED[name] if value is None and name in _NEEDED else value


def _draw_text(name: str, label: str, help_text: str, form: ModelForm, prefix: str) -> str:
    key = f"{prefix}_{name}"
    seed(key, getattr(form, name))
    return st.text_input(label, key=key, help=help_text, max_chars=200)
