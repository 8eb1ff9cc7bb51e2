"""Which models answer when the chosen one can't, and whom an aggregator may ask; both are left alone by most people."""

from typing import Any, TypeVar

import streamlit as st

from engine.routing import Routing
from pages.components import words
from pages.components.fields import within
from pages.components.state import app_state, place_of, seed
from providers.specs import get_provider
from services.forms.model_form import ModelForm
from services.forms.routing_form import shown_fallbacks, shown_routing, with_fallbacks, with_routing
from services.models.model_options import names

AnyForm = TypeVar("AnyForm", bound=ModelForm)

_AS_IT_IS = "As the account says"
_YES_NO = {_AS_IT_IS: None, "Yes": True, "No": False}
_KEEPING = {_AS_IT_IS: None, "Yes": "allow", "No": "deny"}
_SORT = {_AS_IT_IS: None, "The cheapest": "price", "The most words a second": "throughput", "The quickest": "latency"}
_LISTS = {
    "order": ("Ask these first, in this order", "Short names, as the provider's pages write them: groq, together …"),
    "only": ("Ask only these", "Nobody else is asked, even if none of them can answer."),
    "ignore": ("Never ask these", "Whoever is named here is left out."),
}
_CHOICES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "allow_fallbacks": (
        "Ask others when the first can't",
        "No: only those that you want asked first are asked at all.",
        _YES_NO,
    ),
    "data_collection": (
        "May they keep what they are sent?",
        "No leaves out everyone who may store your rows or train on them.",
        _KEEPING,
    ),
    "zdr": ("Only those that keep nothing", "Zero data retention: nothing of a request is stored.", _YES_NO),
    "sort": ("Prefer", "Instead of the usual mix of price and reliability.", _SORT),
}
_PRICES = {"prompt": "Most for a million tokens sent", "completion": "Most for a million tokens answered"}


def draw_fallbacks(form: AnyForm, prefix: str) -> AnyForm:
    """The form with the models that are asked when its own fails."""
    if form.provider == "demo":
        return form
    key, now = f"{prefix}_fallbacks_{form.provider}", shown_fallbacks(form)
    held_now = seed(key, list(now))
    listed = app_state().models_listed
    known = names(listed, (*now, *held_now)) if listed else tuple(dict.fromkeys([*now, *held_now]))
    chosen = st.multiselect(
        "Fallback models, in order",
        known,
        held_now,
        format_func=listed.label if listed else str,
        key=key,
        accept_new_options=True,
        placeholder="None: search the list, or type a model's name",
        help="Asked one after the other when the chosen model fails. Each result says which model gave it.",
    )
    return with_fallbacks(form, chosen)


def draw_routing(form: AnyForm, prefix: str) -> AnyForm:
    """The form with preferences about upstreams; only where the provider takes them."""
    provider = get_provider(form.provider)
    if not provider.routes:
        return form
    now = shown_routing(form)
    with st.expander(f"Whom {provider.name} may ask", icon=":material/alt_route:", key=f"{prefix}_routing"):
        st.caption(
            f"{provider.name} passes each row on to one of several companies that run the model. "
            "Leave everything as it is, unless price, speed or privacy matter to you."
        )
        fields: dict[str, Any] = {name: _draw_list(name, now, prefix) for name in _LISTS}
        with st.grid(2, min_column_width=240):
            fields |= {name: _draw_choice(name, now, prefix) for name in _CHOICES}
            prices = {name: _draw_price(name, now, prefix) for name in _PRICES}
        fields["max_price"] = prices if any(price is not None for price in prices.values()) else None
        form = with_routing(form, fields)
        if form.routing_problem:
            st.warning(words.plain(form.routing_problem))
    return form


def _draw_list(name: str, now: Routing, prefix: str) -> list[str]:
    label, help_text = _LISTS[name]
    key, known = f"{prefix}_routing_{name}", list(getattr(now, name))
    chosen = seed(key, known)
    known = list(dict.fromkeys([*known, *chosen]))
    placeholder = "Anyone; type a name" if name != "ignore" else "No one; type a name"
    return st.multiselect(
        label, known, chosen, key=key, help=help_text, accept_new_options=True, placeholder=placeholder
    )


def _draw_choice(name: str, now: Routing, prefix: str) -> object:
    label, help_text, meanings = _CHOICES[name]
    key = f"{prefix}_routing_{name}"
    options = list(meanings)
    chosen = seed(key, next(said for said, meaning in meanings.items() if meaning == getattr(now, name)))
    return meanings[st.selectbox(label, options, place_of(options, chosen) or 0, key=key, help=help_text)]


def _draw_price(name: str, now: Routing, prefix: str) -> float | None:
    key = f"{prefix}_routing_price_{name}"
    limit: float | None = within(seed(key, getattr(now.max_price, name, None)), min_value=0.0)
    return st.number_input(
        _PRICES[name], 0.0, value=limit, step=0.1, key=key, placeholder="No limit", help="In US dollars."
    )
