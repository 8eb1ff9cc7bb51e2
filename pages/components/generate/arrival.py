"""What the address of the Generate page asks for: a draft as it was left, or the settings of a run."""

from collections.abc import Sequence

from engine.schema.columns import Schema
from handai_errors import HandaiError, InputError
from pages.components.address import keep_in_address, said_in_address
from pages.components.card_list import open_card
from pages.components.generate.check_editor import PREFIX as CHECKS
from pages.components.generate.schema_editor import PREFIX as COLUMNS
from pages.components.generate.schema_yaml import forget_yaml
from pages.components.state import GenerateState, PreviewMade, app_state, put
from services import preferences
from services.forms import drafts
from services.forms.generate_form import GenerateForm, asked, from_preferences, from_spec, with_schema
from services.running import runs

VIEW = "generate_view"


def arrive() -> GenerateForm:
    """Act on a new address: the visit's first, a link's from another page, or the browser's back button."""
    state = app_state()
    state.enter("generate")
    page = state.generate
    form = page.form
    if form is None:
        page.form = form = from_preferences(preferences.load())
        state.fill()
    try:
        if page.arrived != _address():
            form = _act(page, form)
    except HandaiError as error:
        page.problem = error
    page.form = form
    keep_address()
    return form


def begin(schema: Schema, notes: Sequence[str] = (), *, as_yaml: bool = False) -> None:
    """Work on a schema from now on, as a new draft; `notes` tell how it came about."""
    state = app_state()
    form = state.generate.form or GenerateForm()
    state.generate.form, state.generate.draft_id = with_schema(form, schema), drafts.new_id()
    state.generate.problem = state.generate.proposing = None
    state.generate.notes = tuple(notes)
    _show_closed()
    put(VIEW, "YAML" if as_yaml else "Columns")
    keep_address()


def begin_anew() -> None:
    """Back to the ways in; the draft stays where it is kept."""
    state = app_state()
    form = state.generate.form or GenerateForm()
    state.generate = GenerateState(form=form.model_copy(update={"begun": False, "draft": Schema(columns=())}))
    _show_closed()
    keep_address()


def keep_address() -> None:
    """Put what a reload needs into the address."""
    page = app_state().generate
    preview = app_state().preview_of(page.draft_id)
    keep_in_address(
        {
            "from": None,
            "draft": page.draft_id if page.form and page.form.begun else None,
            "preview": preview.run_id if preview else None,
            "proposal": page.proposing,
        }
    )
    page.arrived = _address()


def _address() -> tuple[str | None, ...]:
    return said_in_address(("from", "draft", "preview", "proposal"))


def _act(page: GenerateState, form: GenerateForm) -> GenerateForm:
    origin, draft_id, preview, proposal = _address()
    if origin:
        filled = from_spec(runs.get(origin).spec, form)
        page.draft_id = drafts.new_id()
        _show_closed()
        return filled
    if draft_id and draft_id != page.draft_id:
        page.draft_id = draft_id
        _show_closed()
        _find_preview(draft_id, preview)
        return drafts.load_schema(draft_id) or form
    page.proposing = proposal
    return form


def _show_closed() -> None:
    app_state().fill()
    open_card(COLUMNS, None)
    open_card(CHECKS, None)
    forget_yaml()


def _find_preview(draft_id: str, preview: str | None) -> None:
    if preview is None:
        return
    try:
        record = runs.get(preview)
    except InputError:  # previews go after a day
        return
    app_state().previews.append(PreviewMade(record.id, draft_id, asked(record.spec)))
