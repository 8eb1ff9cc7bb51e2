"""What a server does once, with its first visitor: old previews and uploads that nobody ran are cleaned up."""

import streamlit as st

from services import history, preferences


@st.cache_resource
def once_per_server() -> None:
    """Tidy up; nothing of it is in the way of the page."""
    history.tidy(preferences.load().keep_days)
