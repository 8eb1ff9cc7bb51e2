"""Who answers: the provider, its key for this visit, and the model; the same on every page that starts a run."""

from typing import TypeVar

import streamlit as st

from pages.components import run_words as words
from pages.components.model_choice import draw_model_choice
from pages.components.model_key import draw_key
from pages.components.state import seed
from providers.specs import PROVIDERS, ProviderSpec, get_provider
from services.dev_mode import dev_mode_notice
from services.model_form import ModelForm

AnyForm = TypeVar("AnyForm", bound=ModelForm)

_NAMES = {spec.id: spec.name for spec in PROVIDERS}


def draw_model(form: AnyForm, prefix: str, heading: str = "3 · Who answers") -> AnyForm:
    """The form with provider, address and model; the key stays in this visit's memory."""
    st.subheader(heading, anchor=False)
    if notice := dev_mode_notice():
        st.warning(words.plain(notice))
    left, right = st.columns(2, gap="large")
    with left:
        seed("provider_select", form.provider)
        provider = get_provider(
            st.selectbox("Provider", list(_NAMES), format_func=_provider_label, key="provider_select") or form.provider
        )
        form = form.at(provider.id)
        st.caption(words.plain(provider.description))
        form = _draw_address(provider, form, prefix)
    with right:
        draw_key(provider, form.base_url, prefix)
        return draw_model_choice(provider, form, prefix)


def _provider_label(provider_id: str) -> str:
    return "Demo (offline demo, no AI)" if provider_id == "demo" else _NAMES[provider_id]


def _draw_address(provider: ProviderSpec, form: AnyForm, prefix: str) -> AnyForm:
    if provider.id == "demo" or not (provider.needs_base_url or provider.local):
        return form
    key = f"{prefix}_address_{provider.id}"
    seed(key, form.base_urls.get(provider.id, ""))
    address = st.text_input("Address (base URL)", key=key, placeholder=provider.base_url or "http://localhost:8000/v1")
    return form.model_copy(update={"base_urls": {**form.base_urls, provider.id: address.strip()}})
