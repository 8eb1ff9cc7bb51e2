"""The providers: set up or not, their keys, what works, what went wrong last, and a place to try them."""

from collections.abc import Sequence

import streamlit as st

from pages.components import words
from pages.components.key_trial import trial_name
from pages.components.provider_errands import draw_errand, found_by, start
from pages.components.provider_words import card_line, trouble_lines
from pages.components.providers.detail import draw_detail
from pages.components.state import app_state
from providers.dev_mode import dev_mode
from services.dev_mode import dev_mode_notice
from services.models import local_servers
from services.models.key_check import KeyReport
from services.models.local_servers import LocalServer
from services.models.provider_view import Brief, Standpoint, briefs

_LOCAL = "local"
_GROUPS = {
    Standpoint.READY: ("Ready", "Can be chosen on Transform and Generate as they are."),
    Standpoint.NEEDS_KEY: (
        "With a key",
        "You get one when you sign up there; what you ask is billed. OpenRouter's opens models of many makers.",
    ),
    Standpoint.NEEDS_PROGRAM: (
        "On this computer",
        "Models that run here need no key and send nothing away. Their program must be installed and started.",
    ),
}


def render() -> None:
    """The page; one provider is open at a time, named in the address."""
    app_state().enter("providers")
    st.title("Providers", anchor=False)
    st.caption(
        "Who can answer. Keys stay on this computer. A key that you enter is tried once at its provider; "
        "nothing else is asked until you press a button."
    )
    if notice := dev_mode_notice():
        st.warning(words.plain(notice))
    found = briefs(app_state().typed_keys)
    opened = st.query_params.get("provider")
    with st.container(key="providers_list"):
        for standpoint in Standpoint:
            _draw_group(standpoint, [brief for brief in found if brief.standpoint is standpoint], opened)
    _draw_troubles()
    app_state().seeding = False


def _draw_group(standpoint: Standpoint, found: Sequence[Brief], opened: str | None) -> None:
    title, told = _GROUPS[standpoint]
    st.subheader(title, anchor=False)
    st.caption(told)
    if standpoint is Standpoint.NEEDS_PROGRAM:
        _draw_local()
    with st.container(gap="small", key=f"providers_{standpoint.name.lower()}"):
        for brief in found:
            _draw(brief, is_open=brief.spec.id == opened)


def _draw(brief: Brief, *, is_open: bool) -> None:
    spec = brief.spec
    with st.container(border=True, key=f"provider_card_{spec.id}"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(card_line(brief, failed=_check_failed(brief)), width="content")
            st.button(
                "Close" if is_open else "Open",
                key=f"provider_open_{spec.id}",
                help=f"{'Close' if is_open else 'Open'} {spec.name}",
                icon=":material/expand_less:" if is_open else ":material/expand_more:",
                type="tertiary",
                on_click=_open,
                args=(None if is_open else spec.id,),
            )
        if is_open:
            draw_detail(spec.id)


def _check_failed(brief: Brief) -> bool:
    report = found_by(trial_name(brief.spec.id, brief.address))
    return isinstance(report, KeyReport) and not report.usable


def _open(provider_id: str | None) -> None:
    if provider_id:
        st.query_params["provider"] = provider_id
    elif "provider" in st.query_params:
        del st.query_params["provider"]


def _draw_local() -> None:
    st.button(
        "Look which are running",
        key="providers_local",
        icon=":material/search:",
        disabled=dev_mode(),
        on_click=start,
        args=(_LOCAL, local_servers.look),
    )
    draw_errand(_LOCAL, "Looking …", _draw_servers)


def _draw_servers(found: tuple[LocalServer, ...]) -> None:
    for server in found:
        sign = ":green[:material/check_circle:]" if server.running else ":gray[:material/radio_button_unchecked:]"
        st.markdown(f"{sign} **{words.plain(server.candidate.name)}** {words.plain(server.told)}")
        st.caption(words.plain(server.candidate.base_url))


def _draw_troubles() -> None:
    with st.expander("When something goes wrong", key="providers_troubles"):
        for line in trouble_lines():
            st.markdown(line)
