"""The two buttons that start something, the check offered before a big job, and what stands in the way."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from handai_db import CheckRecord
from handai_errors import HandaiError
from pages.components import words
from pages.components.model_key import typed_key
from pages.components.presses import draw_starter, started_by
from pages.components.provider_errands import draw_errand, start
from pages.components.provider_words import check_line
from pages.components.run_links import go
from pages.components.scrolling import scroll_later
from pages.components.setup.launch_words import tell
from services.forms.model_form import ModelForm, Readiness
from services.models.availability import Standing, check_now
from services.running.checks import Plan


@dataclass(frozen=True, slots=True)
class Buttons:
    """What the two buttons say and do: `few` of `rows` rows first (None while that can't be said), or all of them.

    `asked` is what they would ask. Each starts a run and returns its id; raises HandaiError if it has not begun.
    """

    few: int | None
    rows: int
    all_of_it: str
    asked: object
    preview: Callable[[], str]
    everything: Callable[[], str]


def draw_buttons(
    prefix: str, form: ModelForm, ready: Readiness, buttons: Buttons, takes: str | None = None, *, blocked: bool = False
) -> None:
    """What is to be mended or known; and the buttons, always in sight, beside them what all of it `takes`."""
    tell(prefix, ready)
    _draw_check(prefix, form, ready.plan)
    with st.bottom, st.container(key=f"{prefix}_bar", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            preview, everything = _draw_two(prefix, buttons, blocked=blocked or ready.runnable is None)
            _draw_beside(ready, takes)
        try:
            if started_by(preview, buttons.asked, buttons.preview):
                scroll_later(f"{prefix}_preview_panel")
            if run_id := started_by(everything, buttons.asked, buttons.everything):
                go("run", run=run_id)
        except HandaiError as error:
            st.error(words.error_words(error), title="It could not start")


def _draw_two(prefix: str, buttons: Buttons, *, blocked: bool) -> tuple[str, str]:
    preview, everything = f"{prefix}_preview", f"{prefix}_run"
    draw_starter(
        "Preview" if buttons.few is None else f"Preview ({words.rows_words(buttons.few)})",
        preview,
        disabled=blocked or buttons.few is None,
        icon=":material/visibility:",
    )
    draw_starter(
        f"{buttons.all_of_it} ({words.rows_words(buttons.rows)})",
        everything,
        type="primary",
        disabled=blocked,
        icon=":material/play_arrow:",
    )
    return preview, everything


def _draw_beside(ready: Readiness, takes: str | None) -> None:
    """Why the buttons can't be pressed, else what all of it takes."""
    if ready.problems:
        st.caption(f":orange[:material/edit:] {words.plain(ready.problems[0].cause)}", width="content")
    elif takes:
        st.caption(f":material/payments: {words.plain(takes)}", width="content")


def _draw_check(prefix: str, form: ModelForm, plan: Plan | None) -> None:
    """One short question to the model before many: offered, never asked by itself."""
    if plan is None:
        return
    model = plan.spec.model
    name = f"model:{model.provider}:{model.base_url}:{model.model}"
    with st.container(key=f"{prefix}_model_check"):
        if plan.advice:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.caption(f":material/info: {words.plain(plan.advice)}", width="content")
                typed = typed_key(form.provider, form.base_url)
                st.button(
                    "Check the model first",
                    key=f"{prefix}_model_check_now",
                    icon=":material/bolt:",
                    on_click=start,
                    args=(name, lambda: check_now(model.provider, model.base_url, model.model, typed)),
                )
        draw_errand(name, f"Asking {words.plain(model.model)} one short question …", _draw_found)


def _draw_found(check: CheckRecord) -> None:
    (st.success if check.standing == Standing.WORKS else st.error)(check_line(check))
