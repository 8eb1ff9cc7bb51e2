"""A schema learned from an uploaded table: what its columns are like, never what a single row holds."""

import streamlit as st

from engine.tables import ParseOptions
from engine.tables.formats import READABLE
from handai_db import DatasetRecord
from handai_errors import HandaiError
from pages.components import run_words as words
from pages.components.generate_arrival import begin
from services import datasets
from services.schemas import learn_from_dataset


def draw_learn() -> None:
    """The upload, how many rows are wanted, and the button."""
    st.markdown(
        "Upload a table like the one you want. Handai learns its types, categories, ranges and formats on this "
        "computer. Names, addresses and free texts are not copied: invented ones take their place."
    )
    file = st.file_uploader("A sample table", type=sorted(READABLE), key="generate_upload")
    if file is None:
        return
    try:
        with st.spinner("Reading the table …"):
            table = datasets.store_upload(file, file.name, ParseOptions())
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
