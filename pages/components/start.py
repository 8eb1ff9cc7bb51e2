"""What a server does once, with its first visitor: downloads are made to last, and what nobody ran is cleaned up."""

from contextlib import suppress

import streamlit as st

from handai_errors import HandaiError
from pages.components.lasting_downloads import make_downloads_last
from services import preferences
from services.past import history


@st.cache_resource
def once_per_server() -> None:
    """Prepare the server and tidy up; nothing of it is in the way of the page."""
    make_downloads_last()
    with suppress(HandaiError):  # what is wrong with the disk is told by whatever a person does next
        history.tidy(preferences.load().keep_days)
