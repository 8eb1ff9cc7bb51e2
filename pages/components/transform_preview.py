"""The newest preview over the chosen table."""

from handai_db import DatasetRecord
from pages.components.preview_panel import draw_preview_panel
from pages.components.state import app_state
from services.transform_form import TransformForm, asked_now, rows_asked


def draw_preview(table: DatasetRecord, form: TransformForm) -> None:
    """The last preview over this table, if there is one."""
    made = app_state().preview_of(table.id)
    if made is not None:
        draw_preview_panel("transform", made, rows_asked(form, table), older=made.asked != asked_now(form, table))
