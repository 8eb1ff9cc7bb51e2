"""What a page's address says: enough for a reload and for the back button."""

from collections.abc import Mapping, Sequence

import streamlit as st


def keep_in_address(wanted: Mapping[str, str | None]) -> None:
    """Have the address say exactly this; what is None is taken out."""
    for name, value in wanted.items():
        if value and st.query_params.get(name) != value:
            st.query_params[name] = value
        elif not value and name in st.query_params:
            del st.query_params[name]


def said_in_address(names: Sequence[str]) -> tuple[str | None, ...]:
    """What the address says of these, in order."""
    return tuple(st.query_params.get(name) for name in names)
