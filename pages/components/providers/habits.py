"""What runs learnt that a provider's models don't take, and a way to have it found out anew."""

import streamlit as st

from handai_errors import HandaiError
from pages.components import words
from pages.components.provider_errands import draw_problem, note_problem
from services.models import habits


def draw_habits(provider_id: str) -> None:
    """One line a model, each with its button; nothing where nothing was learnt."""
    learnt = habits.learnt_of(provider_id)
    if learnt:
        st.markdown("**Learnt from answers**")
        st.caption("Runs leave these settings out by themselves. Forget them if the model takes them now.")
    for number, item in enumerate(learnt):
        with st.container(horizontal=True, vertical_alignment="center", key=f"provider_habit_{provider_id}_{number}"):
            st.markdown(words.plain(item.told), width="content")
            st.button(
                "Forget what was learnt of this model",
                key=f"provider_forget_{provider_id}_{number}",
                icon=":material/history_toggle_off:",
                on_click=_forget,
                args=(provider_id, item.model),
            )
    draw_problem("habits")


def _forget(provider_id: str, model: str) -> None:
    try:
        habits.forget(provider_id, model)
    except HandaiError as error:
        note_problem("habits", error)
