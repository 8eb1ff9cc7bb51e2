"""Whether rows that are much alike share one answer: fewer requests, at the person's own risk."""

import streamlit as st

from pages.components.state import seed
from services.forms.transform_form import TransformForm

_USUAL = 0.95


def draw_similar(form: TransformForm) -> TransformForm:
    """The form with the switch and, if it is on, how much alike rows have to be."""
    on = st.toggle(
        "Similar rows share an answer",
        seed("transform_similar_on", form.similar is not None),
        key="transform_similar_on",
        help="A row whose text is much like one that was answered takes that answer: nothing is asked for it. "
        "The result says so, with the row it came from.",
    )
    if not on:
        return form.model_copy(update={"similar": None})
    now = seed("transform_similar", round((form.similar or _USUAL) * 100))
    percent = st.slider(
        "How much alike, in percent",
        min_value=80,
        max_value=100,
        value=now,
        key="transform_similar",
        help="100: only rows with exactly the same text share. Lower saves more and errs more.",
    )
    return form.model_copy(update={"similar": percent / 100})
