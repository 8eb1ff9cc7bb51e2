"""What the address of the Transform page asks for: a table, the settings of a run, only a newer file's added rows."""

import streamlit as st

from handai_db import DatasetRecord, RunRecord
from handai_errors import HandaiError, NotFoundError
from pages.components.state import AppState, app_state
from services import datasets, drafts, preferences, runs
from services.transform_form import TransformForm, from_preferences, from_spec


def arrive() -> TransformForm:
    """Act on the address, once for each; returns the form as it stands."""
    state = app_state()
    asked = "&".join(f"{name}={st.query_params.get(name, '')}" for name in ("from", "added", "dataset"))
    if state.form is None:
        state.form = from_preferences(preferences.load())
        state.seeding = True
    if state.arrived != asked:
        state.arrived = asked
        _act(state, state.form)
    return state.form or TransformForm()


def choose(record: DatasetRecord, instructions: str | None = None) -> None:
    """Work on another table from now on; the address keeps it over a reload."""
    state = app_state()
    form = state.form or TransformForm()
    changes: dict[str, object] = {"columns": None}
    if instructions and not form.instructions.strip():
        changes["instructions"] = instructions
    state.form, state.table, state.seeding = form.model_copy(update=changes), record, True
    st.query_params["dataset"] = record.id
    state.arrived = "&".join(f"{name}={st.query_params.get(name, '')}" for name in ("from", "added", "dataset"))


def _act(state: AppState, form: TransformForm) -> None:
    origin, dataset_id = st.query_params.get("from"), st.query_params.get("dataset")
    try:
        if origin and state.filled_from != origin:
            _fill_from(state, form, runs.get(origin))
        elif dataset_id and (state.table is None or state.table.id != dataset_id):
            state.table = datasets.dataset(dataset_id)
            state.form = drafts.load(dataset_id) or form
            state.seeding = True
    except HandaiError as error:
        state.upload_problem = error


def _fill_from(state: AppState, form: TransformForm, record: RunRecord) -> None:
    state.form = from_spec(record.spec, form)
    state.filled_from, state.seeding = record.id, True
    state.added_to = record.id if st.query_params.get("added") else None
    if state.added_to:
        state.table = None
        return
    try:
        state.table = datasets.dataset(record.dataset_id or "")
    except NotFoundError as error:
        state.table, state.upload_problem = None, error
