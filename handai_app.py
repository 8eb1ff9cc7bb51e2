"""The app's router: how the pages are called and found."""

import streamlit as st

from handai_errors import HandaiError
from pages import compare_page, generate_page, history_page, providers_page, run_page, transform_page
from pages.components import words
from pages.components.look import draw_look
from pages.components.scrolling import begin_at_top
from pages.components.start import once_per_server
from pages.components.state import app_state

st.set_page_config(page_title="Handai", page_icon="🌾", layout="wide", menu_items={"About": "Handai"})

page = st.navigation(
    [
        st.Page(transform_page.render, title="Transform", url_path="transform", default=True),
        st.Page(generate_page.render, title="Generate", url_path="generate"),
        st.Page(run_page.render, title="Run", url_path="run"),
        st.Page(history_page.render, title="History", url_path="history"),
        st.Page(compare_page.render, title="Compare runs", url_path="compare", visibility="hidden"),
        st.Page(providers_page.render, title="Providers", url_path="providers"),
    ],
    position="top",
)
app_state().begin(page.url_path, st.query_params.get("run"))
draw_look()
begin_at_top(page.url_path, st.query_params.get("run"))
try:
    once_per_server()
    page.run()
except HandaiError as error:
    st.error(words.error_words(error), title="That did not work")
