"""The last step of Generate: what leaves this machine, what must be mended, Preview and Generate all."""

from contextlib import suppress

from streamlit.delta_generator import DeltaGenerator

from handai_errors import HandaiError
from pages.components.generate.arrival import keep_address
from pages.components.model_key import typed_key
from pages.components.setup.launch_buttons import Buttons, draw_buttons
from pages.components.setup.outlook import draw_outlook
from pages.components.setup.preview_panel import OLDER, Shown, draw_preview_panel
from pages.components.state import PreviewMade, app_state
from services import preferences
from services.forms import drafts
from services.forms.generate_form import GenerateForm, asked, asked_now, readiness, to_spec
from services.forms.model_form import to_preferences
from services.running import runs


def draw_launch(form: GenerateForm, place: DeltaGenerator | None) -> None:
    """The buttons, whatever stands in their way, and in its `place` what a run would take."""
    ready = readiness(form, typed_key(form.provider, form.base_url))
    takes = None
    if place is not None:
        state = app_state()
        takes = draw_outlook(
            place, form, ready.plan, [made.run_id for made in state.previews_of(state.generate.draft_id or "")]
        )
    few = min(form.preview_rows, form.draft.rows)
    buttons = Buttons(
        few,
        form.draft.rows,
        "Generate all",
        form,
        preview=lambda: _start_preview(form, few),
        everything=lambda: _start_all(form),
    )
    draw_buttons("generate", form, ready, buttons, takes, blocked=_is_unread())


def draw_preview(form: GenerateForm) -> None:
    """The last preview of this draft, if there is one."""
    state = app_state()
    made = state.preview_of(state.generate.draft_id)
    if made is not None:
        older = OLDER if made.asked != asked_now(form) else None
        draw_preview_panel("generate", Shown(made, form.draft.rows, older))


def _is_unread() -> bool:
    """Whether the YAML above can't be read: what would run is not what is written there."""
    return app_state().generate.yaml_problem is not None


def _start_preview(form: GenerateForm, few: int) -> str:
    state = app_state()
    record = runs.start(
        runs.NewRun(
            to_spec(form, rows=few), session=form.session.strip() or None, preview=True, reuse_from=_reusable(form)
        ),
        typed_key(form.provider, form.base_url),
    )
    state.previews.append(PreviewMade(record.id, state.generate.draft_id or "", asked(record.spec)))
    _remember(form)
    keep_address()
    return record.id


def _start_all(form: GenerateForm) -> str:
    record = runs.start(
        runs.NewRun(
            to_spec(form),
            name=form.run_name.strip() or None,
            session=form.session.strip() or None,
            reuse_from=_reusable(form),
        ),
        typed_key(form.provider, form.base_url),
    )
    _remember(form)
    return record.id


def _reusable(form: GenerateForm) -> tuple[str, ...]:
    """This draft's previews, whose answers to equal requests are taken over."""
    state = app_state()
    made_here = [made for made in reversed(state.previews) if made.about == state.generate.draft_id]
    return tuple(made.run_id for made in made_here if form.cache)


def _remember(form: GenerateForm) -> None:
    with suppress(HandaiError):  # the run has begun, and says itself if the disk is full
        if form.needs_model:
            saved = preferences.load()
            preferences.save(to_preferences(form.model_copy(update={"json_mode": saved.json_mode}), saved))
        drafts.save_schema(app_state().generate.draft_id or "", form)
