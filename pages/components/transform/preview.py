"""The newest preview over the chosen table, beside the one before; and the same rows asked of another model."""

import streamlit as st

from handai_db import DatasetRecord
from handai_errors import HandaiError
from pages.components import words
from pages.components.presses import draw_starter, started_by
from pages.components.setup.preview_panel import OLDER, Shown, draw_preview_panel
from pages.components.state import app_state
from pages.components.transform.launch import Starter
from services.forms.transform_form import TransformForm, asked_now, only_model_differs, rows_asked
from services.models.model_options import names

_ASK = "transform_other_ask"


def draw_preview(table: DatasetRecord, form: TransformForm) -> None:
    """The last preview over this table, if there is one."""
    *earlier, made = app_state().previews_of(table.id) or (None,)
    if made is None:
        return
    now = asked_now(form, table)
    older = None if made.asked == now else "another model" if only_model_differs(made.asked, now) else OLDER
    before = tuple(found for found in earlier if found is not None)
    shown = Shown(made, rows_asked(form, table), older, before, lambda: _draw_other_model(table, form))
    draw_preview_panel("transform", shown)


def _draw_other_model(table: DatasetRecord, form: TransformForm) -> None:
    """Ask another model of the same provider about the same rows; the settings stay as they are."""
    if form.provider == "demo":
        return
    listed = app_state().models_listed
    others = [name for name in (names(listed, ()) if listed else ()) if name != form.model]
    with st.popover("Ask another model", icon=":material/compare_arrows:", key="transform_other"):
        st.caption(f"The same rows and settings, beside those of {words.plain(form.model)}.")
        chosen = st.selectbox(
            "Model",
            others,
            index=None,
            accept_new_options=True,
            placeholder="Choose a model, or type its name",
            key="transform_other_model",
        )
        name = (chosen or "").strip()
        draw_starter("Ask it", _ASK, type="primary", icon=":material/visibility:", disabled=not name)
        other = form.model_copy(update={"models": {**form.models, form.provider: name}})
        start = Starter.here(table, other)
        try:
            if started_by(_ASK, (table.id, other), lambda: start.preview(remember=False)):
                st.rerun()
        except HandaiError as error:
            st.error(words.error_words(error), title="It could not start")
