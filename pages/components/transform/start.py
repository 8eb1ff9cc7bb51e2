"""The first screen of Transform: my file, a sample or a new dataset; and recipes to begin with."""

import streamlit as st

from engine.tables import READABLE
from handai_errors import HandaiError
from pages.components import words
from pages.components.open_path import draw_open_path
from pages.components.run_links import link
from pages.components.state import app_state, held
from pages.components.transform.arrival import choose
from pages.components.transform.recipe_panel import ICONS, take_on_sample
from pages.components.uploads import is_upload, store_and_let_go
from services.forms.built_in_recipes import RECIPES
from services.tables import datasets


def draw_start() -> None:
    """Three ways to begin, and what can be done."""
    with st.grid(3, min_column_width=280):
        with st.container(border=True, height="stretch", key="transform_start_file"):
            st.markdown(":material/upload_file: **My file**")
            draw_upload_field("CSV, Excel, TSV, JSON, JSONL or Parquet")
        with st.container(border=True, height="stretch", key="transform_start_sample"):
            st.markdown(":material/dataset: **A sample**")
            draw_sample_field()
        with st.container(border=True, height="stretch", key="transform_start_new"):
            st.markdown(":material/auto_awesome: **A new dataset**")
            st.caption("No data yet? Describe the table that you need, or take a template, and have it made.")
            link("generate", "Make a dataset", key="transform_to_generate", icon=":material/arrow_forward:")
    st.space("small")
    _draw_recipes()


def draw_upload_field(label: str, *, folded: bool = False) -> None:
    """The upload, and the way around its limit."""
    st.file_uploader(label, type=sorted(READABLE), key="transform_upload", on_change=_note_upload)
    draw_open_path(choose, folded=folded)


def draw_sample_field() -> None:
    """The sample tables."""
    found = {item.id: item for item in datasets.samples()}
    name = st.selectbox(
        "Try Handai on", list(found), format_func=lambda name: found[name].title, key="transform_sample_name"
    )
    st.caption(found[name].description)
    st.button("Use sample data", key="transform_sample", on_click=_use_sample, icon=":material/table_view:")


def read_upload() -> None:
    """Take the file that was just handed over, if there is one."""
    state, file = app_state(), held("transform_upload")
    if not state.upload_changed:
        return
    state.upload_changed, state.problem = False, None
    if not is_upload(file):
        return
    try:
        with st.spinner("Reading the table …"):
            choose(store_and_let_go(file))
    except HandaiError as error:
        state.problem = error


def _draw_recipes() -> None:
    st.subheader("What can it do?", anchor=False)
    st.caption(
        "Each recipe asks a question or two and fills in the rest. Try one on sample data now, or on your own file."
    )
    with st.grid(4, min_column_width=150):
        for recipe in RECIPES:
            with st.container(border=True, height="stretch", gap="xsmall", key=f"transform_try_card_{recipe.id}"):
                st.markdown(f"{ICONS[recipe.id]} **{words.plain(recipe.title)}**")
                with st.container(height="stretch"):
                    st.caption(words.plain(recipe.about))
                st.button(
                    "Try it",
                    key=f"transform_try_{recipe.id}",
                    type="tertiary",
                    icon=":material/play_circle:",
                    help=f"{recipe.title}: on sample data, without a key",
                    on_click=take_on_sample,
                    args=(recipe,),
                )


def _note_upload() -> None:
    app_state().upload_changed = is_upload(held("transform_upload"))


def _use_sample() -> None:
    state, name = app_state(), held("transform_sample_name")
    sample = next((item for item in datasets.samples() if item.id == name), datasets.samples()[0])
    state.problem = None
    try:
        choose(datasets.store_file(sample.path, sample=True), sample.instructions)
    except HandaiError as error:
        state.problem = error
