"""Who answers: the provider, its key for this visit, and the model; the same on every page that starts a run."""

from typing import TypeVar

import streamlit as st

from pages.components import words
from pages.components.model_choice import draw_model_choice
from pages.components.model_key import draw_key
from pages.components.parts import part
from pages.components.state import place_of, seed
from providers.specs import PROVIDERS, ProviderSpec, get_provider
from services.dev_mode import dev_mode_notice
from services.forms.model_form import ModelForm

AnyForm = TypeVar("AnyForm", bound=ModelForm)

_NAMES = {spec.id: spec.name for spec in PROVIDERS}


def draw_model(form: AnyForm, prefix: str, heading: str = "3 · Who answers") -> AnyForm:
    """The form with provider, address and model; the key stays in this visit's memory."""
    st.subheader(heading, anchor=False)
    if notice := dev_mode_notice():
        st.warning(words.plain(notice))
    left, right = st.columns(2, gap="medium")
    with left:
        now = seed("provider_select", form.provider)
        chosen = st.selectbox(
            "Provider", list(_NAMES), place_of(list(_NAMES), now), format_func=_provider_label, key="provider_select"
        )
        provider = get_provider(chosen or form.provider)
        form = form.at(provider.id)
        if provider.id != "demo":  # beside it stands what it is
            st.caption(words.plain(provider.description))
        form = _draw_address(provider, form, prefix)
    with right:
        with part():
            draw_key(provider, form.base_url, prefix)
        return draw_model_choice(provider, form, prefix)


def _provider_label(provider_id: str) -> str:
    return "Demo (offline demo, no AI)" if provider_id == "demo" else _NAMES[provider_id]


def _draw_address(provider: ProviderSpec, form: AnyForm, prefix: str) -> AnyForm:
    if provider.id == "demo" or not (provider.needs_base_url or provider.local):
        return form
    key = f"{prefix}_address_{provider.id}"
    now = seed(key, form.base_urls.get(provider.id, ""))
    known = provider.base_url or "http://localhost:8000/v1"
    address = st.text_input("Address (base URL)", now, key=key, placeholder=known)
    return form.model_copy(update={"base_urls": {**form.base_urls, provider.id: address.strip()}})
