"""A provider's own list of models: searched, sorted, made new, and those that can't be used taken out of it."""

import pandas as pd
import streamlit as st

from engine.model_order import SortBy
from handai_errors import HandaiError
from pages.components import words
from pages.components.model_choice import SORTED
from pages.components.provider_errands import draw_errand, draw_problem, drop, note_problem, start
from pages.components.state import app_state
from providers.dev_mode import dev_mode
from services.models.model_options import Found, disable_gone, found_models, standing_of
from services.models.model_record import set_disabled
from services.models.model_view import ModelRow
from services.models.provider_view import ProviderView

_HEIGHT = 320


def draw_list(view: ProviderView) -> None:
    """All models of the provider as last seen; asked again when a person wants it."""
    spec, address = view.brief.spec, view.defaults.base_url
    with st.expander("All its models", icon=":material/list:", key=f"provider_list_{spec.id}"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            text = st.text_input("Search", key=f"provider_search_{spec.id}", placeholder="Words of the name")
            by = st.selectbox("First", list(SORTED), format_func=lambda by: SORTED[by], key=f"provider_sort_{spec.id}")
        typed = app_state().typed_keys.get(spec.id, address)
        found = found_models(spec.id, address, typed, text=text or "", by=by or SortBy.USED)
        st.caption(words.plain(found.told))
        _draw_table(spec.id, found)
        _draw_buttons(view, found)
        draw_problem("list")


def _draw_table(provider_id: str, found: Found) -> None:
    st.dataframe(
        pd.DataFrame([_row(item) for item in found.rows], columns=["Model", "In", "Out", "Context", "Standing"]),
        key=f"provider_models_{provider_id}",
        hide_index=True,
        height=min(_HEIGHT, 38 + 35 * max(1, len(found.rows))),
        placeholder="",
        column_config={
            "In": st.column_config.NumberColumn("$ per million in", format="%g"),
            "Out": st.column_config.NumberColumn("$ per million out", format="%g"),
            "Context": st.column_config.NumberColumn("Context, tokens", format="localized"),
        },
        alt="The provider's models with price and context",
    )


def _row(item: ModelRow) -> tuple[object, ...]:
    info = item.info
    return info.id, info.prompt_price, info.completion_price, info.context_length, standing_of(item)


def _draw_buttons(view: ProviderView, found: Found) -> None:
    spec, address = view.brief.spec, view.defaults.base_url
    typed, name = app_state().typed_keys.get(spec.id, address), f"list:{spec.id}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            "Load the list of models",
            key=f"provider_refresh_{spec.id}",
            icon=":material/refresh:",
            disabled=dev_mode(),
            on_click=start,
            args=(name, lambda: found_models(spec.id, address, typed, refresh=True)),
        )
        st.button(
            f"Disable those not available ({found.gone:,})",
            key=f"provider_disable_gone_{spec.id}",
            icon=":material/block:",
            disabled=not found.gone,
            on_click=_disable_gone,
            args=(spec.id, address),
        )
    draw_errand(name, "Asking for the list of models …", _draw_loaded)
    _draw_switch(view, found)


def _draw_loaded(found: Found) -> None:
    (st.warning if found.problem else st.success)(words.plain(found.problem or found.told))


def _draw_switch(view: ProviderView, found: Found) -> None:
    """Take one model out of the choice by hand, or bring it back."""
    spec, disabled = view.brief.spec, {row.info.id for row in found.rows if row.known.disabled}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "One of them",
            [row.info.id for row in found.rows],
            index=None,
            placeholder="Choose a model",
            key=f"provider_one_{spec.id}",
        )
        st.button(
            "Use it again" if chosen in disabled else "Disable it",
            key=f"provider_switch_{spec.id}",
            icon=":material/undo:" if chosen in disabled else ":material/block:",
            disabled=chosen is None,
            on_click=_switch,
            args=(view, chosen, chosen not in disabled),
        )


def _disable_gone(provider_id: str, base_url: str | None) -> None:
    disable_gone(provider_id, base_url)


def _switch(view: ProviderView, model: str, disabled: bool) -> None:
    try:
        set_disabled(view.brief.spec.id, view.defaults.base_url, model, disabled=disabled)
        drop(f"list:{view.brief.spec.id}")
    except HandaiError as error:
        note_problem("list", error)
