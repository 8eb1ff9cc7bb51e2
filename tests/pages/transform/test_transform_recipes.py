"""Transform's recipes: tried on sample data, filled in on one's own table, changed, and taken back."""

import pytest
from streamlit.testing.v1 import AppTest

from engine.columns import ColumnType
from services.forms.built_in_recipes import RECIPES
from tests.pages.transform_visit import INSTRUCTIONS, Launched, press, ran, ready, said, upload, visit, write


def _chosen(page: AppTest, recipe: str) -> AppTest:
    page.pills(key="transform_recipe").set_value(recipe)
    return ran(page)


def _instructions(page: AppTest) -> str:
    return str(page.text_area(key="transform_instructions").value)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.id)
def test_each_is_tried_with_one_press_and_answered_by_the_demo(recipe: object, launched: Launched) -> None:
    page = press(visit(), f"transform_try_{getattr(recipe, 'id', '')}")
    assert not page.button(key="transform_preview").disabled
    press(page, "transform_preview")

    assert launched.execute().status == "completed"


@pytest.mark.usefixtures("launched")
def test_its_answers_are_shown_and_can_be_changed() -> None:
    page = press(visit(), "transform_try_classify")
    assert page.selectbox(key="transform_recipe_classify_column").value == "review"
    page.text_area(key="transform_recipe_classify_categories").set_value("good\nbad")
    page = press(page, "transform_recipe_use")

    assert '"category": one of "good", "bad"' in str(page.code[0].value)
    assert "Filled in by the recipe “Classify”" in said(page)


def test_on_an_own_table_the_likely_column_is_proposed_and_all_is_typed(launched: Launched) -> None:
    page = _chosen(upload(visit()), "translate")
    assert page.selectbox(key="transform_recipe_translate_column").value == "text"
    page.text_input(key="transform_recipe_translate_language").set_value("Dutch")
    page = press(page, "transform_recipe_use")
    assert "into Dutch" in _instructions(page)
    assert page.multiselect(key="transform_columns").value == ["text"]

    press(page, "transform_run")
    assert [(output.name, output.type) for output in launched.last.spec.outputs] == [
        ("translation", ColumnType.TEXT),
        ("original_language", ColumnType.TEXT),
    ]


@pytest.mark.usefixtures("launched")
def test_own_words_are_replaced_only_on_request_and_come_back() -> None:
    page = _chosen(ready(), "summarise")
    assert page.button(key="transform_recipe_use").label == "Replace my instructions"
    assert _instructions(page) == INSTRUCTIONS

    page = press(page, "transform_recipe_use")
    assert "Summarise the text" in _instructions(page)
    page = press(page, "transform_recipe_undo")
    assert _instructions(page) == INSTRUCTIONS
    assert not page.toggle(key="transform_typed").value
    assert page.multiselect(key="transform_columns").value == ["id", "text"]
    assert "Filled in by" not in said(page)


@pytest.mark.usefixtures("launched")
def test_words_written_after_a_recipe_are_own_words_again() -> None:
    page = press(visit(), "transform_try_classify")
    assert page.button(key="transform_recipe_use").label == "Fill it in"

    page = write(page, "Something else.")
    assert page.button(key="transform_recipe_use").label == "Replace my instructions"


@pytest.mark.usefixtures("launched")
def test_a_missing_answer_is_told_and_changes_nothing() -> None:
    page = _chosen(ready(), "classify")
    page.text_area(key="transform_recipe_classify_categories").set_value(" ")
    page = press(page, "transform_recipe_use")

    assert "One answer is missing" in said(page)
    assert _instructions(page) == INSTRUCTIONS


@pytest.mark.usefixtures("launched")
def test_another_table_asks_for_its_own_column() -> None:
    page = _chosen(upload(visit()), "classify")
    page = upload(page, b"number,story\n1,Long ago\n", "stories.csv")

    assert page.selectbox(key="transform_recipe_classify_column").value == "story"
    assert "Filled in by" not in said(page)
