"""The last step of Transform: what leaves this machine, what must be mended, Preview and Run all."""

from contextlib import suppress

from streamlit.delta_generator import DeltaGenerator

from handai_db import DatasetRecord
from handai_errors import HandaiError
from pages.components.model_key import typed_key
from pages.components.setup.launch_buttons import Buttons, draw_buttons
from pages.components.setup.outlook import draw_outlook
from pages.components.state import PreviewMade, app_state
from pages.components.transform.arrival import keep_address
from pages.components.transform.preview_choice import rows_previewed
from services import preferences
from services.forms import drafts
from services.forms.model_form import to_preferences
from services.forms.transform_form import TransformForm, asked, preview_spec, readiness, to_spec
from services.running import runs


def draw_launch(table: DatasetRecord, form: TransformForm, place: DeltaGenerator) -> None:
    """The buttons, whatever stands in their way, and in its `place` what a run would take."""
    ready = readiness(form, table, typed_key(form.provider, form.base_url))
    rows = ready.plan.rows if ready.plan else table.info.rows
    takes = draw_outlook(place, form, ready.plan, [made.run_id for made in app_state().previews_of(table.id)], table)
    buttons = Buttons(
        rows_previewed(table, form, rows),
        rows,
        "Run all",
        (table.id, form),
        preview=lambda: start_preview(table, form),
        everything=lambda: _start_all(table, form),
    )
    draw_buttons("transform", form, ready, buttons, takes)


def start_preview(table: DatasetRecord, form: TransformForm, *, remember: bool = True) -> str:
    """Have a few rows asked, and return that run's id; raises HandaiError. `remember` the settings for next time."""
    spec = preview_spec(form, table)
    reuse = _reusable(table, form)
    record = runs.start(
        runs.NewRun(spec, table.id, session=form.session.strip() or None, preview=True, reuse_from=reuse),
        typed_key(form.provider, form.base_url),
    )
    app_state().previews.append(PreviewMade(record.id, table.id, asked(record.spec)))
    if remember:
        _remember(table, form)
    keep_address()
    return record.id


def _start_all(table: DatasetRecord, form: TransformForm) -> str:
    spec = to_spec(form, table)
    record = runs.start(
        runs.NewRun(
            spec,
            table.id,
            name=form.run_name.strip() or None,
            session=form.session.strip() or None,
            reuse_from=_reusable(table, form),
        ),
        typed_key(form.provider, form.base_url),
    )
    _remember(table, form)
    return record.id


def _reusable(table: DatasetRecord, form: TransformForm) -> tuple[str, ...]:
    """Runs whose answers to equal requests are taken over: this visit's previews, and the run that is added to."""
    state = app_state()
    previews = [made.run_id for made in reversed(state.previews) if made.about == table.id and form.cache]
    return (*previews, *([state.added_to] if state.added_to else []))


def _remember(table: DatasetRecord, form: TransformForm) -> None:
    with suppress(HandaiError):  # the run has begun, and says itself if the disk is full
        preferences.save(to_preferences(form, preferences.load()))
        drafts.save(table.id, form)
