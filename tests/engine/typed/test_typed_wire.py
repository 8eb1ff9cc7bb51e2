"""What goes over the wire keeps to the subset that every server with strict JSON takes."""

from collections.abc import Iterator
from typing import Any

import pytest

from engine.columns import ColumnType, Output
from engine.typed import (
    instruction_for,
    instruction_for_rows,
    json_schema_of,
    json_schema_of_rows,
    needs_json,
    parse_output_flag,
)

PORTABLE = {"type", "properties", "required", "additionalProperties", "items", "enum", "anyOf", "description"}
NESTED = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "parts": {"type": "array", "items": {"$ref": "#/$defs/part"}},
        "size": {"enum": ["s", "m"]},
    },
    "required": ["name"],
    "$defs": {"part": {"type": "object", "properties": {"n": {"type": "integer", "minimum": 0}}, "required": ["n"]}},
}


def schemas_in(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    inner = [*node.get("properties", {}).values(), *node.get("anyOf", ())]
    inner += [node["items"]] if "items" in node else []
    for part in inner:
        yield from schemas_in(part)


FLAGS = [
    "a",
    "a:text(1..5)?",
    "a:integer(1..5)",
    "a:number(0..)?",
    "a:boolean?",
    "a:category(x,y)",
    "a:category(x,y)?",
    "a:date",
    "a:list(category(x,y),1..3)?",
    "a:list(object)",
    "a:object?",
]


@pytest.mark.parametrize("flag", FLAGS)
def test_only_portable_words_are_used(flag: str) -> None:
    for node in schemas_in(json_schema_of((parse_output_flag(flag),))):
        assert node.keys() <= PORTABLE
        if node.get("type") == "object":
            assert node["required"] == list(node["properties"])
            assert node["additionalProperties"] is False


def test_what_may_be_empty_is_nullable() -> None:
    node = json_schema_of((parse_output_flag("a:integer?"), parse_output_flag("b:category(x,y)?")))
    assert node["properties"] == {
        "a": {"type": ["integer", "null"]},
        "b": {"type": ["string", "null"], "enum": ["x", "y", None]},
    }


def test_bounds_are_told_in_words() -> None:
    assert json_schema_of((parse_output_flag("a:integer(1..1000)"),))["properties"]["a"] == {
        "type": "integer",
        "description": "a whole number from 1 to 1000",
    }


def test_a_small_range_of_integers_is_an_enum() -> None:
    found = json_schema_of((parse_output_flag("a:integer(0.5..3)?"), parse_output_flag("b:list(integer(0..1))")))
    assert found["properties"]["a"]["type"] == ["integer", "null"]
    assert found["properties"]["a"]["enum"] == [1, 2, 3, None]
    assert found["properties"]["b"]["items"] == {"type": "integer", "enum": [0, 1]}


def test_an_objects_schema_becomes_strict() -> None:
    found = json_schema_of((Output(name="o", type=ColumnType.OBJECT, json_schema=NESTED),))["properties"]["o"]
    part = {
        "type": "object",
        "properties": {"n": {"type": "integer"}},
        "required": ["n"],
        "additionalProperties": False,
    }
    assert found == {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "parts": {"anyOf": [{"type": "array", "items": part}, {"type": "null"}]},
            "size": {"type": ["string", "null"], "enum": ["s", "m", None]},
        },
        "required": ["name", "parts", "size"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    "schema",
    [
        None,
        {"type": "object"},
        {"type": "object", "additionalProperties": {"type": "integer"}},
        {"type": "object", "properties": {"a": {"$ref": "#"}}},
        {"type": "object", "properties": {"a": {"not": {"type": "null"}}}},
        {"type": "object", "properties": {"a": {}}},
    ],
)
def test_an_object_that_strict_json_has_no_form_for_travels_as_text(schema: dict[str, Any] | None) -> None:
    found = json_schema_of((Output(name="o", type=ColumnType.OBJECT, json_schema=schema),))["properties"]["o"]
    assert found["type"] == "string"
    assert "written as JSON text" in found["description"]


def test_very_many_categories_are_not_sent_as_an_enum() -> None:
    column = Output(name="c", type=ColumnType.CATEGORY, values=tuple(f"value {n}" for n in range(300)))
    found = json_schema_of((column,))["properties"]["c"]
    assert "enum" not in found
    assert "and 240 more" in found["description"]


def test_several_rows_are_a_list_in_an_object() -> None:
    columns = (parse_output_flag("a:integer"),)
    found = json_schema_of_rows(columns, 4)
    assert found["required"] == ["rows"]
    assert found["properties"]["rows"]["items"] == json_schema_of(columns)


def test_the_instruction_says_all_that_is_asked_for() -> None:
    said = instruction_for(
        (
            Output(name="score", type=ColumnType.INTEGER, minimum=1, maximum=5, description="How\n good"),
            Output(name="mood", type=ColumnType.CATEGORY, values=("a", "b"), required=False),
            Output(name="tags", type=ColumnType.LIST, max_length=3),
        )
    )
    assert said.startswith("Answer with a single JSON object")
    assert '- "score": a whole number from 1 to 5. How good' in said
    assert '- "mood": one of "a", "b", or null when unknown.' in said
    assert '- "tags": a list of texts with at most 3 items.' in said
    assert said.count("null when unknown") == 1


def test_the_instruction_for_rows_names_their_number() -> None:
    assert "exactly 7 JSON objects" in instruction_for_rows((Output(name="a"),), 7)


@pytest.mark.parametrize(
    ("flags", "json_mode", "needed"),
    [
        (["a"], False, False),
        (["a:text"], False, False),
        (["a:text?"], False, False),
        (["a"], True, True),
        (["a", "b"], False, True),
        (["a:integer"], False, True),
        (["a:text(..9)"], False, True),
    ],
)
def test_one_plain_text_stays_text(flags: list[str], *, json_mode: bool, needed: bool) -> None:
    assert needs_json([parse_output_flag(flag) for flag in flags], json_mode) is needed
