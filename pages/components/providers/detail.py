"""One provider, opened: its key, its model and address, how it does, and a place to try it."""

import pandas as pd
import streamlit as st

from pages.components import words
from pages.components.parts import part
from pages.components.provider_words import error_line, errors_words, health_rows, metric_line, metric_rows
from pages.components.providers.habits import draw_habits
from pages.components.providers.key import draw_key
from pages.components.providers.model import draw_defaults, draw_test
from pages.components.providers.model_list import draw_list
from pages.components.providers.try_it import draw_try
from pages.components.state import app_state
from services.models.provider_view import ProviderView, provider_view


def draw_detail(provider_id: str) -> None:
    """Everything about the provider; nothing is asked of it by drawing."""
    view = provider_view(provider_id, app_state().typed_keys)
    spec = view.brief.spec
    with part():
        if view.last_error:
            st.error(error_line(view.last_error), title="Last error")
    if spec.id != "demo":
        left, right = st.columns(2, gap="large")
        with left:
            draw_key(view)
        with right:
            draw_defaults(view)
        draw_test(view)
    draw_try(view)
    if spec.id != "demo":
        draw_list(view)
    _draw_models(view)
    draw_habits(spec.id)
    _draw_metrics(view)


def _draw_models(view: ProviderView) -> None:
    if not view.models:
        return
    st.markdown("**Models seen on this computer**")
    verified = ", ".join(view.verified) or "none yet"
    st.caption(words.plain(f"Verified, which have answered here: {verified}."))
    st.dataframe(
        pd.DataFrame(health_rows(view.models)),
        key=f"provider_health_{view.brief.spec.id}",
        hide_index=True,
        alt="Health of each model",
    )


def _draw_metrics(view: ProviderView) -> None:
    st.markdown("**Over your runs**")
    if not view.metrics.all.requests:
        st.caption("No request was sent in a run yet.")
        return
    st.caption(f"{metric_line(view.metrics.all)}. Errors: {words.plain(errors_words(view.metrics.all))}.")
    st.dataframe(
        pd.DataFrame(metric_rows(view.metrics.models)),
        key=f"provider_metrics_{view.brief.spec.id}",
        hide_index=True,
        alt="Figures of each model over the runs",
    )
