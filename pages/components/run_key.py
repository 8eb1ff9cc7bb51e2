"""The key that a resume or a retry needs, asked for on the spot and never stored."""

import streamlit as st
from pydantic import SecretStr

from engine.results import PauseReason
from handai_db import RunRecord
from handai_errors import ErrorKind, NotFoundError
from pages.components import words
from pages.components.state import app_state, held
from providers.specs import ProviderSpec, get_provider
from services.models import keys

_REFUSED = frozenset({ErrorKind.AUTH, ErrorKind.PERMISSION})  # of rows that failed for it, where others were answered


def ask_for_key(record: RunRecord, widget: str = "provider_key") -> SecretStr | None:
    """The key typed in this visit, here or on Transform; asks if none is in force or the last one was refused.

    `widget` tells the fields apart where a page asks at two places.
    """
    try:
        provider = get_provider(record.provider)
    except NotFoundError:  # a provider that a later Handai no longer has
        return None
    refused = record.reason == PauseReason.AUTH or _REFUSED & set(record.figures.get("errors") or ())
    address = record.spec.model.base_url
    typed = app_state().typed_keys.get(provider.id, address)
    found = keys.find_key(provider.id, typed, address)
    if refused or (provider.requires_api_key and found is None):
        _draw_input(provider, address, widget, another=found is not None)
    if found:
        st.caption(f":material/key: The key in force: {words.plain(found.shown)}, {words.plain(found.source)}.")
        warning = keys.hint(provider.id, found.key)
        if warning:
            st.warning(words.plain(warning))
    return typed


def _draw_input(provider: ProviderSpec, address: str | None, widget: str, *, another: bool) -> None:
    where = f" You get one at {provider.key_page}" if provider.key_page else ""
    st.text_input(
        f"Another key for {provider.name}" if another else f"Key for {provider.name}",
        type="password",
        key=widget,
        help=f"Kept in memory for this visit, never stored.{where}",
        autocomplete="off",
        on_change=_remember,
        args=(provider.id, address, widget),
        width=420,
    )


def _remember(provider_id: str, address: str | None, widget: str) -> None:
    typed = str(held(widget) or "").strip()
    app_state().typed_keys.put(provider_id, address, SecretStr(typed) if typed else None)
