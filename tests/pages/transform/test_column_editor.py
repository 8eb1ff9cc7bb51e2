"""Typed columns in Transform: a switch away, added, pasted, suggested, changed, and what a run gets of them."""

import pytest
from streamlit.testing.v1 import AppTest

from engine.columns import ColumnType, Output
from pages.components.card_list import Asked, opened_after, rearranged
from pages.components.setup.column_words import output_summary, summary
from services.tables.column_kinds import column_from
from tests.pages.made_runs import executed
from tests.pages.transform_visit import Launched, press, ran, ready, said, visit

EDITOR = "transform_outputs"


def _typed() -> AppTest:
    page = ready()
    page.toggle(key="transform_typed").set_value(True)
    return ran(page)


def _field(name: str) -> str:
    return f"{EDITOR}_field_{name}"


def _paste(page: AppTest, text: str) -> AppTest:
    page.text_area(key=f"{EDITOR}_paste").set_value(text)
    return press(page, f"{EDITOR}_paste_add")


@pytest.mark.usefixtures("launched")
def test_one_plain_text_answer_is_the_default() -> None:
    page = ready()

    assert not page.toggle(key="transform_typed").value
    assert page.text_input(key="transform_output").value == "output"


@pytest.mark.usefixtures("launched")
def test_without_any_typed_column_it_says_so() -> None:
    page = _typed()

    assert "There are no new columns yet." in said(page)
    assert page.button(key="transform_run").disabled


def test_a_category_is_added_and_asked_for(launched: Launched) -> None:
    page = press(_typed(), f"{EDITOR}_add")
    page.text_input(key=_field("name")).set_value("mood")
    page.selectbox(key=_field("type")).set_value("category")
    page = ran(page)
    assert "category without values" in said(page) or page.button(key="transform_run").disabled

    page.text_area(key=_field("values")).set_value("happy\nunhappy")
    page = press(ran(page), f"{EDITOR}_edit_0")
    assert "**mood**" in said(page)
    assert '"happy"' in str(page.code[0].value)

    press(page, "transform_run")
    assert launched.last.spec.outputs == (Output(name="mood", type=ColumnType.CATEGORY, values=("happy", "unhappy")),)


def test_typed_columns_are_answered_and_valid(launched: Launched) -> None:
    page = _paste(_typed(), "mood:category(happy,unhappy)\nscore:integer(1..5)\nwhy")
    press(page, "transform_run")
    record = executed(launched.last)
    from services.results import inspect

    rows = inspect.page(record, 0, 3)
    assert all(row.answers["mood"] in {"happy", "unhappy"} for row in rows)
    assert all(isinstance(row.answers["score"], int) for row in rows)


@pytest.mark.usefixtures("launched")
@pytest.mark.parametrize(
    "text",
    [
        "mood:category(happy,unhappy)\nscore:integer(1..5)",
        'handai transform in.csv --output "mood:category(happy,unhappy)" --output "score:integer(1..5)"',
        '{"type": "object", "properties": {"mood": {"enum": ["happy", "unhappy"]}, "score": {"type": "integer"}}}',
    ],
    ids=["lines", "command", "json schema"],
)
def test_columns_are_pasted_in_any_notation(text: str) -> None:
    page = _paste(_typed(), text)

    assert "**mood**" in said(page)
    assert "**score**" in said(page)
    assert "happy, unhappy" in said(page)


@pytest.mark.usefixtures("launched")
def test_a_paste_that_can_not_be_read_says_why() -> None:
    page = _paste(_typed(), "mood:categori(happy)")

    assert page.error
    assert not [button for button in page.button if button.key == f"{EDITOR}_edit_0"]


def test_the_model_suggests_columns(launched: Launched) -> None:
    page = press(_typed(), "transform_suggest")
    assert launched.last.preview
    assert "The model suggests columns" in said(page)
    launched.execute()
    page = ran(page)

    assert [button for button in page.button if button.key == f"{EDITOR}_edit_0"]
    assert page.button(key="transform_suggest")
    assert not page.button(key="transform_run").disabled


@pytest.mark.usefixtures("launched")
def test_typed_columns_survive_a_reload_and_the_switch() -> None:
    page = _paste(_typed(), "score:integer(1..5)")
    page.toggle(key="transform_typed").set_value(False)
    page = ran(page)
    assert page.text_input(key="transform_output").value == "output"

    later = visit(**{name: str(value) for name, value in page.query_params.items()})
    later.toggle(key="transform_typed").set_value(True)
    assert "**score**" in said(ran(later))


def test_settings_of_a_typed_run_come_back(launched: Launched) -> None:
    page = _paste(_typed(), "score:integer(1..5)")
    press(page, "transform_run")
    page = visit(**{"from": executed(launched.last).id})

    assert page.toggle(key="transform_typed").value
    assert "**score**" in said(page)


@pytest.mark.parametrize(
    ("what", "after", "opened"),
    [
        ("up", "bac", 0),
        ("down", "acb", 2),
        ("remove", "ac", None),
        ("copy", "abBc", 1),
        ("open", "abc", 1),
        ("close", "abc", None),
    ],
)
def test_cards_are_moved_copied_and_removed(what: str, after: str, opened: int | None) -> None:
    asked = Asked(what, 1)  # type: ignore[arg-type] # one of the literals

    assert "".join(rearranged("abc", asked, str.upper)) == after
    assert opened_after(1, asked, 3) == opened


def test_cards_at_the_ends_stay_in_the_list() -> None:
    assert rearranged("abc", Asked("up", 0), str.upper) == ("a", "b", "c")
    assert rearranged("abc", Asked("down", 2), str.upper) == ("a", "b", "c")
    assert rearranged("abc", Asked("remove", 7), str.upper) == ("a", "b", "c")


def test_columns_are_told_in_one_line() -> None:
    category = {"name": "plan", "sampler": "category", "values": {"free": 3, "pro": 1}}
    assert summary(column_from(category)) == "free 75%, pro 25%"
    assert summary(column_from({"name": "n", "sampler": "uniform", "low": 1, "high": 6, "decimals": 0})) == (
        "1 to 6, whole numbers"
    )
    assert summary(column_from({"name": "y", "expression": "n * 2"})) == "= n * 2"
    output = Output(name="s", type=ColumnType.INTEGER, minimum=1, maximum=5, description="from bad to good")
    assert output_summary(output) == "1 to 5 · from bad to good"
