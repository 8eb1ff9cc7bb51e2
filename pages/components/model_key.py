"""The key of whoever answers, where a run is started: typed, hinted at, checked, and which one is in force."""

import streamlit as st
from pydantic import SecretStr

from pages.components import words
from pages.components.key_trial import draw_key_button, draw_trial, take_key
from pages.components.state import app_state, forget, held, seed
from providers.specs import ProviderSpec
from services.models import keys


def typed_key(provider_id: str, base_url: str | None) -> SecretStr | None:
    """The key typed in this visit for a provider at that address."""
    return app_state().typed_keys.get(provider_id, base_url)


def draw_key(provider: ProviderSpec, base_url: str | None, prefix: str) -> None:
    """The key's field, the one in force, and a way to try it."""
    if provider.id == "demo":
        st.info("No key is needed. The demo shows how Handai works.")
        return
    state, shown_for = app_state(), f"{provider.id} {base_url or ''}"
    typed = typed_key(provider.id, base_url)
    if state.key_shown_for != shown_for:  # another provider's key must not stand in the field
        forget("provider_key")
        state.key_shown_for = shown_for
    seed("provider_key", typed.get_secret_value() if typed else "")
    st.text_input(
        f"Key for {provider.name}" + ("" if provider.requires_api_key else " (only if the server asks for one)"),
        type="password",
        key="provider_key",
        autocomplete="off",
        on_change=_take,
        args=(provider.id, base_url),
        help="Kept in memory for this visit, never stored. The Providers page can put it into the keyring.",
    )
    found = keys.find_key(provider.id, typed, base_url)
    if found:
        st.caption(f":material/key: In force: {words.plain(found.shown)}, {words.plain(found.source)}.")
        if warning := keys.hint(provider.id, found.key):
            st.warning(words.plain(warning))
    _draw_ways(provider, base_url, prefix, there=found is not None)


def _draw_ways(provider: ProviderSpec, base_url: str | None, prefix: str, *, there: bool) -> None:
    """To a key, and whether the provider takes it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if there:
            draw_key_button(provider, base_url, f"{prefix}_key_check")
        if provider.key_page:
            st.link_button(f"Keys at {provider.name}", provider.key_page, icon=":material/open_in_new:")
    draw_trial(provider.id, base_url)


def _take(provider_id: str, base_url: str | None) -> None:
    take_key(provider_id, base_url, str(held("provider_key") or ""))
