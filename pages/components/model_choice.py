"""The model: every one that is known, searched by typing, with its facts; the list is made new on request."""

from typing import TypeVar

import streamlit as st

from engine.model_order import SortBy
from pages.components import words
from pages.components.model_key import typed_key
from pages.components.state import app_state, forget, held, place_of, seed
from providers.dev_mode import dev_mode
from providers.specs import ProviderSpec
from services.forms.model_form import ModelForm
from services.models.model_options import Options, disable_gone, model_options, names

AnyForm = TypeVar("AnyForm", bound=ModelForm)

SORTED = {
    SortBy.USED: "Used before",
    SortBy.PRICE: "Price",
    SortBy.CONTEXT: "Context",
    SortBy.NEWEST: "Newest",
    SortBy.NAME: "Name",
}
_HIDE, _SORT = "model_hide_gone", "model_sort"


def draw_model_choice(provider: ProviderSpec, form: AnyForm, prefix: str) -> AnyForm:
    """The form with the model that is chosen or typed."""
    if provider.id == "demo":
        return form
    found = _known_options(form, refresh=app_state().models_wanted)
    app_state().models_wanted, app_state().models_listed = False, found
    if app_state().model_shown_for != provider.id:
        forget("provider_model")
        app_state().model_shown_for = provider.id
    now = seed("provider_model", form.model or None)
    listed = names(found, (*([now] if now else []), form.model))
    chosen = st.selectbox(
        "Model",
        listed,
        place_of(listed, now),
        format_func=found.label,
        accept_new_options=True,
        placeholder="Choose a model, or type its name",
        key="provider_model",
    )
    _draw_list(form, found, prefix)
    return form.model_copy(update={"models": {**form.models, provider.id: (chosen or "").strip()}})


def _known_options(form: ModelForm, *, refresh: bool) -> Options:
    """The models of the chosen provider, as the person wants them listed."""
    by, hide = held(_SORT), bool(held(_HIDE))
    typed = typed_key(form.provider, form.base_url)
    wanted = by if isinstance(by, SortBy) else SortBy.USED
    if not refresh:
        return model_options(form.provider, form.base_url, typed, by=wanted, hide_gone=hide)
    with st.spinner("Asking for the list of models …"):
        return model_options(form.provider, form.base_url, typed, by=wanted, hide_gone=hide, refresh=True)


def _draw_list(form: ModelForm, found: Options, prefix: str) -> None:
    """What list it is, and what can be done with it."""
    st.caption(words.plain(found.told))
    if found.problem:
        st.caption(f":orange[:material/info:] {words.plain(found.problem)}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Load the list of models",
            key=f"{prefix}_models",
            on_click=_reload,
            icon=":material/refresh:",
            disabled=dev_mode(),
        )
        with st.popover("How it is listed", key=f"{prefix}_model_list", icon=":material/sort:", type="tertiary"):
            seed(_SORT, SortBy.USED)
            st.selectbox("First", list(SORTED), format_func=lambda by: SORTED[by], key=_SORT)
            seed(_HIDE, value=False)
            st.toggle("Hide models that are not available or disabled", key=_HIDE)
            st.button(
                f"Disable those not available ({found.gone:,})",
                key=f"{prefix}_models_disable",
                icon=":material/block:",
                disabled=not found.gone,
                on_click=_disable,
                args=(form.provider, form.base_url),
                help="They stay disabled until a check finds them working again.",
            )


def _disable(provider_id: str, base_url: str | None) -> None:
    disable_gone(provider_id, base_url)


def _reload() -> None:
    app_state().models_wanted = True
