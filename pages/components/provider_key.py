"""A provider's key: which is in force, typed, checked, stored in the keyring and removed from it."""

import streamlit as st
from pydantic import SecretStr

from handai_errors import HandaiError
from pages.components import run_words as words
from pages.components.provider_errands import draw_errand, draw_problem, drop, note_problem, start
from pages.components.state import app_state, forget, held
from providers.dev_mode import dev_mode
from services import keys
from services.key_check import KeyReport, check_key
from services.keys import KeySource
from services.provider_view import ProviderView


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
        args=(spec.id,),
        help="Kept in memory for this visit, unless you store it in this computer's keyring.",
    )
    st.caption(f":material/key: {words.plain(state.why)}")
    if state.hint:
        st.warning(words.plain(state.hint))
    if spec.key_page:
        st.link_button(f"Keys at {spec.name}", spec.key_page, icon=":material/open_in_new:")
    _draw_buttons(view)
    draw_errand(_check_name(spec.id), "Checking the key …", _draw_report)
    draw_problem("key")


def _draw_buttons(view: ProviderView) -> None:
    spec, state = view.brief.spec, view.key
    typed = app_state().typed_keys.get(spec.id)
    with st.container(horizontal=True):
        st.button(
            "Check key",
            key=f"provider_check_{spec.id}",
            icon=":material/verified_user:",
            disabled=dev_mode(),
            on_click=_check,
            args=(spec.id, view.defaults.base_url),
        )
        if state.keyring and typed:
            st.button("Store in the keyring", key=f"provider_store_{spec.id}", on_click=_store, args=(view, typed))
        if _is_stored(view):
            st.button("Remove from the keyring", key=f"provider_remove_{spec.id}", on_click=_remove, args=(view,))
    if typed and not state.keyring:
        st.caption("This computer has no keyring: the key is forgotten with this visit. A .env file keeps it.")


def _draw_report(report: KeyReport) -> None:
    text = "  \n".join(words.plain(line) for line in report.lines)
    (st.success if report.usable else st.error)(text)


def _is_stored(view: ProviderView) -> bool:
    found = (view.key.in_force, *view.key.hidden)
    return any(item is not None and item.place is KeySource.KEYRING for item in found)


def _take(provider_id: str) -> None:
    """Keep what was typed for this visit; the field is emptied, so that no key stands in a page."""
    typed = str(held(f"provider_page_key_{provider_id}") or "").strip()
    forget(f"provider_page_key_{provider_id}", "provider_key")
    if typed:
        app_state().typed_keys[provider_id] = SecretStr(typed)
        drop(_check_name(provider_id))


def _check(provider_id: str, base_url: str | None) -> None:
    typed = app_state().typed_keys.get(provider_id)
    start(_check_name(provider_id), lambda: check_key(provider_id, typed, base_url))


def _store(view: ProviderView, key: SecretStr) -> None:
    try:
        keys.store_in_keyring(view.brief.spec.id, key, view.defaults.base_url)
        app_state().typed_keys.pop(view.brief.spec.id, None)
    except HandaiError as error:
        note_problem("key", error)


def _remove(view: ProviderView) -> None:
    try:
        keys.delete_from_keyring(view.brief.spec.id, view.defaults.base_url)
        drop(_check_name(view.brief.spec.id))
    except HandaiError as error:
        note_problem("key", error)


def _check_name(provider_id: str) -> str:
    return f"key:{provider_id}"
