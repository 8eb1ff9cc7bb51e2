"""A JSON Schema file becomes columns; what they can't keep is said."""

from typing import Any

import pytest

from engine.columns import Output
from engine.typed import outputs_from_json_schema
from handai_errors import SpecError


def columns_of(properties: dict[str, Any], **root: object) -> tuple[Output, ...]:
    return outputs_from_json_schema({"type": "object", "properties": properties, "required": list(properties), **root})


@pytest.mark.parametrize(
    ("node", "fields"),
    [
        (
            {"type": "string", "minLength": 1, "maxLength": 9, "pattern": "^a"},
            {"type": "text", "min_length": 1, "max_length": 9, "pattern": "^a"},
        ),
        ({"type": "string", "format": "date"}, {"type": "date"}),
        ({"type": "string", "format": "email"}, {"type": "text", "description": "(format: email)"}),
        ({"type": "integer", "minimum": 1, "maximum": 5}, {"type": "integer", "minimum": 1, "maximum": 5}),
        (
            {"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 6},
            {"type": "integer", "minimum": 1, "maximum": 5},
        ),
        ({"type": ["number", "null"]}, {"type": "number", "required": False}),
        ({"anyOf": [{"type": "boolean"}, {"type": "null"}]}, {"type": "boolean", "required": False}),
        (
            {"enum": ["a", "b"], "description": "which"},
            {"type": "category", "values": ("a", "b"), "description": "which"},
        ),
        ({"type": ["string", "null"], "enum": ["a", None]}, {"type": "category", "values": ("a",), "required": False}),
        ({"const": "a"}, {"type": "category", "values": ("a",)}),
        (
            {"type": "array", "items": {"type": "string"}, "maxItems": 3},
            {"type": "list", "items": "text", "max_length": 3},
        ),
        ({"type": "array", "items": {"enum": ["a"]}}, {"type": "list", "items": "category", "values": ("a",)}),
        ({"type": "object"}, {"type": "object"}),
        ({"$ref": "#/$defs/m"}, {"type": "category", "values": ("x", "y")}),
        ({"allOf": [{"$ref": "#/$defs/m"}]}, {"type": "category", "values": ("x", "y")}),
        ({}, {}),
        (True, {}),
    ],
)
def test_a_property_is_a_column(node: object, fields: dict[str, Any]) -> None:
    found = columns_of({"c": node}, **{"$defs": {"m": {"enum": ["x", "y"]}}})
    assert found == (Output.model_validate({"name": "c", **fields}),)


def test_what_is_not_listed_as_required_is_not() -> None:
    found = outputs_from_json_schema(
        {"properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "required": ["b"]}
    )
    assert [column.required for column in found] == [False, True]


def test_nested_objects_keep_their_schema_without_references() -> None:
    node = {"type": "object", "properties": {"x": {"$ref": "#/$defs/n"}}, "required": ["x"]}
    found = columns_of({"o": node, "l": {"type": "array", "items": node}}, **{"$defs": {"n": {"type": "integer"}}})
    schema = {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}
    assert [column.json_schema for column in found] == [schema, schema]


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({}, "describes no columns"),
        ({"type": "array"}, "describes no columns"),
        ({"properties": {"a": {}}, "anyOf": []}, "`anyOf` at its top"),
        ({"properties": {"a": {"$ref": "#/$defs/x"}}}, "not there"),
        ({"properties": {"a": {"$ref": "http://127.0.0.1/x"}}}, "outside of the file"),
        ({"properties": {"a": {"$ref": "#"}}}, "refers to itself"),
        ({"properties": {"a": {"type": "integer", "multipleOf": 2}}}, "`multipleOf`"),
        ({"properties": {"a": {"anyOf": [{"type": "string"}, {"type": "integer"}]}}}, "`anyOf`"),
        ({"properties": {"a": {"type": ["string", "integer"]}}}, "which no column has"),
        ({"properties": {"a": {"type": "number", "exclusiveMinimum": 0}}}, "Use `minimum`"),
        ({"properties": {"a": {"enum": [1, 2]}}}, "not all texts"),
        ({"properties": {"a": {"type": "array", "items": {"type": "array"}}}}, "list of lists"),
        ({"properties": {"a": {"type": "string", "pattern": "(?=x)"}}}, "pattern"),
        ({"properties": {"a": {"type": "string", "minLength": "x"}}}, "min_length"),
        ({"properties": {"a": {"type": "integer", "minimum": 5, "maximum": 1}}}, "nothing is in between"),
    ],
)
def test_what_columns_cannot_keep_is_refused(schema: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError) as caught:
        outputs_from_json_schema(schema)
    assert said in str(caught.value)


def test_references_that_multiply_are_refused() -> None:
    defs: dict[str, Any] = {"d0": {"type": "string"}}
    for place in range(1, 40):
        ref = {"$ref": f"#/$defs/d{place - 1}"}
        defs[f"d{place}"] = {"type": "object", "properties": {"a": ref, "b": ref}}
    with pytest.raises(SpecError, match="too large"):
        columns_of({"x": {"$ref": "#/$defs/d39"}}, **{"$defs": defs})
