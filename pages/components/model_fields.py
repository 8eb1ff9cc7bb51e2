"""Who answers: the provider, its key for this visit, and the model; the same on every page that starts a run."""

import time
from collections.abc import Mapping
from typing import TypeVar

import streamlit as st
from pydantic import SecretStr

from pages.components import run_words as words
from pages.components.state import app_state, forget, held, seed
from providers.specs import PROVIDERS, ProviderSpec, get_provider
from services import keys
from services.model_form import ModelForm
from services.models import ModelList, built_in, models_of

AnyForm = TypeVar("AnyForm", bound=ModelForm)

_LIST_FRESH_S = 3600.0
_NAMES = {spec.id: spec.name for spec in PROVIDERS}


def draw_model(form: AnyForm, prefix: str, heading: str = "3 · Who answers") -> AnyForm:
    """The form with provider, address and model; the key stays in this visit's memory."""
    st.subheader(heading, anchor=False)
    left, right = st.columns(2, gap="large")
    with left:
        seed("provider_select", form.provider)
        provider = get_provider(
            st.selectbox("Provider", list(_NAMES), format_func=_provider_label, key="provider_select") or form.provider
        )
        form = form.model_copy(update={"provider": provider.id})
        st.caption(words.plain(provider.description))
        form = _draw_address(provider, form, prefix)
    with right:
        _draw_key(provider)
        return _draw_model_choice(provider, form, prefix)


def typed_key(provider_id: str) -> SecretStr | None:
    """The key typed in this visit for a provider."""
    return app_state().typed_keys.get(provider_id)


def _provider_label(provider_id: str) -> str:
    return "Demo (offline demo, no AI)" if provider_id == "demo" else _NAMES[provider_id]


def _draw_address(provider: ProviderSpec, form: AnyForm, prefix: str) -> AnyForm:
    if provider.id == "demo" or not (provider.needs_base_url or provider.local):
        return form
    key = f"{prefix}_address_{provider.id}"
    seed(key, form.base_urls.get(provider.id, ""))
    address = st.text_input("Address (base URL)", key=key, placeholder=provider.base_url or "http://localhost:8000/v1")
    return form.model_copy(update={"base_urls": {**form.base_urls, provider.id: address.strip()}})


def _draw_key(provider: ProviderSpec) -> None:
    if provider.id == "demo":
        st.info("No key is needed. The offline demo has no AI in it: it shows how Handai works.")
        return
    shown_for = app_state().key_shown_for
    if shown_for != provider.id:  # another provider's key must not stand in the field
        forget("provider_key")
        app_state().key_shown_for = provider.id
    typed = typed_key(provider.id)
    seed("provider_key", typed.get_secret_value() if typed else "")
    st.text_input(
        f"Key for {provider.name}" + ("" if provider.requires_api_key else " (only if the server asks for one)"),
        type="password",
        key="provider_key",
        autocomplete="off",
        on_change=_remember_key,
        args=(provider.id,),
        help="Kept in memory for this visit, never stored.",
    )
    found = keys.find_key(provider.id, typed_key(provider.id))
    if found:
        st.caption(f":material/key: In force: {words.plain(found.shown)}, {words.plain(found.source)}.")
        warning = keys.hint(provider.id, found.key)
        if warning:
            st.warning(words.plain(warning))
    elif provider.key_page:
        st.caption(f"You get a key at {provider.key_page}")


def _remember_key(provider_id: str) -> None:
    typed = str(held("provider_key") or "").strip()
    if typed:
        app_state().typed_keys[provider_id] = SecretStr(typed)
    else:
        app_state().typed_keys.pop(provider_id, None)


def _draw_model_choice(provider: ProviderSpec, form: AnyForm, prefix: str) -> AnyForm:
    current = form.model
    if provider.id == "demo":
        return form
    found = _known_models(provider, form)
    names = {item.id: item for item in found.models}
    options = [*names, *([current] if current and current not in names else [])]
    if app_state().model_shown_for != provider.id:
        forget("provider_model")
        app_state().model_shown_for = provider.id
    seed("provider_model", current or None)
    chosen = st.selectbox(
        "Model",
        options,
        format_func=lambda name: _model_label(name, names),
        accept_new_options=True,
        placeholder="Choose a model, or type its name",
        key="provider_model",
    )
    if provider.lists_models:
        st.button("Load the list of models", key=f"{prefix}_models", on_click=_reload, icon=":material/refresh:")
    if found.problem:
        st.caption(f":orange[:material/info:] {words.plain(found.problem)}")
    return form.model_copy(update={"models": {**form.models, provider.id: (chosen or "").strip()}})


def _model_label(name: str, known: Mapping[str, object]) -> str:
    info = known.get(name)
    price, completion = getattr(info, "prompt_price", None), getattr(info, "completion_price", None)
    context = getattr(info, "context_length", None)
    facts = [f"${price:g} + ${completion:g} per million tokens"] if price is not None and completion is not None else []
    facts += [f"{context:,} tokens at most"] if context else []
    return f"{name} · {', '.join(facts)}" if facts else name


def _known_models(provider: ProviderSpec, form: ModelForm) -> ModelList:
    key = typed_key(provider.id)
    name = (provider.id, form.base_url, key is not None)
    lists = app_state().model_lists
    asked_at, found = lists.get(name, (0.0, ModelList(())))
    wanted = app_state().models_wanted
    app_state().models_wanted = False
    if provider.lists_models and not wanted and not asked_at:
        return built_in(provider.id)
    if wanted or time.monotonic() - asked_at > _LIST_FRESH_S:
        with st.spinner(f"Asking {provider.name} for its models …"):
            in_force = keys.find_key(provider.id, key)
            found = models_of(provider.id, form.base_url, in_force.key if in_force else None)
        lists[name] = (time.monotonic(), found)
    return found


def _reload() -> None:
    app_state().models_wanted = True
