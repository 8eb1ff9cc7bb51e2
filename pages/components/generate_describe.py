"""A schema proposed by a model from a description; the model is asked by a hidden run, never by the page."""

import streamlit as st

from handai_errors import HandaiError
from pages.components import run_words as words
from pages.components.generate_arrival import begin, keep_address
from pages.components.model_fields import draw_model
from pages.components.model_key import typed_key
from pages.components.state import app_state, seed
from services import proposals
from services.generate_form import GenerateForm
from services.model_form import key_problems, model_settings

_EVERY_S = 0.5


def draw_describe(form: GenerateForm) -> GenerateForm:
    """The description, who is asked, and the button; then the wait."""
    page = app_state().generate
    if page.proposing is not None:
        st.fragment(_wait, run_every=_EVERY_S)(page.proposing)
        return form
    seed("generate_describe", form.described)
    described = st.text_area(
        "What should the table be about?",
        key="generate_describe",
        height=120,
        placeholder="Complaints to a city's bus company: line, delay, weather, how angry the person is, their message.",
    )
    seed("generate_describe_rows", form.described_rows)
    rows = st.number_input("Rows", min_value=1, max_value=10_000_000, step=1, key="generate_describe_rows")
    form = form.model_copy(update={"described": described or "", "described_rows": int(rows or 1)})
    form = draw_model(form, "generate", "Who proposes the columns")
    problems = key_problems(form.provider, typed_key(form.provider, form.base_url))
    for problem in problems:
        st.warning(words.plain(problem.remedy), title=words.plain(problem.cause), icon=":material/edit:")
    blocked = bool(problems) or not form.described.strip()
    if st.button("Propose columns", key="generate_propose", type="primary", disabled=blocked):
        _propose(form)
    return form


def _propose(form: GenerateForm) -> None:
    page = app_state().generate
    try:
        page.proposing = proposals.propose_schema(
            form.described, model_settings(form), form.described_rows, typed_key(form.provider, form.base_url)
        )
    except HandaiError as error:
        st.error(words.plain(error.remedy), title=words.plain(error.cause))
        return
    page.form, page.problem = form, None
    keep_address()
    st.rerun()


def _wait(run_id: str) -> None:
    page = app_state().generate
    try:
        if not proposals.is_ready(run_id):
            st.info("This takes a few seconds, with some models a minute.", title="The model proposes columns …")
            return
        found = proposals.proposal(run_id)
    except HandaiError as error:
        page.problem, page.proposing = error, None
        keep_address()
    else:
        begin(found.schema, found.notes)
    st.rerun()
