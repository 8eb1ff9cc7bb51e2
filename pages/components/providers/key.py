"""A provider's key: which is in force, typed, checked, stored in the keyring and removed from it."""

import streamlit as st
from pydantic import SecretStr

from handai_errors import HandaiError
from pages.components import words
from pages.components.key_trial import draw_key_button, draw_trial, take_key, trial_name
from pages.components.provider_errands import draw_problem, drop, note_problem
from pages.components.state import app_state, forget, held
from services.models import keys
from services.models.keys import KeySource
from services.models.provider_view import ProviderView


def draw_key(view: ProviderView) -> None:
    """The key of the provider that is open."""
    spec, state = view.brief.spec, view.key
    field = f"provider_page_key_{spec.id}"
    st.text_input(
        f"Key for {spec.name}" + ("" if spec.requires_api_key else " (only if the server asks for one)"),
        type="password",
        key=field,
        autocomplete="off",
        placeholder="Paste a key to use it for this visit",
        on_change=_take,
        args=(spec.id, view.defaults.base_url),
        help="Kept in memory for this visit, unless you store it in this computer's keyring.",
    )
    st.caption(f":material/key: {words.plain(state.why)}")
    if state.hint:
        st.warning(words.plain(state.hint))
    _draw_buttons(view)
    draw_trial(spec.id, view.defaults.base_url)
    draw_problem("key")


def _draw_buttons(view: ProviderView) -> None:
    spec, state = view.brief.spec, view.key
    typed = app_state().typed_keys.get(spec.id, view.defaults.base_url)
    with st.container(horizontal=True):
        draw_key_button(spec, view.defaults.base_url, f"provider_check_{spec.id}")
        if spec.key_page:
            st.link_button(f"Keys at {spec.name}", spec.key_page, icon=":material/open_in_new:")
        if state.keyring and typed:
            st.button(
                "Store in the keyring",
                key=f"provider_store_{spec.id}",
                icon=":material/lock:",
                on_click=_store,
                args=(view, typed),
            )
        if _is_stored(view):
            with st.popover(
                "Remove from the keyring", key=f"provider_remove_ask_{spec.id}", icon=":material/lock_open:"
            ):
                st.caption("The key is deleted from this computer's keyring; at the provider it stays.")
                st.button(
                    "Remove it",
                    key=f"provider_remove_{spec.id}",
                    icon=":material/delete:",
                    on_click=_remove,
                    args=(view,),
                )
    if typed and not state.keyring:
        st.caption("This computer has no keyring that could keep the key: it is forgotten when you close the page.")


def _is_stored(view: ProviderView) -> bool:
    found = (view.key.in_force, *view.key.hidden)
    return any(item is not None and item.place is KeySource.KEYRING for item in found)


def _take(provider_id: str, base_url: str | None) -> None:
    """Keep what was typed for this visit; the field is emptied, so that no key stands in a page."""
    typed = str(held(f"provider_page_key_{provider_id}") or "").strip()
    forget(f"provider_page_key_{provider_id}", "provider_key")
    if typed:
        take_key(provider_id, base_url, typed)


def _store(view: ProviderView, key: SecretStr) -> None:
    try:
        keys.store_in_keyring(view.brief.spec.id, key, view.defaults.base_url)
        app_state().typed_keys.put(view.brief.spec.id, view.defaults.base_url, None)
    except HandaiError as error:
        note_problem("key", error)


def _remove(view: ProviderView) -> None:
    try:
        keys.delete_from_keyring(view.brief.spec.id, view.defaults.base_url)
        drop(trial_name(view.brief.spec.id, view.defaults.base_url))
    except HandaiError as error:
        note_problem("key", error)
