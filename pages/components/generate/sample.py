"""The first rows as far as no model is needed: drawn at once, and exactly those of the run."""

import pandas as pd
import streamlit as st

from engine.schema import columns as c
from engine.schema.graph import column_names
from pages.components import words
from pages.components.run_frames import shown_cell
from services.forms.generate_form import GenerateForm, sample_or_why

_ROWS = 8


def draw_sample(form: GenerateForm) -> None:
    """Some rows of the table; what is wrong with the schema is told with the buttons below."""
    if not form.draft.columns:
        return
    rows, _ = sample_or_why(form.draft, _ROWS)
    if not rows:
        return
    waiting = _written(form.draft)
    frame = pd.DataFrame({name: [shown_cell(row.get(name)) for row in rows] for name in rows[0]})
    frame.index = pd.RangeIndex(1, len(rows) + 1, name="Row")
    with st.container(key="generate_sample", gap="xsmall"):
        st.markdown("**The first rows**, drawn without a model")
        st.dataframe(
            frame,
            key="generate_sample_table",
            height=38 + 35 * len(rows),
            placeholder="",
            alt="The first rows of the sampled columns",
        )
        if waiting:
            st.caption(f"The model adds: {', '.join(waiting)}.")


def _written(schema: c.Schema) -> list[str]:
    """What a model adds, as it may stand in Markdown."""
    made = [column for column in schema.columns if isinstance(column, c.ModelColumn | c.JudgeColumn) and column.export]
    return [words.plain(name) for column in made for name in column_names(column)]
