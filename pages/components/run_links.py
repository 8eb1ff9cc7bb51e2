"""Links between the pages, which keep the visit: a new page load would forget the typed key."""

from collections.abc import Mapping
from typing import Literal

import streamlit as st

from engine.spec import GenerateInput
from handai_db import RunRecord

PageName = Literal["transform", "generate", "run", "history", "compare"]


def link(
    page: PageName, label: str, *, key: str, icon: str | None = None, query: Mapping[str, str] | None = None
) -> None:
    """A link to another page of the app."""
    with st.container(key=key, width="content"):
        st.page_link(_page(page), label=label, icon=icon, query_params=dict(query or {}))


def go(page: PageName, **query: str) -> None:
    """Open another page at once."""
    st.switch_page(_page(page), query_params=query)


def page_of(record: RunRecord) -> PageName:
    """The page on which such a run is started."""
    return "generate" if isinstance(record.spec.input, GenerateInput) else "transform"


def _page(name: PageName) -> st.Page:
    # Streamlit knows a page by its path alone, so the modules need not import each other.
    return st.Page(_elsewhere, title=name.title(), url_path=name)


def _elsewhere() -> None:
    """Never run: the router has the real page."""
