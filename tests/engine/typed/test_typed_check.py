"""A column that no answer can fit is refused before anything is sent."""

from typing import Any

import pytest

from engine.columns import Output
from engine.typed import check_output
from handai_errors import SpecError


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "  "}, "no name"),
        ({"name": "a\nb"}, "line break"),
        ({"type": "category"}, "without allowed values"),
        ({"type": "category", "values": ("Good", " good")}, "differ in case or spaces"),
        ({"type": "category", "values": ("a", " ")}, "empty allowed value"),
        ({"type": "text", "values": ("a",)}, "has allowed values, but is of type text"),
        ({"values": ("a",)}, "has no type"),
        ({"type": "integer", "minimum": 5, "maximum": 1}, "nothing is in between"),
        ({"type": "integer", "minimum": 0.2, "maximum": 0.8}, "no whole number"),
        ({"type": "number", "minimum": float("nan")}, "no number"),
        ({"type": "text", "minimum": 1}, "smallest or largest"),
        ({"type": "text", "min_length": 5, "max_length": 4}, "nothing is in between"),
        ({"type": "date", "min_length": 5}, "shortest or longest"),
        ({"type": "text", "pattern": "("}, "pattern"),
        ({"type": "text", "pattern": "(?=a)"}, "look-around"),
        ({"type": "integer", "pattern": "a"}, "Only texts"),
        ({"type": "text", "json_schema": {}}, "Only objects"),
        ({"type": "object", "json_schema": {"type": "array"}}, "does not describe an object"),
        ({"type": "object", "json_schema": {"properties": {"a": {"type": "objekt"}}}}, "can't be used"),
        (
            {"type": "object", "json_schema": {"properties": {"a": {"$ref": "http://127.0.0.1:9/x"}}}},
            "Retrieval is disabled",
        ),
        ({"type": "object", "json_schema": {"properties": {"a": {"pattern": "(?=a)"}}}}, "can't be used"),
        ({"type": "list", "items": "list"}, "list of lists"),
        ({"type": "text", "items": "text"}, "Make it a list"),
        ({"type": "list", "items": "category"}, "without allowed values"),
    ],
)
def test_a_column_that_cannot_work_is_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError) as caught:
        check_output(Output.model_validate({"name": "x", **fields}))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"type": "list", "items": "number", "minimum": 0, "max_length": 3},
        {"type": "list", "pattern": "^#"},
        {"type": "list", "items": "object", "json_schema": {"type": "object"}},
        {"type": "object", "json_schema": {"properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {}}}},
        {"type": "integer", "minimum": 3, "maximum": 3},
    ],
)
def test_a_column_that_can_work_is_taken(fields: dict[str, Any]) -> None:
    check_output(Output.model_validate({"name": "x", **fields}))
