"""The providers: set up or not, their keys, what works, what went wrong last, and a place to try them."""

import streamlit as st

from pages.components import run_words as words
from pages.components.provider_detail import draw_detail
from pages.components.provider_errands import draw_errand, start
from pages.components.provider_words import trouble_lines
from pages.components.state import app_state
from providers.dev_mode import dev_mode
from services import local_servers
from services.dev_mode import dev_mode_notice
from services.local_servers import LocalServer
from services.provider_view import Brief, briefs

_LOCAL = "local"


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
        for brief in sorted(found, key=lambda item: not item.configured):
            _draw(brief, is_open=brief.spec.id == opened)
    _draw_local()
    _draw_troubles()
    app_state().seeding = False


def _draw(brief: Brief, *, is_open: bool) -> None:
    spec = brief.spec
    with st.container(border=True, key=f"provider_card_{spec.id}"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            sign = ":green[:material/check_circle:]" if brief.configured else ":gray[:material/radio_button_unchecked:]"
            st.markdown(f"{sign} **{words.plain(spec.name)}** · {words.plain(brief.told)}", width="content")
            st.button(
                "Close" if is_open else "Open",
                key=f"provider_open_{spec.id}",
                help=f"{'Close' if is_open else 'Open'} {spec.name}",
                on_click=_open,
                args=(None if is_open else spec.id,),
            )
        if is_open:
            draw_detail(spec.id)


def _open(provider_id: str | None) -> None:
    if provider_id:
        st.query_params["provider"] = provider_id
    elif "provider" in st.query_params:
        del st.query_params["provider"]


def _draw_local() -> None:
    st.subheader("Servers on this computer", anchor=False)
    st.button(
        "Look for them",
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
