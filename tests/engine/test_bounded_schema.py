from typing import Any

import pytest

from engine.bounded_schema import with_bounds
from engine.job import Member
from engine.plan import RunPlan
from engine.spec import RunSpec
from engine.typed import json_schema_of, json_schema_of_rows, parse_output_flag
from providers.base import AnswerForm


def bounded(flag: str) -> dict[str, Any]:
    outputs = (parse_output_flag(flag),)
    node: dict[str, Any] = with_bounds(json_schema_of(outputs), outputs)["properties"]["a"]
    return {key: value for key, value in node.items() if key != "description"}


@pytest.mark.parametrize(
    ("flag", "node"),
    [
        ("a:integer(0.5..1000)", {"type": "integer", "minimum": 1, "maximum": 1000}),
        ("a:integer(1..1000)?", {"type": ["integer", "null"], "minimum": 1, "maximum": 1000}),
        ("a:integer(1..2)", {"type": "integer", "enum": [1, 2]}),
        ("a:number(0..1)", {"type": "number", "minimum": 0, "maximum": 1}),
        ("a:date", {"type": "string", "format": "date"}),
        ("a:date?", {"type": ["string", "null"], "format": "date"}),
        ("a:category(x,y)", {"type": "string", "enum": ["x", "y"]}),
        ("a:boolean", {"type": "boolean"}),
        ("a:text", {"type": "string", "minLength": 1}),
        ("a:object", {"type": "object"}),
        ("a:object?", {"anyOf": [{"type": "object"}, {"type": "null"}]}),
        ("a:list(date)", {"type": "array", "items": {"type": "string", "format": "date"}}),
    ],
)
def test_bounds_stand_in_the_schema(flag: str, node: dict[str, Any]) -> None:
    assert bounded(flag) == node


def test_lengths_stand_in_it_unless_a_grammar_would_grow_too_large() -> None:
    outputs = (parse_output_flag("a:text").model_copy(update={"min_length": 2, "max_length": 40}),)
    node = with_bounds(json_schema_of(outputs), outputs)["properties"]["a"]
    assert (node["minLength"], node["maxLength"]) == (2, 40)
    outputs = (outputs[0].model_copy(update={"max_length": 5000}),)
    assert "maxLength" not in with_bounds(json_schema_of(outputs), outputs)["properties"]["a"]


def test_a_list_that_may_be_empty_keeps_its_bounds() -> None:
    outputs = (parse_output_flag("a:list(integer(1..500))?").model_copy(update={"max_length": 3}),)
    list_, null = with_bounds(json_schema_of(outputs), outputs)["properties"]["a"]["anyOf"]
    assert list_ == {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 500}, "maxItems": 3}
    assert null == {"type": "null"}


def test_several_rows_are_counted_by_the_schema() -> None:
    outputs = (parse_output_flag("a:date"), parse_output_flag("b:boolean"))
    rows = with_bounds(json_schema_of_rows(outputs, 4), outputs, 4)["properties"]["rows"]
    assert (rows["minItems"], rows["maxItems"]) == (4, 4)
    assert rows["items"]["properties"]["a"]["format"] == "date"


@pytest.mark.parametrize(
    ("form", "format_"), [(AnswerForm.BOUNDED_SCHEMA, "date"), (AnswerForm.JSON_SCHEMA, None), (AnswerForm.TEXT, None)]
)
def test_a_request_has_bounds_only_where_its_form_says_so(form: AnswerForm, format_: str | None) -> None:
    spec = RunSpec.checked(
        {
            "input": {"kind": "transform"},
            "prompt": {"instructions": "When was it?"},
            "outputs": [{"name": "a", "type": "date"}],
            "model": {"provider": "custom", "model": "m"},
        }
    )
    plan = RunPlan(spec, ("t",))
    job = plan.job([Member(0, {"t": "yesterday"})])
    job.form = form
    request = plan.request(job)
    assert request.form is form
    schema = request.json_schema or {"properties": {"a": {}}}
    assert schema["properties"]["a"].get("format") == format_
