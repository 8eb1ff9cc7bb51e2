"""Only run rows where …: what a person chooses there is said, counted, run, and found again."""

from typing import Any

from streamlit.testing.v1 import AppTest

from engine.spec import TransformInput
from tests.pages.transform_visit import Launched, press, ran, ready, visit


def conditioned(page: AppTest, *conditions: tuple[str, str, str]) -> AppTest:
    page.toggle(key="transform_where_on").set_value(True)
    page = ran(page)
    for place, (column, operator, value) in enumerate(conditions):
        page.selectbox(key=f"transform_where_column_{place}").select(column)
        page = ran(page)
        page.selectbox(key=f"transform_where_operator_{place}").select(operator)
        page = ran(page)
        if value:
            page.text_input(key=f"transform_where_value_{place}").set_value(value)
            page = ran(page)
    return page


def captions(page: AppTest) -> str:
    return " ".join(str(item.value) for item in page.caption)


def only_where(launched: Launched) -> Any:  # noqa: ANN401 declared conditions
    source = launched.last.spec.input
    assert isinstance(source, TransformInput)
    return source.only_where


def test_conditions_are_said_counted_and_run(launched: Launched) -> None:
    page = conditioned(ready(), ("text", "contains", "SOUP"), ("id", "is greater than", "1"))
    assert "2 of 3 rows where text contains “SOUP” and id is greater than 1" in captions(page)
    assert page.button(key="transform_run").label == "Run all (2 rows)"
    page = press(page, "transform_run")
    assert only_where(launched).said() == "text contains “SOUP” and id is greater than 1"
    assert launched.last.total == 2
    again = visit(**{"from": launched.last.id})
    assert "2 of 3 rows where text contains “SOUP” and id is greater than 1" in captions(again)


def test_any_of_several_conditions_is_enough(launched: Launched) -> None:
    page = conditioned(ready(), ("text", "contains", "good"), ("text", "contains", "cold"))
    page.segmented_control(key="transform_where_join").set_value("any")
    page = ran(page)
    assert "2 of 3 rows" in captions(page)
    press(page, "transform_run")
    assert only_where(launched).join == "any"


def test_a_half_made_condition_is_told(launched: Launched) -> None:
    del launched
    page = conditioned(ready(), ("text", "is greater than", ""))
    assert any("needs a number" in str(item.value) for item in page.warning)
    assert "all 3 rows are run" in captions(page)


def test_conditions_that_no_row_meets_start_nothing(launched: Launched) -> None:
    del launched
    page = conditioned(ready(), ("text", "is", "tea"))
    assert page.button(key="transform_run").disabled
    assert any("there is none where text is “tea”" in str(item.value) for item in page.warning)
