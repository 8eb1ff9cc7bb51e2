"""The Transform page as it was left, by dataset: a reload is a new visit, and must lose nothing but the key."""

from typing import Any

from pydantic import ValidationError

from services.home import open_catalogue
from services.transform_form import TransformForm

_KEY = "transform_drafts"
_KEPT = 10


def load(dataset_id: str) -> TransformForm | None:
    """The settings as they were left over this dataset, if they are still kept."""
    draft = _all().get(dataset_id)
    try:
        return TransformForm.model_validate(draft) if draft else None
    except ValidationError:  # an older version's
        return None


def save(dataset_id: str, form: TransformForm) -> None:
    """Keep the settings over this dataset; those left longest ago make room."""
    drafts = {name: draft for name, draft in _all().items() if name != dataset_id}
    newest = list(drafts.items())[-(_KEPT - 1) :]
    with open_catalogue() as catalogue:
        catalogue.settings.put({_KEY: dict([*newest, (dataset_id, form.model_dump(mode="json"))])})


def _all() -> dict[str, Any]:
    with open_catalogue() as catalogue:
        found = catalogue.settings.all().get(_KEY, {})
    return found if isinstance(found, dict) else {}
