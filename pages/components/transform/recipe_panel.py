"""Recipes on the Transform page: chosen, answered, filled in where all can be changed, and taken back."""

import streamlit as st

from handai_db import DatasetRecord
from handai_errors import HandaiError
from pages.components import words
from pages.components.card_list import open_card
from pages.components.state import Undo, app_state, forget, held, put, seed
from pages.components.transform.arrival import choose
from services.forms.built_in_recipes import RECIPES
from services.forms.recipes import Kind, Question, Recipe, filled, likely_column, recipe_of
from services.forms.sample_settings import recipe_on_sample
from services.forms.transform_form import TransformForm
from services.tables import datasets

ICONS = {
    "classify": ":material/label:",
    "extract": ":material/checklist:",
    "translate": ":material/translate:",
    "summarise": ":material/short_text:",
    "code": ":material/format_quote:",
    "clean": ":material/cleaning_services:",
    "match": ":material/rule:",
}
_CHOSEN = "transform_recipe"
_OPEN, _FOLD = "transform_recipes", "transform_recipes_fold"
_LOOKED_AT = 20  # rows


def take_on_sample(recipe: Recipe) -> None:
    """Fill the page with a recipe and the sample table that it is tried on."""
    state = app_state()
    sample = next(item for item in datasets.samples() if item.id == recipe.sample)
    answers = {question.id: question.example for question in recipe.questions} | dict(recipe.answers)
    try:
        choose(datasets.store_file(sample.path, sample=True))
        form = state.form or TransformForm()
        made = recipe_on_sample(recipe, form)
    except HandaiError as error:
        state.problem = error
        return
    state.form, state.undo = made, Undo(_told(recipe), form, made.instructions)
    put(_CHOSEN, recipe.id)
    for question, answer in answers.items():
        put(_key(recipe, question), answer)


def draw_recipes(table: DatasetRecord, form: TransformForm) -> TransformForm:
    """The form, filled by a recipe if one was just used; drawn above the fields that it fills."""
    undone = _draw_undo()
    if undone is not None:
        return undone
    # Its state is kept, or it would close by itself while the first instructions are written below.
    if held(_FOLD):
        put(_OPEN, value=False)
        forget(_FOLD)
    seed(_OPEN, not form.instructions.strip())
    with st.expander("Begin with a recipe", icon=":material/menu_book:", key=_OPEN, on_change="rerun"):
        chosen = st.pills(
            "What is to be done?",
            [recipe.id for recipe in RECIPES],
            format_func=lambda name: f"{ICONS[name]} {recipe_of(RECIPES, name).title}",
            key=_CHOSEN,
            label_visibility="collapsed",
        )
        if chosen is None:
            st.caption("It asks a question or two and fills in the rest. Everything can then be changed.")
            return form
        return _draw_chosen(recipe_of(RECIPES, chosen), table, form)


def _draw_chosen(recipe: Recipe, table: DatasetRecord, form: TransformForm) -> TransformForm:
    st.caption(words.plain(recipe.about))
    with st.grid(2, min_column_width=260):
        answers = {question.id: _ask(recipe, question, table) for question in recipe.questions}
    own = _is_own(form)
    with st.container(horizontal=True, vertical_alignment="center"):
        use = st.button(
            "Replace my instructions" if own else "Fill it in",
            key="transform_recipe_use",
            type="secondary" if own else "primary",
            icon=":material/edit_note:",
        )
        if own:
            st.caption("Your instructions and columns can be brought back.", width="content")
    if not use:
        return form
    try:
        made = filled(recipe, answers, form)
    except HandaiError as error:
        st.warning(words.plain(error.remedy), title=words.plain(error.cause), icon=":material/edit:")
        return form
    _show(made, Undo(_told(recipe), form, made.instructions))
    return made


def _ask(recipe: Recipe, question: Question, table: DatasetRecord) -> str:
    key = _key(recipe, question.id)
    if question.kind is Kind.COLUMN:
        names = [column.name for column in table.info.columns]
        if held(key) not in names:
            put(key, likely_column(datasets.rows_of(table.id, 0, _LOOKED_AT), names))
        return st.selectbox(question.label, names, key=key) or ""
    seed(key, held(key) or question.example)
    if question.kind is Kind.CHOICE:
        return st.selectbox(question.label, question.choices, key=key, accept_new_options=True) or ""
    if question.kind is Kind.LINES:
        return st.text_area(question.label, key=key, height=130, help=question.hint or None) or ""
    return st.text_input(question.label, key=key, help=question.hint or None) or ""


def _draw_undo() -> TransformForm | None:
    undo = app_state().undo
    if undo is None:
        return None
    with st.container(horizontal=True, vertical_alignment="center", key="transform_recipe_told"):
        st.caption(
            f":material/menu_book: {words.plain(undo.told)} Change anything you like.",
            width="content",
        )
        if st.button("Undo", key="transform_recipe_undo", type="tertiary", icon=":material/undo:"):
            _show(undo.form, None)
            return undo.form
    return None


def _show(form: TransformForm, undo: Undo | None) -> None:
    """Have the fields below show another form, and the page drawn anew with it."""
    state = app_state()
    state.undo, state.again = undo, True
    state.fill()
    state.form = form
    put(_FOLD, value=True)
    open_card("transform_outputs", None)


def _told(recipe: Recipe) -> str:
    return f"Filled in by the recipe “{recipe.title}”."


def _is_own(form: TransformForm) -> bool:
    """Whether a person wrote something that a recipe would replace."""
    undo = app_state().undo
    others = {"", *(sample.instructions for sample in datasets.samples()), *([undo.made] if undo else [])}
    return form.instructions.strip() not in others or (form.typed and bool(form.outputs) and undo is None)


def _key(recipe: Recipe, question: str) -> str:
    return f"transform_recipe_{recipe.id}_{question}"
