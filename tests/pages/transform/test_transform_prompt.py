"""Transform, step two: what the model sees and does."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.transform_visit import INSTRUCTIONS, press, ran, ready, said, upload, visit, write

pytestmark = pytest.mark.usefixtures("launched")


def _template(page: AppTest, text: str) -> AppTest:
    page.toggle(key="transform_use_template").set_value(True)
    ran(page).text_area(key="transform_template").set_value(text)
    return ran(page)


def test_without_instructions_it_says_so_and_nothing_can_start() -> None:
    page = upload(visit())

    assert "There are no instructions." in said(page)
    assert page.button(key="transform_preview").disabled
    assert page.button(key="transform_run").disabled


def test_every_column_is_sent_until_someone_chooses() -> None:
    page = ready()
    assert page.multiselect(key="transform_columns").value == ["id", "text"]
    assert page.code[1].value == '{"id":"1","text":"Good soup"}'

    page.multiselect(key="transform_columns").set_value(["text"])
    assert ran(page).code[1].value == '{"text":"Good soup"}'


def test_no_column_at_all_is_refused() -> None:
    page = ready()
    page.multiselect(key="transform_columns").set_value([])

    assert "No column is chosen." in said(ran(page))


def test_the_exact_messages_are_there_for_any_row() -> None:
    page = ready()
    page.number_input(key="transform_row").set_value(3)
    page = ran(page)

    assert [item.value for item in page.code] == [INSTRUCTIONS, '{"id":"3","text":"No soup"}']
    assert "tokens, without the answer." in said(page)


def test_a_template_is_filled_from_the_row() -> None:
    page = _template(ready(), "Review {{ id }}: {{ text }}")

    assert page.code[1].value == "Review 1: Good soup"
    assert not page.button(key="transform_run").disabled


def test_a_column_that_is_not_there_is_told_with_the_nearest_name() -> None:
    page = _template(ready(), "{{ txt }}")

    assert "{{ txt }}" in said(page)
    assert "Did you mean {{ text }}?" in said(page)
    assert page.button(key="transform_run").disabled


def test_a_placeholder_is_put_in_by_its_name() -> None:
    page = _template(ready(), "Review:")
    page.pills(key="transform_insert").set_value("text")
    page = ran(page)

    assert page.text_area(key="transform_template").value == "Review: {{ text }}"


def test_both_ways_of_sending_a_row_are_kept() -> None:
    page = ready()
    page.multiselect(key="transform_columns").set_value(["text"])
    page = _template(ran(page), "{{ id }}")
    page.toggle(key="transform_use_template").set_value(False)
    page = ran(page)
    assert page.multiselect(key="transform_columns").value == ["text"]

    page.toggle(key="transform_use_template").set_value(True)
    assert ran(page).text_area(key="transform_template").value == "{{ id }}"


def test_a_name_that_is_taken_is_told() -> None:
    page = ready()
    page.text_input(key="transform_output").set_value("text")

    assert "the answers go to 'text (2)'" in said(ran(page))


def test_a_column_without_a_name_is_refused() -> None:
    page = ready()
    page.text_input(key="transform_output").set_value(" ")

    assert "The column for the answers has no name." in said(ran(page))


def test_json_mode_asks_for_json_and_needs_no_column_name() -> None:
    page = ready()
    page.toggle(key="transform_json").set_value(True)
    page = ran(page)

    assert "JSON object" in str(page.code[0].value)
    assert not [item for item in page.text_input if item.key == "transform_output"]
    assert not page.button(key="transform_run").disabled


def test_another_table_brings_its_own_columns_and_keeps_the_instructions() -> None:
    page = ready()
    page.multiselect(key="transform_columns").set_value(["text"])
    page = upload(ran(page), b"number,story\n1,Long ago\n", "stories.csv")

    assert page.multiselect(key="transform_columns").value == ["number", "story"]
    assert page.text_area(key="transform_instructions").value == INSTRUCTIONS


def test_content_is_shown_as_it_is_and_never_as_markdown() -> None:
    page = upload(visit(), b"id,te*xt*\n1,![x](http://127.0.0.1/pixel.png)\n", "odd.csv")
    page = write(page, "# Heading {{ te*xt* }}")

    assert "pixel.png" in str(page.code[0].value)
    assert "pixel.png" not in said(page)


def test_an_unfinished_page_survives_a_reload() -> None:
    page = ready()
    page.multiselect(key="transform_columns").set_value(["text"])
    page.number_input(key="transform_max_tokens").set_value(99)
    page = ran(page)
    later = visit(**{name: str(value) for name, value in page.query_params.items()})

    assert later.text_area(key="transform_instructions").value == INSTRUCTIONS
    assert later.multiselect(key="transform_columns").value == ["text"]
    assert later.number_input(key="transform_max_tokens").value == 99


def test_a_sample_that_is_pressed_twice_is_the_same_table() -> None:
    page = press(visit(), "transform_sample")
    first = page.query_params["dataset"]

    assert press(page, "transform_sample").query_params["dataset"] == first


def test_a_chip_puts_a_column_at_the_end_of_the_instructions() -> None:
    page = ready()
    page.pills(key="transform_insert").set_value("text")
    page = ran(page)

    assert page.text_area(key="transform_instructions").value == f"{INSTRUCTIONS} {{{{ text }}}}"
    assert page.code[0].value == f"{INSTRUCTIONS} Good soup"
    assert page.pills(key="transform_insert").value is None


def test_the_messages_go_on_to_the_next_row_and_back() -> None:
    page = ready()
    assert page.button(key="transform_row_previous").disabled

    page = press(press(page, "transform_row_next"), "transform_row_next")
    assert page.code[1].value == '{"id":"3","text":"No soup"}'
    assert page.button(key="transform_row_next").disabled
    assert press(page, "transform_row_previous").code[1].value == '{"id":"2","text":"Cold soup"}'
