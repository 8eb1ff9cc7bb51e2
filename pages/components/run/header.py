"""Which run this is: its name, its session, its provider and model; the name can be changed."""

from datetime import datetime

import streamlit as st

from handai_db import RunRecord
from handai_errors import HandaiError
from pages.components import words
from providers.specs import NO_PROVIDER
from services.past import history


def draw_header(record: RunRecord) -> None:
    """Name, badges and the facts that don't change while it runs."""
    with st.container(horizontal=True):  # without it a title keeps room above
        st.title(words.plain(record.name), anchor=False, width="content")
    badges = [f":gray-badge[:material/smart_toy: {words.plain(words.provider_name(record.provider))}]"]
    if record.provider == "demo":
        badges = [":orange-badge[:material/theater_comedy: offline demo, no AI]"]
    elif record.provider == NO_PROVIDER.id:
        badges = [":blue-badge[:material/function: drawn without a model]"]
    elif record.model:
        badges.append(f":gray-badge[{words.plain(record.model)}]")
    if record.preview:
        badges.append(":blue-badge[preview]")
    started = datetime.fromtimestamp(record.created_at).astimezone()
    session = next((item.name for item in history.sessions() if item.id == record.session_id), "no session")
    with st.container(horizontal=True, vertical_alignment="center", key="run_facts"):
        st.markdown(" ".join(badges), width="content")
        _draw_rename(record)
        said = f"Session: {words.plain(session)} · started {started:%Y-%m-%d %H:%M} · run {record.id}"
        st.caption(said, width="content")


def _draw_rename(record: RunRecord) -> None:
    with st.popover("Rename", key="run_rename", icon=":material/edit:", type="tertiary"):
        name = st.text_input("Name of this run", value=record.name, key="run_name", max_chars=200)
        if st.button("Save the name", key="run_name_save", type="primary", icon=":material/save:"):
            try:
                history.rename_run(record.id, name)
            except HandaiError as error:
                st.error(words.error_words(error))
            else:
                st.rerun()
