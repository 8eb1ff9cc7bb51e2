"""Generate, step one and two: columns of every kind, their fields, YAML, rules and checks."""

import pytest
from streamlit.testing.v1 import AppTest

from engine.schema.columns import Case, CategoryColumn, Duplicates, ModelColumn, Schema
from pages.components.setup.column_words import KIND_LABELS
from services.forms import drafts
from services.tables.column_kinds import KINDS
from tests.pages.generate_visit import add, empty, from_template, generate, view, way
from tests.pages.transform_visit import Launched, press, ran, said

pytestmark = pytest.mark.usefixtures("launched")

COLUMNS = "generate_columns"


def _schema(page: AppTest) -> Schema:
    """The schema as a reload would find it."""
    found = drafts.load_schema(str(page.query_params["draft"]))
    assert found is not None
    return found.draft


def _field(name: str) -> str:
    return f"{COLUMNS}_field_{name}"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_added_and_is_there_at_once(kind: str) -> None:
    page = add(add(empty(), "category"), kind)

    assert KIND_LABELS[kind]
    assert len(_schema(page).columns) == 2
    assert f"{COLUMNS}_edit_1" in {button.key for button in page.button}


def test_an_empty_schema_says_what_to_do_next() -> None:
    page = empty()
    assert "A table needs a column or two that are drawn" in said(page)
    assert "A table needs" not in said(add(page, "category"))


def test_a_column_is_changed_field_by_field() -> None:
    page = add(empty(), "uniform")
    page.text_input(key=_field("name")).set_value("price")
    page.number_input(key=_field("low")).set_value(5.0)
    page.number_input(key=_field("high")).set_value(9.0)
    page = press(ran(page), f"{COLUMNS}_edit_0")

    assert "**price**" in said(page)
    assert "5 to 9, whole numbers" in said(page)
    assert all(5 <= float(value) <= 9 for value in page.dataframe[0].value["price"])


def test_values_get_weights() -> None:
    page = add(empty(), "category")
    page.text_area(key=_field("values_False")).set_value("free\npro\n\nteam")
    page = ran(page)
    page.toggle(key=_field("weighted")).set_value(True)
    page = ran(page)
    assert page.text_area(key=_field("values_True")).value == "free: 1\npro: 1\nteam: 1"

    page.text_area(key=_field("values_True")).set_value("free: 60\npro: 30\nteam: 10")
    column = _schema(ran(page)).columns[0]
    assert isinstance(column, CategoryColumn)
    assert column.values == {"free": 60, "pro": 30, "team": 10}


def test_conditions_are_added_and_emptied() -> None:
    page = add(add(empty(), "category"), "uniform")
    page.text_input(key=_field("if_0")).set_value("category == 'first'")
    page.text_input(key=_field("then_0")).set_value("0")
    page = ran(page)
    page.text_input(key=_field("if_1")).set_value("category == 'second'")
    page.text_input(key=_field("then_1")).set_value("none of it")
    page = ran(page)
    column = _schema(page).columns[1]
    assert getattr(column, "when", ()) == (
        Case.model_validate({"if": "category == 'first'", "value": 0}),
        Case.model_validate({"if": "category == 'second'", "value": "none of it"}),
    )

    page.text_input(key=_field("if_0")).set_value("")
    assert [case.condition for case in getattr(_schema(ran(page)).columns[1], "when", ())] == ["category == 'second'"]


def test_a_condition_stays_when_those_before_it_are_emptied() -> None:
    page = add(add(empty(), "category"), "uniform")
    for place in range(3):
        page.text_input(key=_field(f"if_{place}")).set_value(f"category == '{place}'")
        page = ran(page)
    for place in range(2):
        page.text_input(key=_field(f"if_{place}")).set_value("")
        page = ran(page)

    assert [case.condition for case in getattr(_schema(ran(page)).columns[1], "when", ())] == ["category == '2'"]


def test_a_model_column_names_other_columns_and_is_typed() -> None:
    page = add(add(empty(), "category"), "prompt")
    assert "has an empty prompt" in said(page)
    page.text_area(key=_field("prompt")).set_value("Write about")
    page = ran(page)
    page.pills(key=_field("prompt_insert")).set_value("category")
    page = ran(page)
    assert page.text_area(key=_field("prompt")).value == "Write about {{ category }}"

    page.selectbox(key=_field("type")).set_value("integer")
    page = ran(page)
    page.number_input(key=_field("minimum")).set_value(1.0)
    page.number_input(key=_field("maximum")).set_value(5.0)
    column = _schema(ran(page)).columns[1]
    assert isinstance(column, ModelColumn)
    assert (column.prompt, column.type, column.minimum, column.maximum) == (
        "Write about {{ category }}",
        "integer",
        1,
        5,
    )
    assert not page.button(key="generate_run").disabled


def test_an_unknown_name_in_a_prompt_is_told_with_the_nearest() -> None:
    page = add(add(empty(), "category"), "prompt")
    page.text_area(key=_field("prompt")).set_value("Write about {{ categry }}")
    page = ran(page)

    assert "Did you mean `category`?" in said(page).replace("\\", "")
    assert page.button(key="generate_run").disabled


def test_every_problem_is_a_sentence_of_its_own() -> None:
    page = add(add(empty(), "expression"), "prompt")

    assert len([item for item in page.warning if item.proto.title]) >= 2
    assert page.button(key="generate_preview").disabled


def test_a_helper_is_used_but_not_shown() -> None:
    page = add(add(empty(), "category"), "uniform")
    page.toggle(key=_field("helper")).set_value(True)
    page = ran(page)

    assert list(page.dataframe[0].value.columns) == ["category"]
    assert not _schema(page).columns[1].export


def test_opening_another_column_shows_its_own_values() -> None:
    page = add(add(empty(), "category"), "uniform")
    assert page.text_input(key=_field("name")).value == "number"

    page = press(page, f"{COLUMNS}_edit_0")
    assert page.text_input(key=_field("name")).value == "category"


ODD = """
columns:
  - {name: padded, sampler: category, values: {" a": 0.1234567890123, "b: c": 3}}
  - {name: doubled, sampler: category, values: [x, x, " y"]}
  - {name: share, sampler: bernoulli, p: 0.29}
  - {name: fine, sampler: uniform, low: 0.1, high: 0.30000000000000004}
  - {name: at, sampler: date, start: 2025-01-31T08:00:00, end: 2025-02-01T08:30:00}
  - name: odd
    sampler: constant
    value: "007"
    when: [{if: "share", value: " text "}, {if: "not share", value: null}]
  - {name: free, prompt: "Say it.", min_length: 3, pattern: "[a-z]+"}
  - {name: words, type: list, prompt: "List it.", min_length: 1, pattern: "[a-z]+"}
  - {name: numbers, type: list, items: integer, minimum: 1, prompt: "List it."}
  - {name: thing, type: object, prompt: "Tell it.", json_schema: {type: object, properties: {b: {type: string}, a: {}}}}
  - {name: good, judge: {criteria: "Good?", columns: [words], minimum: 0, maximum: 3}, export: false}
duplicates: {near: 0.875, stop_share: 0.333}
"""


@pytest.mark.parametrize("template", ["product_reviews", "code_snippets", ""])
def test_what_is_not_touched_stays_as_it_was(template: str) -> None:
    page = from_template(template) if template else view(empty(), "YAML")
    if not template:
        page.text_area(key="generate_yaml").set_value(ODD)
        page = view(ran(page), "Columns")
    before = _schema(page)
    assert len(before.columns) > 8
    for place in range(len(before.columns)):
        page = press(page, f"{COLUMNS}_edit_{place}")

    for column, was in zip(_schema(page).columns, before.columns, strict=True):
        assert column == was
    assert _schema(page) == before


def test_yaml_edits_the_same_object() -> None:
    page = view(add(empty(), "category"), "YAML")
    text = str(page.text_area(key="generate_yaml").value)
    page.text_area(key="generate_yaml").set_value(f'rows: 12\n{text}  - {{name: twice, expression: "1 + 1"}}\n')
    page = ran(page)
    assert page.number_input(key="generate_rows").value == 12

    page = view(page, "Columns")
    assert "**twice**" in said(page)
    page.number_input(key="generate_rows").set_value(13)
    assert "rows: 13" in str(view(ran(page), "YAML").text_area(key="generate_yaml").value)


def test_yaml_can_be_written_from_the_start() -> None:
    page = press(way(generate(), "Build it yourself"), "generate_build_yaml")
    page.text_area(key="generate_yaml").set_value("columns: [{name: n, sampler: sequence}]")

    assert list(ran(page).dataframe[0].value["n"]) == ["1", "2", "3", "4", "5", "6", "7", "8"]


def test_yaml_that_can_not_be_read_tells_its_line_and_stops_the_run() -> None:
    page = view(add(empty(), "category"), "YAML")
    page.text_area(key="generate_yaml").set_value("columns:\n  - name: a\n    sampler: categori\n    values: [x]\n")
    page = ran(page)

    assert "line 3" in said(page)
    assert "category" in said(page)
    assert page.button(key="generate_run").disabled
    assert [column.name for column in _schema(page).columns] == ["category"], "the last good schema is kept"


def test_yaml_that_means_nothing_is_taken_over_with_its_lines() -> None:
    page = view(add(empty(), "category"), "YAML")
    page.text_area(key="generate_yaml").set_value("columns:\n  - {name: a, expression: b + 1}\n")
    page = ran(page)

    assert "line 2" in said(page)
    assert [column.name for column in _schema(page).columns] == ["a"]


def test_rules_of_the_table_are_kept() -> None:
    page = from_template("product_reviews")
    page.select_slider(key="generate_variation").set_value("high")
    page.number_input(key="generate_rows_per_call").set_value(4)
    page.text_area(key="generate_instructions").set_value("Be terse.")
    page.slider(key="generate_near_share").set_value(80)
    page.number_input(key="generate_redraws").set_value(5)
    schema = _schema(ran(page))

    assert (schema.variation, schema.rows_per_call, schema.instructions) == ("high", 4, "Be terse.")
    assert isinstance(schema.duplicates, Duplicates)
    assert (schema.duplicates.near, schema.duplicates.redraws) == (0.8, 5)


def test_repeats_may_be_allowed() -> None:
    page = from_template("product_reviews")
    page.toggle(key="generate_duplicates").set_value(False)

    assert _schema(ran(page)).duplicates is False


def test_a_check_is_added_and_set() -> None:
    page = press(from_template("sensor_readings"), "generate_checks_add")
    page.number_input(key="generate_checks_field_maximum").set_value(10.0)
    page.selectbox(key="generate_checks_field_on_fail").set_value("drop")
    schema = _schema(ran(page))

    assert schema.checks[-1].maximum == 10
    assert schema.checks[-1].on_fail == "drop"


def test_a_preview_draws_the_first_rows(launched: Launched) -> None:
    page = press(add(empty(), "category"), "generate_preview")
    launched.execute()
    page = ran(page)

    assert launched.last.preview
    assert launched.last.total == 5
    assert "Done: every row is there" in said(page)
    assert list(page.dataframe[1].value["category"]) == list(page.dataframe[0].value["category"])[:5]


def test_a_preview_of_another_schema_is_marked(launched: Launched) -> None:
    page = press(add(empty(), "category"), "generate_preview")
    launched.execute()
    page = ran(page)
    assert "older settings" not in said(page)
    page.number_input(key="generate_rows").set_value(500)
    page = ran(page)
    assert "older settings" not in said(page), "the number of rows changes no row"

    page.number_input(key="generate_seed").set_value(9)
    assert "older settings" in said(ran(page))


def test_values_come_from_an_uploaded_table() -> None:
    page = add(empty(), "table")
    page.file_uploader(key=_field("upload")).upload("cities.csv", b"city,size\nLima,10\nOslo,1\n")
    page = ran(page)
    column = _schema(page).columns[0].model_dump()
    assert (column["file"], column["column"], bool(column["dataset"])) == ("cities.csv", "city", True)

    page.selectbox(key=_field("order")).set_value("sequence")
    page = press(ran(page), f"{COLUMNS}_edit_0")
    assert list(page.dataframe[0].value["value"])[:3] == ["Lima", "Oslo", "Lima"]


def test_a_person_is_in_several_columns() -> None:
    page = add(empty(), "person")
    page.multiselect(key=_field("fields")).set_value(["first_name", "age"])
    page = ran(page)

    assert list(page.dataframe[0].value.columns) == ["person_first_name", "person_age"]


def test_a_value_depends_on_another_column() -> None:
    page = add(add(empty(), "category"), "subcategory")
    page.text_area(key=_field("values_False_first")).set_value("one only")
    page = ran(page)
    frame = page.dataframe[0].value

    assert set(frame[frame["category"] == "first"]["subcategory"]) <= {"one only"}
