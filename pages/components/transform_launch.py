"""The last step of Transform: what leaves this machine, what must be mended, Preview and Run all."""

import streamlit as st

from handai_db import DatasetRecord
from pages.components.launch import Buttons, draw_buttons
from pages.components.model_key import typed_key
from pages.components.run_links import go
from pages.components.state import PreviewMade, app_state
from pages.components.transform_arrival import keep_address
from services import drafts, preferences, runs
from services.model_form import to_preferences
from services.transform_form import TransformForm, asked, readiness, to_spec


def draw_launch(table: DatasetRecord, form: TransformForm) -> None:
    """The buttons, and whatever stands in their way."""
    ready = readiness(form, table, typed_key(form.provider, form.base_url))
    st.subheader("4 · Try a few rows, then run all", anchor=False)
    rows = ready.plan.rows if ready.plan else table.info.rows
    few = min(form.preview_rows, rows)
    buttons = Buttons(
        few,
        rows,
        "Run all",
        preview=lambda: _start_preview(table, form, few),
        everything=lambda: _start_all(table, form),
    )
    draw_buttons("transform", form, ready, buttons)


def _start_preview(table: DatasetRecord, form: TransformForm, few: int) -> None:
    spec = to_spec(form, table, limit=few)
    reuse = _reusable(table, form)
    record = runs.start(
        runs.NewRun(spec, table.id, session=form.session.strip() or None, preview=True, reuse_from=reuse),
        typed_key(form.provider, form.base_url),
    )
    app_state().previews.append(PreviewMade(record.id, table.id, asked(record.spec)))
    keep_address()
    _remember(table, form)


def _start_all(table: DatasetRecord, form: TransformForm) -> None:
    spec = to_spec(form, table)
    record = runs.start(
        runs.NewRun(
            spec,
            table.id,
            name=form.run_name.strip() or None,
            session=form.session.strip() or None,
            reuse_from=_reusable(table, form),
        ),
        typed_key(form.provider, form.base_url),
    )
    _remember(table, form)
    go("run", run=record.id)


def _reusable(table: DatasetRecord, form: TransformForm) -> tuple[str, ...]:
    """Runs whose answers to equal requests are taken over: this visit's previews, and the run that is added to."""
    state = app_state()
    previews = [made.run_id for made in reversed(state.previews) if made.about == table.id and form.cache]
    return (*previews, *([state.added_to] if state.added_to else []))


def _remember(table: DatasetRecord, form: TransformForm) -> None:
    preferences.save(to_preferences(form, preferences.load()))
    drafts.save(table.id, form)
