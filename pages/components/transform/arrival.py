"""What the address of the Transform page asks for: a table, the settings of a run, only a newer file's added rows."""

from contextlib import suppress

from handai_db import DatasetRecord, RunRecord
from handai_errors import HandaiError, InputError
from pages.components.address import keep_in_address, said_in_address
from pages.components.state import AppState, PreviewMade, Undo, app_state
from services import preferences
from services.forms import drafts
from services.forms.sample_settings import without_sample
from services.forms.transform_form import TransformForm, asked, asked_now, from_preferences, from_spec, with_picked
from services.running import runs
from services.tables import datasets

_KEPT = 4  # previews that a reload brings back


def arrive() -> None:
    """Act on a new address: the visit's first, a link's from another page, or the browser's back button."""
    state = app_state()
    state.enter("transform")
    if state.form is None:
        state.form = from_preferences(preferences.load())
        state.fill()
    try:
        if state.arrived != _address():
            _act(state, state.form)
        elif state.table is not None:
            datasets.dataset(state.table.id)  # History may have deleted it meanwhile
    except HandaiError as error:
        state.problem, state.table = error, None
    keep_address()


def choose(record: DatasetRecord, instructions: str | None = None, *, same_columns: bool = False) -> None:
    """Work on another table from now on; with new columns the model sees all of them."""
    state = app_state()
    form = state.form or TransformForm()
    if state.table is not None and state.table.sample and not record.sample:
        form = without_sample(form)
    changes: dict[str, object] = {} if same_columns else {"columns": None}
    samples = {sample.instructions for sample in datasets.samples()}
    if instructions and (not form.instructions.strip() or form.instructions in samples):
        changes["instructions"] = instructions
    state.form, state.table, state.problem = form.model_copy(update=changes), record, None
    state.undo = None
    state.fill()
    keep_address()


def keep_address() -> None:
    """Put what a reload needs into the address."""
    state = app_state()
    previews = state.previews_of(state.table.id)[-_KEPT:] if state.table else ()
    keep_in_address(
        {
            "from": state.added_to,
            "added": "1" if state.added_to else None,
            "dataset": state.table.id if state.table else None,
            "preview": ",".join(made.run_id for made in previews) or None,
            "picked": None,  # it is in the form
            "run": None,  # its table is
        }
    )
    state.arrived = _address()


def _address() -> tuple[str | None, ...]:
    return said_in_address(("from", "added", "dataset", "preview", "run"))


def _act(state: AppState, form: TransformForm) -> None:
    origin, added, dataset_id, preview, _ = _address()
    if origin and not dataset_id:
        _follow(state, form, runs.get(origin), added=bool(added))
    elif dataset_id and (state.table is None or state.table.id != dataset_id):
        _come_back(state, form, datasets.dataset(dataset_id), preview)
        state.added_to = runs.get(origin).id if origin and added else None
    elif state.table is None and not dataset_id:
        _come_back_from_run(state, form)


def _follow(state: AppState, form: TransformForm, record: RunRecord, *, added: bool) -> None:
    (picked,) = said_in_address(["picked"])
    if record.preview and not picked:
        _go_on_with(state, form, record)
    else:
        _fill_from(state, with_picked(from_spec(record.spec, form), picked), record, added=added)


def _go_on_with(state: AppState, form: TransformForm, preview: RunRecord) -> None:
    """All rows are to be asked as a preview asked some, also if something else was written since."""
    table = datasets.dataset(preview.dataset_id or "")
    if state.table is None or state.table.id != table.id:
        _come_back(state, form, table, None)
        state.added_to = None
    now = state.form or form
    made = PreviewMade(preview.id, table.id, asked(preview.spec))
    state.previews = [*(other for other in state.previews if other.run_id != preview.id), made]
    if asked_now(now, table) != made.asked:
        state.form = from_spec(preview.spec, now).model_copy(update={"only_where": now.only_where})
        state.undo = Undo("As in the preview that you came from.", now, state.form.instructions)
        state.fill()


def _fill_from(state: AppState, form: TransformForm, record: RunRecord, *, added: bool) -> None:
    state.form = form
    state.fill()
    state.added_to = record.id if added else None
    state.table = None
    if not added:
        state.table = datasets.dataset(record.dataset_id or "")


def _come_back_from_run(state: AppState, form: TransformForm) -> None:
    """The table of the run that the address still names: the browser's Back after a reload of the run's page."""
    (run_id,) = said_in_address(["run"])
    with suppress(InputError):  # the run or its table is gone: the ways to begin are shown
        if run_id and (dataset_id := runs.get(run_id).dataset_id):
            _come_back(state, form, datasets.dataset(dataset_id), None)


def _come_back(state: AppState, form: TransformForm, table: DatasetRecord, preview: str | None) -> None:
    state.table, state.undo = table, None
    state.fill()
    state.form = drafts.load(table.id) or form
    for run_id in filter(None, (preview or "").split(",")[:_KEPT]):
        with suppress(InputError):  # previews go after a day
            record = runs.get(run_id)
            if record.dataset_id == table.id:
                state.previews.append(PreviewMade(record.id, table.id, asked(record.spec)))
