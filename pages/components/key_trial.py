"""A key that was entered: kept for this visit, tried once at its provider if it looks right, and what came of it."""

import streamlit as st
from pydantic import SecretStr

from pages.components import words
from pages.components.provider_errands import draw_errand, drop, start
from pages.components.state import app_state
from providers.dev_mode import dev_mode
from providers.specs import ProviderSpec
from services.models.key_check import KeyReport, check_key, may_be_tried


def take_key(provider_id: str, base_url: str | None, typed: str) -> None:
    """Keep what was typed; what does not look like this provider's key is sent nowhere until someone asks for it."""
    key = SecretStr(typed.strip()) if typed.strip() else None
    app_state().typed_keys.put(provider_id, base_url, key)
    drop(trial_name(provider_id, base_url))
    if key is not None and may_be_tried(provider_id, key, base_url):
        try_key(provider_id, base_url)


def try_key(provider_id: str, base_url: str | None) -> None:
    """Begin to ask the provider whether it takes the key in force."""
    typed = app_state().typed_keys.get(provider_id, base_url)
    start(trial_name(provider_id, base_url), lambda: check_key(provider_id, typed, base_url))


def draw_key_button(spec: ProviderSpec, base_url: str | None, key: str) -> None:
    """The button that tries the key in force."""
    st.button(
        "Check key",
        key=key,
        icon=":material/verified_user:",
        disabled=dev_mode(),
        on_click=try_key,
        args=(spec.id, base_url),
        help="One small request that needs the key and costs nothing.",
    )


def draw_trial(provider_id: str, base_url: str | None) -> None:
    """What the provider said of the key, or that it is being asked."""
    draw_errand(trial_name(provider_id, base_url), "Checking the key …", _draw_report)


def trial_name(provider_id: str, base_url: str | None) -> str:
    """What the errand is called: what one address said is not said of another."""
    return f"key:{provider_id}@{base_url or ''}"


def _draw_report(report: KeyReport) -> None:
    text = "  \n".join(words.plain(line) for line in report.lines)
    (st.success if report.usable else st.error)(text)
