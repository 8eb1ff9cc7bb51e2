"""The last step of Transform: what leaves this machine, what must be mended, Preview and Run all."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from pydantic import SecretStr
from streamlit.delta_generator import DeltaGenerator

from engine.spec import RunSpec
from handai_db import DatasetRecord, RunRecord
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
    start = Starter.here(table, form)
    buttons = Buttons(
        rows_previewed(table, form, rows),
        rows,
        "Run all",
        (table.id, form),
        preview=start.preview,
        everything=start.everything,
    )
    draw_buttons("transform", form, ready, buttons, takes)
    keep_address()


@dataclass(frozen=True, slots=True)
class Starter:
    """Starts runs over a table, with all that this takes of the visit: nothing of it is asked for while one starts.

    `reuse` are runs whose answers to equal requests are taken over: its previews, and the run that is added to.
    """

    table: DatasetRecord
    form: TransformForm
    key: SecretStr | None
    reuse: tuple[str, ...]
    previews: list[PreviewMade]

    @classmethod
    def here(cls, table: DatasetRecord, form: TransformForm) -> Self:
        """As the visit is now."""
        state = app_state()
        made = [made.run_id for made in reversed(state.previews) if made.about == table.id and form.cache]
        reuse = (*made, *([state.added_to] if state.added_to else []))
        return cls(table, form, typed_key(form.provider, form.base_url), reuse, state.previews)

    def preview(self, *, remember: bool = True) -> str:
        """Have a few rows asked; the run's id. `remember` the settings for next time. Raises HandaiError."""
        record = self._start(preview_spec(self.form, self.table), preview=True)
        self.previews.append(PreviewMade(record.id, self.table.id, asked(record.spec)))
        if remember:
            _remember(self.table, self.form)
        return record.id

    def everything(self) -> str:
        """Have all rows asked; the run's id. Raises HandaiError."""
        record = self._start(to_spec(self.form, self.table), name=self.form.run_name.strip() or None)
        _remember(self.table, self.form)
        return record.id

    def _start(self, spec: RunSpec, *, name: str | None = None, preview: bool = False) -> RunRecord:
        session = self.form.session.strip() or None
        new = runs.NewRun(spec, self.table.id, name=name, session=session, preview=preview, reuse_from=self.reuse)
        return runs.start(new, self.key)


def _remember(table: DatasetRecord, form: TransformForm) -> None:
    with suppress(HandaiError):  # the run has begun, and says itself if the disk is full
        preferences.save(to_preferences(form, preferences.load()))
        drafts.save(table.id, form)
