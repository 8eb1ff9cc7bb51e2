"""A schema learned from an uploaded table: what its columns are like, never what a single row holds."""

import streamlit as st

from handai_db import DatasetRecord
from handai_errors import HandaiError
from pages.components import words
from pages.components.generate.arrival import begin
from pages.components.uploads import draw_upload
from services.tables.schemas import learn_from_dataset


def draw_learn() -> None:
    """The upload, how many rows are wanted, and the button."""
    st.markdown(
        "Upload a table like the one you want. Handai learns its types, categories, ranges and formats on this "
        "computer. Names, addresses and free texts are not copied: invented ones take their place."
    )
    table = draw_upload("A sample table", "generate_upload")
    if table is None:
        return
    try:
        _draw_found(table)
    except HandaiError as error:
        st.error(words.plain(error.remedy), title=words.plain(error.cause))


def _draw_found(table: DatasetRecord) -> None:
    info = table.info
    columns = f"{len(info.columns):,} column{'' if len(info.columns) == 1 else 's'}"
    st.markdown(f"**{words.plain(table.filename)}** · {words.rows_words(info.rows)} × {columns}")
    rows = st.number_input(
        "Rows to make", min_value=1, max_value=10_000_000, value=max(1, info.rows), step=1, key="generate_learn_rows"
    )
    if st.button("Learn its columns", key="generate_learn", type="primary", icon=":material/school:"):
        with st.spinner("Learning …"):
            learned = learn_from_dataset(table.id, int(rows or 1))
        begin(learned.schema, learned.notes)
        st.rerun()
