"""What a new user met: settings of a sample that stayed, empty rows, headings that lagged, the way back from a run."""

import pytest
from streamlit.testing.v1 import AppTest

from services.forms.built_in_recipes import RECIPES
from services.tables import datasets
from tests.pages.generate_visit import generate, way
from tests.pages.made_runs import executed, made_run
from tests.pages.transform_visit import Launched, press, provider, ran, ready, said, upload, visit, write

HOLES = b"id,text\n1,Good soup\n2,\n3,No soup\n"
pytestmark = pytest.mark.usefixtures("launched")


def _instructions(page: AppTest) -> str:
    return page.text_area(key="transform_instructions").value or ""


def test_instructions_of_a_sample_go_with_it() -> None:
    page = upload(press(visit(), "transform_sample"))

    assert _instructions(page) == ""


def test_instructions_that_a_person_changed_stay() -> None:
    page = upload(write(press(visit(), "transform_sample"), "My own words."))

    assert _instructions(page) == "My own words."


def test_a_recipe_tried_on_a_sample_goes_with_it() -> None:
    page = press(visit(), f"transform_try_{RECIPES[0].id}")
    assert _instructions(page)
    page = upload(page)

    assert _instructions(page) == ""
    assert not page.toggle(key="transform_typed").value


def test_a_recipe_of_a_sample_that_a_person_changed_stays() -> None:
    page = write(press(visit(), f"transform_try_{RECIPES[0].id}"), "My own words.")
    page = upload(page)

    assert _instructions(page) == "My own words."
    assert page.toggle(key="transform_typed").value


def test_rows_in_which_the_model_sees_nothing_are_told_and_left_out_by_one_press(launched: Launched) -> None:
    page = write(upload(visit(), HOLES), "Say whether the person was happy.")
    page.multiselect(key="transform_columns").set_value(["text"])
    page = ran(page)
    assert "1 of 3 rows is empty in the column that the model sees" in said(page)

    page = press(page, "transform_empty_leave_out")
    assert "2 of 3 rows" in said(page)
    press(page, "transform_run")
    assert launched.last.total == 2


def test_where_no_row_is_empty_nothing_is_said() -> None:
    assert "is empty" not in said(ready())


def test_the_heading_of_an_open_column_follows_its_field_at_once() -> None:
    page = ready()
    page.toggle(key="transform_typed").set_value(True)
    page = press(ran(page), "transform_outputs_add")
    page.text_input(key="transform_outputs_field_name").set_value("mood")
    page.selectbox(key="transform_outputs_field_type").set_value("category")
    told = said(ran(page))

    assert "**mood** :green-badge[category]" in told
    assert "Write the values that it may take" in told
    assert "`" not in told


def test_the_bar_says_why_the_buttons_can_not_be_pressed_and_else_what_a_run_takes() -> None:
    page = upload(visit())
    assert any("There are no instructions." in item.value for item in page.caption)

    assert any("$0.00" in item.value for item in write(page, "Say it.").caption)


def test_the_way_back_from_a_run_brings_its_table() -> None:
    record = executed(made_run())
    page = visit(run=record.id)

    assert datasets.dataset(record.dataset_id or "").filename in said(page)
    assert page.query_params["dataset"] == record.dataset_id
    assert "run" not in page.query_params


def test_a_run_that_is_gone_leads_to_the_ways_to_begin() -> None:
    assert not visit(run="gone").error


def test_a_number_in_the_description_of_a_table_sets_its_rows() -> None:
    page = way(generate(), "Describe it")
    page.text_area(key="generate_describe").set_value("200 short interview answers of patients")
    page = ran(page)

    assert page.number_input(key="generate_describe_rows").value == 200


def test_a_number_of_rows_set_by_hand_stays_while_the_description_is_finished() -> None:
    page = way(generate(), "Describe it")
    page.text_area(key="generate_describe").set_value("200 short interview answers")
    page = ran(page)
    page.number_input(key="generate_describe_rows").set_value(30)
    page = ran(page)
    page.text_area(key="generate_describe").set_value("200 short interview answers of patients")
    assert ran(page).number_input(key="generate_describe_rows").value == 30


def test_words_of_programmers_are_not_on_the_surface() -> None:
    page = provider(ready(), "openai")
    told = said(page)
    labels = [str(item.label) for item in page.toggle]

    assert "Paste it into the field “Key for OpenAI”." in told
    for word in ("command line", "(system)", "(user)", ".env", "`"):
        assert word not in told, word
    assert not [label for label in labels if "typed" in label or "JSON" in label or "{{" in label]
