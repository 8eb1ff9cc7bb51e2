"""Columns that the model suggests."""

from engine.columns import Output
from handai_db import DatasetRecord
from services.transform_form import TransformForm


def draw_suggest(table: DatasetRecord, form: TransformForm) -> tuple[Output, ...] | None:
    """Stub until services/proposals is there."""
    return None
