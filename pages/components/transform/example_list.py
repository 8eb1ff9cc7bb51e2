"""The examples that go with every row: seen before the run, and left out again."""

import streamlit as st

from engine.examples import Example
from engine.tables.cells import cell_as_text
from pages.components.state import app_state
from providers.base import Message
from services.forms.estimates import about_tokens
from services.forms.transform_form import TransformForm

_SHORT = 120


def draw_examples(form: TransformForm) -> TransformForm:
    """The form with its examples, or without them once they are left out."""
    many = len(form.examples)
    if not many:
        return form
    tokens = sum(about_tokens([Message("user", cell_as_text({**e.input, **e.output}))]) for e in form.examples)
    title = f"{many} example{'' if many == 1 else 's'} with every row, about {tokens:,} tokens"
    with st.expander(title, icon=":material/school:", key="transform_examples"):
        for example in form.examples:
            st.text(_line(example))
        st.caption("They are rows that you corrected or approved; the messages of a row show them as they are sent.")
        if st.button("Leave the examples out", key="transform_examples_out", icon=":material/delete:"):
            app_state().again = True
            return form.model_copy(update={"examples": ()})
    return form


def _line(example: Example) -> str:
    answers = ", ".join(cell_as_text(value) for value in example.output.values())
    cells = " · ".join(cell_as_text(value) for value in example.input.values())
    said = f"{answers} ← {cells}"
    return said if len(said) <= _SHORT else f"{said[:_SHORT]}…"
