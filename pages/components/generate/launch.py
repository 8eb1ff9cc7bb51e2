"""The last step of Generate: what leaves this machine, what must be mended, Preview and Generate all."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from pydantic import SecretStr
from streamlit.delta_generator import DeltaGenerator

from engine.spec import RunSpec
from handai_db import RunRecord
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
    start = _Starter.here(form)
    buttons = Buttons(
        few,
        form.draft.rows,
        "Generate all",
        form,
        preview=lambda: start.preview(few),
        everything=start.everything,
    )
    draw_buttons("generate", form, ready, buttons, takes, blocked=_is_unread())
    keep_address()


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


@dataclass(frozen=True, slots=True)
class _Starter:
    """Starts runs of a draft, with all that this takes of the visit: nothing of it is asked for while one starts.

    `reuse` are this draft's previews, whose answers to equal requests are taken over.
    """

    form: GenerateForm
    draft_id: str
    key: SecretStr | None
    reuse: tuple[str, ...]
    previews: list[PreviewMade]

    @classmethod
    def here(cls, form: GenerateForm) -> Self:
        state = app_state()
        made_here = [made for made in reversed(state.previews) if made.about == state.generate.draft_id]
        reuse = tuple(made.run_id for made in made_here if form.cache)
        return cls(form, state.generate.draft_id or "", typed_key(form.provider, form.base_url), reuse, state.previews)

    def preview(self, few: int) -> str:
        record = self._start(to_spec(self.form, rows=few), preview=True)
        self.previews.append(PreviewMade(record.id, self.draft_id, asked(record.spec)))
        return record.id

    def everything(self) -> str:
        return self._start(to_spec(self.form), name=self.form.run_name.strip() or None).id

    def _start(self, spec: RunSpec, *, name: str | None = None, preview: bool = False) -> RunRecord:
        session = self.form.session.strip() or None
        new = runs.NewRun(spec, name=name, session=session, preview=preview, reuse_from=self.reuse)
        record = runs.start(new, self.key)
        _remember(self.form, self.draft_id)
        return record


def _remember(form: GenerateForm, draft_id: str) -> None:
    with suppress(HandaiError):  # the run has begun, and says itself if the disk is full
        if form.needs_model:
            saved = preferences.load()
            preferences.save(to_preferences(form.model_copy(update={"json_mode": saved.json_mode}), saved))
        drafts.save_schema(draft_id, form)
