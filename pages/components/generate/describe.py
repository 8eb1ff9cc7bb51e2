"""A schema proposed by a model from a description; the model is asked by a hidden run, never by the page."""

import streamlit as st

from handai_errors import HandaiError
from pages.components import words
from pages.components.generate.arrival import begin, keep_address
from pages.components.model_key import typed_key
from pages.components.setup.model_fields import draw_model
from pages.components.state import app_state, held, put, seed
from services.forms import proposals
from services.forms.generate_form import GenerateForm
from services.forms.model_form import key_problems, model_settings
from services.forms.said_rows import rows_said

_EVERY_S = 0.5
_ROWS, _SAID = "generate_describe_rows", "generate_describe_said"


def draw_describe(form: GenerateForm) -> GenerateForm:
    """The description, who is asked, and the button; then the wait."""
    page = app_state().generate
    if page.proposing is not None:
        st.fragment(_wait, run_every=_EVERY_S)(page.proposing)
        return form
    said = seed("generate_describe", form.described)
    described = st.text_area(
        "What should the table be about?",
        said,
        key="generate_describe",
        height=120,
        on_change=_take_rows,
        placeholder="For example: 200 complaints to a city's bus company: line, delay, weather, the person's message.",
    )
    many = seed(_ROWS, form.described_rows)
    rows = st.number_input("Rows", 1, 10_000_000, many, 1, key=_ROWS, width=180)
    form = form.model_copy(update={"described": described or "", "described_rows": int(rows or 1)})
    form = draw_model(form, "generate", "Who proposes the columns")
    problems = key_problems(form.provider, typed_key(form.provider, form.base_url))
    for problem in problems:
        st.warning(words.plain(problem.remedy), title=words.plain(problem.cause), icon=":material/edit:")
    blocked = bool(problems) or not form.described.strip()
    if st.button(
        "Propose columns", key="generate_propose", type="primary", disabled=blocked, icon=":material/auto_awesome:"
    ):
        _propose(form)
    return form


def _take_rows() -> None:
    """A number in the words is meant: “200 complaints” are 200 rows; one that was said before changes nothing."""
    rows = rows_said(str(held("generate_describe") or ""))
    if rows is not None and rows != held(_SAID):
        put(_ROWS, rows)
    put(_SAID, rows)


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
