"""Try it: one question to a provider's model, its answer as it comes, and the request as a command to copy."""

import streamlit as st

from engine.spec import ModelSettings
from handai_errors import HandaiError
from pages.components import words
from pages.components.provider_errands import draw_problem, note_problem
from pages.components.state import app_state, held, seed
from providers.base import Message
from services.models.provider_view import ProviderView
from services.models.try_it import Question, TrialState, begin
from services.results import curl

_EVERY_S = 0.2


def draw_try(view: ProviderView) -> None:
    """The panel; the answer is shown as plain text, never rendered."""
    spec, state = view.brief.spec, app_state().providers
    st.markdown("**Try it**")
    field = f"provider_question_{spec.id}"
    seed(field, "Say hello in one sentence.")
    st.text_area("Question", key=field, height=80)
    with st.container(horizontal=True):
        st.button("Ask", key=f"provider_ask_{spec.id}", icon=":material/send:", on_click=_ask, args=(view,))
        if spec.id != "demo":
            st.button(
                "Copy as curl",
                key=f"provider_curl_{spec.id}",
                icon=":material/terminal:",
                help="For a terminal: the same request with curl.",
                on_click=_curl,
                args=(view,),
            )
    if state.trial_of != spec.id:
        return
    if state.curl:
        st.code(state.curl, language="bash", wrap_lines=True)
        st.caption("The key is left out: the command takes it from its variable.")
    if state.trial:
        with st.container(border=True, key=f"provider_answer_{spec.id}"):
            _draw_answer(spec.id)
    draw_problem("try")


def _draw_answer(provider_id: str) -> None:
    """The answer as far as it has come, looked at again and again until it has ended or is stopped."""
    trial = app_state().providers.trial
    if trial is None:
        return
    st.fragment(_follow, run_every=None if trial.state().ended else _EVERY_S)(provider_id)


def _follow(provider_id: str) -> None:
    state = app_state().providers
    trial = state.trial
    if trial is None:
        return
    found = trial.state()
    st.text(found.text)
    st.caption(_told(found))
    if found.problem:
        st.error(words.error_words(found.problem))
    if not found.ended:
        st.button("Stop", key=f"provider_stop_{provider_id}", icon=":material/stop:", on_click=trial.stop)
    elif state.streaming:  # the first look at its end: nothing has to be looked at again
        state.streaming = False
        st.rerun()


def _told(found: TrialState) -> str:
    if not found.ended:
        return "Still coming."
    if found.stopped:
        return f"Stopped after {words.duration(found.latency_s)}. What was asked may be billed."
    parts = [f"Answered in {words.duration(found.latency_s)}"]
    if found.first_piece_s is not None:
        parts.append(f"first words after {words.duration(found.first_piece_s)}")
    if found.completion and found.completion.usage.cost_usd is not None:
        parts.append(f"cost {words.cost(found.completion.usage.cost_usd)}")
    if found.problem:
        parts[0] = f"Ended after {words.duration(found.latency_s)}, not whole"
    return ", ".join(parts) + "."


def _question(view: ProviderView) -> Question:
    spec, defaults = view.brief.spec, view.defaults
    text = str(held(f"provider_question_{spec.id}") or "").strip() or "Hello"
    own = defaults.base_url if defaults.base_url != spec.base_url else None
    model = ModelSettings(provider=spec.id, model=defaults.model or spec.id, base_url=own)
    return Question(model, (Message("user", text),))


def _ask(view: ProviderView) -> None:
    state, spec = app_state().providers, view.brief.spec
    if state.trial is not None:
        state.trial.stop()  # nobody looks at it any more
    state.trial, state.curl, state.trial_of = None, None, spec.id
    try:
        state.trial = begin(_question(view), app_state().typed_keys.get(spec.id, view.defaults.base_url))
        state.streaming = True
    except HandaiError as error:
        note_problem("try", error)


def _curl(view: ProviderView) -> None:
    state, spec = app_state().providers, view.brief.spec
    if state.trial_of != spec.id:
        state.trial = None
    state.trial_of = spec.id
    try:
        question = _question(view)
        state.curl = curl.curl_for(question.model, question.request(), stream=True)
    except HandaiError as error:
        note_problem("try", error)
