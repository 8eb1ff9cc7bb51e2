"""Places for the parts of a page, so that what is being typed in one outlives what comes and goes above it."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def part() -> DeltaGenerator:
    """A place of its own, to be used with `with`; always drawn, even if nothing stands in it.

    The browser tells the blocks of a page apart by their order. If a notice that goes stood beside them, all below it
    would be made anew, and words that a person has typed there and not yet sent would be lost.
    """
    return st.container()
