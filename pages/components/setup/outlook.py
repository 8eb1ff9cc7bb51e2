"""Before a run: what it would take as a range, the cap beside it, and what is left on the key."""

from collections.abc import Sequence
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from handai_db import DatasetRecord
from handai_errors import HandaiError
from pages.components import words
from pages.components.key_trial import trial_name
from pages.components.provider_errands import found_by
from pages.components.setup.launch_words import key_words, outlook_words, short_words
from pages.components.state import seed
from services.forms.estimates import Outlook
from services.forms.model_form import ModelForm
from services.forms.outlook import outlook
from services.models.key_check import KeyReport
from services.running.checks import Plan

AnyForm = TypeVar("AnyForm", bound=ModelForm)
_HELP = "The run pauses before it could cost more. Needs a model with a known price. Empty: no cap."


def draw_cap(form: AnyForm, prefix: str) -> tuple[AnyForm, DeltaGenerator]:
    """The form with the spending cap, and the place beside it for what the run would take."""
    key = f"{prefix}_max_cost_usd"
    now = seed(key, form.max_cost_usd)
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"{prefix}_before"):
        cap = st.number_input(
            "Spending cap, in US dollars",
            min_value=0.01,
            value=now,
            step=1.0,
            placeholder="No cap",
            key=key,
            help=_HELP,
            width=230,
        )
        place = st.container(key=f"{prefix}_outlook", gap="xsmall")
    return form.model_copy(update={"max_cost_usd": cap}), place


def draw_outlook(
    place: DeltaGenerator,
    form: ModelForm,
    plan: Plan | None,
    previews: Sequence[str],
    table: DatasetRecord | None = None,
) -> str | None:
    """What the run would take, and whether the cap and the key are enough for it; returns it in few words."""
    if plan is None:
        return None
    try:
        found = outlook(plan, previews, table)
    except HandaiError:  # the check beside it says what is wrong with the table
        return None
    if found is None:
        return None
    first, *rest = outlook_words(found)
    with place:
        st.markdown(f":material/payments: **{words.plain(first)}**")
        for line in rest:
            st.caption(words.plain(line))
        for warning in (_of_cap(found, form.max_cost_usd), _of_key(found, form)):
            if warning:
                st.caption(warning)
    return short_words(found)


def _of_cap(found: Outlook, cap: float | None) -> str | None:
    if cap is None or found.cost_usd is None or found.cost_usd.high <= cap:
        return None
    likely = "is" if found.cost_usd.low > cap else "may be"
    said = f"The cap of {words.cost(cap)} {likely} too low for all rows: the run pauses there until you raise it."
    return f":orange[:material/savings: {words.plain(said)}]"


def _of_key(found: Outlook, form: ModelForm) -> str | None:
    """What the provider said is left on the key, if it was asked and told."""
    report = found_by(trial_name(form.provider, form.base_url))
    left = report.facts.remaining_usd if isinstance(report, KeyReport) and report.facts else None
    if left is None:
        return None
    said, enough = key_words(found, left)
    return f":material/key: {words.plain(said)}" if enough else f":orange[:material/key: {words.plain(said)}]"
