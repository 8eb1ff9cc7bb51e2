"""How large an upload may be and what to do about a larger table: above all, opening it by its path."""

from collections.abc import Callable

import streamlit as st

from handai_db import DatasetRecord
from handai_errors import HandaiError
from pages.components import words
from services.tables import local_files
from services.tables.local_files import Visit


def draw_open_path(choose: Callable[[DatasetRecord], None], *, prefix: str = "transform", folded: bool = False) -> None:
    """The upload's limit with the ways around it; who sits at this computer can name a file instead.

    `folded` draws the form within what is opened on request already.
    """
    may_open = local_files.why_not_by_path(visit()) is None
    limit = int(st.get_option("server.maxUploadSize")) / 1000
    by_path = "open it by its path, " if may_open else ""
    told = f"Up to {limit:g} GB. A larger table: {by_path}save it as Parquet, which is smaller, or split it."
    if folded or not may_open:
        st.caption(told)
        if may_open:
            _draw_form(choose, prefix)
        return
    with st.popover("Open a file by its path", key=f"{prefix}_path_popover", icon=":material/folder_open:"):
        st.caption(told)
        _draw_form(choose, prefix)


def _draw_form(choose: Callable[[DatasetRecord], None], prefix: str) -> None:
    with st.form(f"{prefix}_path_form", border=False):
        path = st.text_input("A file on this computer", placeholder="~/tables/reviews.csv", key=f"{prefix}_path")
        st.caption("The file stays as it is. Handai keeps a copy in its own folder, so that a run can be resumed.")
        opened = st.form_submit_button("Open", key=f"{prefix}_path_open", icon=":material/folder_open:")
    if opened:
        _open(path, choose)


def _open(path: str, choose: Callable[[DatasetRecord], None]) -> None:
    try:
        with st.spinner("Reading the table …"):
            choose(local_files.open_path(path, visit()))
    except HandaiError as error:
        st.error(words.plain(error.remedy), title=words.plain(error.cause))
        return
    st.rerun()


def visit() -> Visit:
    """Every name that this server answers to, and who asks."""
    names = [st.get_option("server.address") or "*", st.get_option("browser.serverAddress")]
    names += st.get_option("server.allowedHosts") or ["*"]
    names += [origin.rpartition("//")[2].partition(":")[0] for origin in st.get_option("server.corsAllowedOrigins")]
    if not st.get_option("server.enableCORS") or st.get_option("server.baseUrlPath"):
        names.append("*")
    return Visit(names, st.context.ip_address, st.context.headers.to_dict())
