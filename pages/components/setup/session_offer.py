"""The last session, offered to a person who comes back: go on with it or begin another; nothing is decided for them."""

import time

import streamlit as st

from handai_db import SessionRecord
from pages.components import words
from pages.components.history_words import ago, runs_words
from pages.components.run_links import go, link, page_of
from pages.components.state import held
from services.past import sessions
from services.past.sessions import Offer


def draw_offer(prefix: str) -> None:
    """One line and its ways on; nothing for a person who never ran anything, nor of an old session with no run."""
    offer = sessions.last_session()
    if offer is None or not (offer.session.runs or offer.is_open):
        return
    if not offer.session.runs:
        name = words.plain(offer.session.name)
        st.caption(f":material/folder_open: What you run now goes into the session **{name}**, which has no run yet.")
        return
    with st.container(border=True, key=f"{prefix}_offer", gap="xsmall"):
        st.markdown(_line(offer.session))
        st.caption("What you run now goes into it." if offer.is_open else "What you run now begins a new session.")
        with st.container(horizontal=True, vertical_alignment="center"):
            _draw_ways(offer, prefix)


def _line(session: SessionRecord) -> str:
    return (
        f"Last time: **{words.plain(session.name)}** · {runs_words(session.runs)} · {ago(session.used_at, time.time())}"
    )


def _draw_ways(offer: Offer, prefix: str) -> None:
    session, newest = offer.session, offer.newest
    if not offer.is_open:
        st.button(
            "Go on with this session",
            key=f"{prefix}_offer_go_on",
            icon=":material/play_circle:",
            on_click=sessions.go_on_with,
            args=(session.id,),
        )
    if newest is not None:
        if st.button("Use its last settings", key=f"{prefix}_offer_again", icon=":material/content_copy:"):
            go(page_of(newest), **{"from": newest.id})
        there = {"history_session": session.name}
        link("history", "See its runs", key=f"{prefix}_offer_runs", icon=":material/history:", query=there)
    if offer.is_open and newest is not None:
        with st.popover("Begin a new session", key=f"{prefix}_offer_new", icon=":material/create_new_folder:"):
            st.text_input("Its name", key=f"{prefix}_offer_name", max_chars=sessions.LONGEST_NAME)
            st.button("Begin", key=f"{prefix}_offer_begin", icon=":material/check:", on_click=_begin, args=(prefix,))


def _begin(prefix: str) -> None:
    name = str(held(f"{prefix}_offer_name") or "").strip()
    sessions.begin(name or time.strftime("%Y-%m-%d %H:%M"))
