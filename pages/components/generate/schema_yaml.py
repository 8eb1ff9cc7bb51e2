"""The schema as YAML: the same object as the cards, for those who like to write it."""

import streamlit as st

from engine.schema.columns import Schema
from engine.schema.read import read_schema, schema_to_yaml
from handai_errors import HandaiError, SpecError
from pages.components import words
from pages.components.generate.rules import forget_rules
from pages.components.state import app_state, forget, held, put, seed
from services.forms.generate_form import GenerateForm, with_schema

_KEY, _SHOWN = "generate_yaml", "generate_yaml_shown"


def draw_yaml(form: GenerateForm) -> GenerateForm:
    """The form with the schema as it is written, if it can be read."""
    state = app_state()
    if _was_changed_elsewhere(form.draft):
        forget(_KEY)
    seed(_KEY, schema_to_yaml(form.draft))
    text = st.text_area(
        "The schema as YAML", key=_KEY, height=460, help="Press Ctrl and Enter, or click beside it, to take it over."
    )
    state.generate.yaml_problem = None
    try:
        form = _read(form, text or "")
        read_schema(text or "", "the schema")
    except SpecError as error:
        state.generate.yaml_problem = error
    _draw_problem(state.generate.yaml_problem)
    put(_SHOWN, form.draft)
    st.download_button(
        "Download the schema",
        data=schema_to_yaml(form.draft),
        file_name="schema.yaml",
        mime="application/yaml",
        key="generate_yaml_download",
        on_click="ignore",
        icon=":material/description:",
    )
    return form


def forget_yaml() -> None:
    """Have it written anew from the schema when it is shown again."""
    app_state().generate.yaml_problem = None
    forget(_KEY, _SHOWN)


def is_other_than_shown(schema: Schema) -> bool:
    """Whether fields below have changed the schema since it was shown here."""
    shown = held(_SHOWN)
    return isinstance(shown, Schema) and shown != schema


def _was_changed_elsewhere(schema: Schema) -> bool:
    return app_state().generate.yaml_problem is None and is_other_than_shown(schema)


def _read(form: GenerateForm, text: str) -> GenerateForm:
    """The form with the written schema; one that is only wrong in what it means is taken over all the same."""
    found = read_schema(text, "the schema", check=False)
    if found == form.draft:
        return form
    forget_rules()
    return with_schema(form, found)


def _draw_problem(problem: HandaiError | None) -> None:
    if problem is None:
        return
    first, *rest = problem.cause.splitlines()
    told = [f"- {words.plain(line.removeprefix('- '))}" for line in rest]
    with st.container(key="generate_yaml_problem"):
        st.error("\n".join(told) or words.plain(problem.remedy) or "Mend it above.", title=words.plain(first))
