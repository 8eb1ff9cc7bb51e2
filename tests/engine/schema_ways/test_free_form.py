"""Rows in the model's own words."""

import pytest

from engine.columns import ColumnType
from engine.prompts import render_rows
from engine.schema.check import check_schema
from engine.schema.columns import ModelColumn, Schema
from engine.schema.free_form import free_form_schema
from engine.schema.graph import base_columns
from engine.schema.variation import with_variation
from engine.spec import GenerateInput, ModelSettings, RunSpec
from engine.steps import steps_of
from engine.tables.model import Row
from handai_errors import SpecError

MODEL = ModelSettings(provider="custom", model="m")


def spec_of(schema: Schema) -> RunSpec:
    return RunSpec(input=GenerateInput.model_validate(schema.model_dump(by_alias=True)), model=MODEL)


def test_without_columns_a_row_is_one_text() -> None:
    (column,) = free_form_schema("Proverbs that don't exist").columns
    assert (column.name, column.model_dump()["type"]) == ("text", ColumnType.TEXT)


def test_columns_are_written_in_one_call_and_may_have_types() -> None:
    schema = free_form_schema("Quiz", ["question", "answer", "level:integer(1..3)"], rows=9, seed=4)
    (step,) = steps_of(spec_of(with_variation(schema)))
    assert [output.name for output in step.outputs] == ["question", "answer", "level"]
    assert (schema.rows, schema.seed, step.outputs[2].maximum) == (9, 4, 3)


def test_rows_of_one_call_differ_by_what_is_drawn_for_each() -> None:
    schema = with_variation(free_form_schema("Proverbs", rows_per_call=3))
    (step,) = steps_of(spec_of(schema))
    drawn = [column.name for column in base_columns(schema)]
    rows: list[Row] = [{name: f"{name} {number}" for name in drawn} for number in range(3)]
    _, user = render_rows(step.prompt, rows, step.outputs)
    assert user.content.count("Proverbs") == 3
    assert "variation_voice 2" in user.content


def test_braces_in_a_description_name_no_column() -> None:
    schema = free_form_schema("Templates with {{ name }} in them", variation="none")
    check_schema(schema)
    column = schema.columns[0]
    assert isinstance(column, ModelColumn)
    assert "{ name }" in column.prompt


def test_a_column_that_cannot_be_is_told() -> None:
    with pytest.raises(SpecError):
        free_form_schema("Quiz", ["level:whatever"])
