"""The pages as they were left: a reload is a new visit, and must lose nothing but the key."""

import secrets
from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from engine.declared import Declared
from engine.tables import Cell
from services.forms.generate_form import GenerateForm
from services.forms.transform_form import TransformForm
from services.home import open_catalogue

_TRANSFORM, _GENERATE, _CELLS = "transform_drafts", "generate_drafts", "unsaved_cells"
_KEPT = 10
_Changed = TypeAdapter(dict[int, dict[str, Any]])

Cells = Mapping[int, Mapping[str, Cell]]  # by row and column
Form = TypeVar("Form", bound=Declared)


def load(dataset_id: str) -> TransformForm | None:
    """The Transform settings as they were left over this dataset, if they are still kept."""
    return _read(_TRANSFORM, dataset_id, TransformForm)


def save(dataset_id: str, form: TransformForm) -> None:
    """Keep the Transform settings over this dataset; those left longest ago make room."""
    _write(_TRANSFORM, dataset_id, form)


def new_id() -> str:
    """A name for a schema that is begun."""
    return secrets.token_hex(4)


def load_schema(draft_id: str) -> GenerateForm | None:
    """The Generate page as this draft was left, if it is still kept."""
    return _read(_GENERATE, draft_id, GenerateForm)


def save_schema(draft_id: str, form: GenerateForm) -> None:
    """Keep the Generate page as this draft; those left longest ago make room."""
    _write(_GENERATE, draft_id, form)


def newest_schema() -> tuple[str, GenerateForm] | None:
    """The draft of the Generate page that was worked on last."""
    for draft_id in reversed(_all(_GENERATE)):
        if form := load_schema(draft_id):
            return draft_id, form
    return None


def load_cells(run_id: str) -> dict[int, dict[str, Cell]]:
    """The cells that were changed in a run's table and neither saved nor discarded, by row and column."""
    return _cells_in(_all(_CELLS), run_id)


def change_cells(run_id: str, changed: Cells, gone: Collection[tuple[int, str]] = ()) -> dict[int, dict[str, Cell]]:
    """Keep cells until they are saved, discarded or deleted with their run, and forget those `gone` (row, column).

    What another tab keeps of the run stays; returns all that is kept of it now.
    """
    kept: dict[int, dict[str, Cell]] = {}

    def merged(found: object) -> dict[str, Any]:
        drafts = dict(found) if isinstance(found, dict) else {}
        kept.update(merged_cells(_cells_in(drafts, run_id), changed, gone))
        others = {other: draft for other, draft in drafts.items() if other != run_id}
        return {**others, run_id: kept} if kept else others

    with open_catalogue() as catalogue:
        catalogue.settings.change(_CELLS, merged)
    return kept


def merged_cells(kept: Cells, changed: Cells, gone: Collection[tuple[int, str]]) -> dict[int, dict[str, Cell]]:
    """Kept cells without those that are gone, and with what is changed of them."""
    found = {
        row: {name: cell for name, cell in cells.items() if (row, name) not in gone} for row, cells in kept.items()
    }
    for row, cells in changed.items():
        found[row] = {**found.get(row, {}), **cells}
    return {row: cells for row, cells in found.items() if cells}


def forget_cells(run_id: str) -> None:
    """Forget what was changed in a run's table and not saved."""
    if run_id in _all(_CELLS):
        with open_catalogue() as catalogue:
            catalogue.settings.change(
                _CELLS, lambda found: {other: draft for other, draft in found.items() if other != run_id}
            )


def _cells_in(drafts: Mapping[str, Any], run_id: str) -> dict[int, dict[str, Cell]]:
    try:
        return _Changed.validate_python(drafts.get(run_id, {}))
    except ValidationError:  # an older version's
        return {}


def _read(key: str, name: str, kind: type[Form]) -> Form | None:
    draft = _all(key).get(name)
    try:
        return kind.model_validate(draft) if draft else None
    except ValidationError:  # an older version's
        return None


def _write(key: str, name: str, form: Declared) -> None:
    drafts = {other: draft for other, draft in _all(key).items() if other != name}
    newest = list(drafts.items())[-(_KEPT - 1) :]
    with open_catalogue() as catalogue:
        catalogue.settings.put({key: dict([*newest, (name, form.model_dump(mode="json"))])})


def _all(key: str) -> dict[str, Any]:
    with open_catalogue() as catalogue:
        found = catalogue.settings.all().get(key, {})
    return found if isinstance(found, dict) else {}
