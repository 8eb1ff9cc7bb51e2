"""What a server does once, with its first visitor: old previews and uploads that nobody ran are cleaned up."""

from contextlib import suppress

import streamlit as st

from handai_errors import HandaiError
from services import history, preferences


@st.cache_resource
def once_per_server() -> None:
    """Tidy up; nothing of it is in the way of the page."""
    with suppress(HandaiError):  # what is wrong with the disk is told by whatever a person does next
        history.tidy(preferences.load().keep_days)
