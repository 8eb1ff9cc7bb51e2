"""The last step of Generate: what leaves this machine, what must be mended, Preview and Generate all."""

import streamlit as st

from handai_errors import HandaiError
from pages.components import run_words as words
from pages.components.generate_arrival import keep_address
from pages.components.launch_words import tell
from pages.components.model_fields import typed_key
from pages.components.preview_panel import draw_preview_panel
from pages.components.run_links import go
from pages.components.state import PreviewMade, app_state
from services import drafts, preferences, runs
from services.generate_form import GenerateForm, asked, asked_now, readiness, to_spec
from services.model_form import to_preferences


def draw_launch(form: GenerateForm) -> None:
    """The buttons, and whatever stands in their way."""
    ready = readiness(form, typed_key(form.provider))
    st.subheader(f"{4 if form.needs_model else 3} · Try a few rows, then generate all", anchor=False)
    tell("generate", ready)
    rows = form.draft.rows
    few = min(form.preview_rows, rows)
    blocked = ready.runnable is None or _is_unread()
    with st.container(horizontal=True):
        preview = st.button(
            f"Preview ({words.rows_words(few)})",
            key="generate_preview",
            disabled=blocked,
            icon=":material/visibility:",
        )
        everything = st.button(
            f"Generate all ({words.rows_words(rows)})",
            key="generate_run",
            type="primary",
            disabled=blocked,
            icon=":material/play_arrow:",
        )
    try:
        if preview:
            _start_preview(form, few)
        if everything:
            _start_all(form)
    except HandaiError as error:
        st.error(words.error_words(error), title="It could not start")


def draw_preview(form: GenerateForm) -> None:
    """The last preview of this draft, if there is one."""
    state = app_state()
    made = state.preview_of(state.generate.draft_id)
    if made is not None:
        draw_preview_panel("generate", made, form.draft.rows, older=made.asked != asked_now(form))


def _is_unread() -> bool:
    """Whether the YAML above can't be read: what would run is not what is written there."""
    return app_state().generate.yaml_problem is not None


def _start_preview(form: GenerateForm, few: int) -> None:
    state = app_state()
    record = runs.start(
        runs.NewRun(
            to_spec(form, rows=few), session=form.session.strip() or None, preview=True, reuse_from=_reusable()
        ),
        typed_key(form.provider),
    )
    state.previews.append(PreviewMade(record.id, state.generate.draft_id or "", asked(record.spec)))
    keep_address()
    _remember(form)


def _start_all(form: GenerateForm) -> None:
    record = runs.start(
        runs.NewRun(
            to_spec(form),
            name=form.run_name.strip() or None,
            session=form.session.strip() or None,
            reuse_from=_reusable(),
        ),
        typed_key(form.provider),
    )
    _remember(form)
    go("run", run=record.id)


def _reusable() -> tuple[str, ...]:
    """This draft's previews, whose answers to equal requests are taken over."""
    state = app_state()
    return tuple(made.run_id for made in reversed(state.previews) if made.about == state.generate.draft_id)


def _remember(form: GenerateForm) -> None:
    if form.needs_model:
        saved = preferences.load()
        preferences.save(to_preferences(form.model_copy(update={"json_mode": saved.json_mode}), saved))
    drafts.save_schema(app_state().generate.draft_id or "", form)
