import random
from typing import Any

import jsonschema_rs
import orjson
import pytest

from providers.demo_hints import schema_in
from providers.demo_text import LABEL
from providers.demo_values import DemoValues

TREE: dict[str, Any] = {
    "$defs": {
        "part": {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "parts": {"type": "array", "items": {"$ref": "#/$defs/part"}, "maxItems": 1},
            },
            "required": ["name", "parts"],
            "additionalProperties": False,
        }
    },
    "$ref": "#/$defs/part",
}
SCHEMAS: list[dict[str, Any]] = [
    {"type": "string"},
    {"type": "string", "minLength": 300, "maxLength": 310},
    {"type": "string", "maxLength": 5},
    {"type": "string", "format": "date"},
    {"type": "integer", "minimum": 3, "maximum": 4},
    {"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 5},
    {"type": "integer", "minimum": 1, "maximum": 30, "multipleOf": 7},
    {"type": "integer", "maximum": -5},
    {"type": "number", "minimum": 0.5, "maximum": 0.6},
    {"type": "boolean"},
    {"type": ["string", "null"]},
    {"type": ["string", "null"], "enum": ["a", "b", None]},
    {"const": 7},
    {"enum": ["a", 2]},
    {"type": "array", "items": {"type": "integer"}, "minItems": 4, "maxItems": 6},
    {"anyOf": [{"type": "integer"}, {"type": "null"}]},
    {"oneOf": [{"type": "object", "properties": {"a": {"const": 1}}, "required": ["a"]}, {"type": "boolean"}]},
    {"allOf": [{"properties": {"a": {"type": "integer"}}, "required": ["a"]}], "type": "object"},
    {"type": "object"},
    TREE,
]


def answers_to(schema: dict[str, Any], count: int = 30) -> list[Any]:
    return [DemoValues(schema, random.Random(place), ("shoes", "rain")).answer() for place in range(count)]


def column_of(described: dict[str, Any]) -> list[Any]:
    schema = {"type": "object", "properties": {"a": described}, "required": ["a"], "additionalProperties": False}
    return [answer["a"] for answer in answers_to(schema)]


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: orjson.dumps(schema).decode()[:50])
def test_every_answer_obeys_the_schema(schema: dict[str, Any]) -> None:
    for answer in answers_to(schema):
        jsonschema_rs.validator_for(schema, validate_formats=True).validate(answer)


def test_bounds_are_read_from_the_description_where_the_schema_has_none() -> None:
    numbers = column_of({"type": "integer", "description": "a whole number from 1 to 5. How good it is"})
    assert {*numbers} == {1, 2, 3, 4, 5}
    assert all(number >= 400 for number in column_of({"type": "number", "description": "a number of at least 400"}))


def test_lengths_are_read_from_the_description() -> None:
    texts = column_of({"type": "string", "description": "a text with 10 to 30 characters"})
    assert all(10 <= len(text) <= 30 for text in texts)
    items = {"type": "array", "items": {"type": "string"}, "description": "a list of texts with 2 to 3 items"}
    lists = column_of(items)
    assert {len(found) for found in lists} == {2, 3}
    assert max(len(text) for found in lists for text in found) > 3


def test_values_that_only_the_description_names_are_kept_to() -> None:
    assert {*column_of({"type": "string", "description": 'one of "red", "dark, blue"'})} == {"red", "dark, blue"}
    assert "2" in column_of({"type": "string", "description": "a date as YYYY-MM-DD"})[0][:1]


def test_an_object_asked_for_as_text_is_json_of_its_own_schema() -> None:
    schema = '{"type":"object","properties":{"size":{"type":"integer"}},"required":["size"]}'
    told = f"a JSON object that fits this JSON Schema: {schema}, written as JSON text. The {{box}}"
    assert all(
        isinstance(orjson.loads(text)["size"], int) for text in column_of({"type": "string", "description": told})
    )


def test_texts_of_a_column_are_labelled_and_categories_are_not() -> None:
    assert all(text.startswith(LABEL) for text in column_of({"type": "string"}))
    assert {*column_of({"type": "string", "enum": ["good", "bad"]})} == {"good", "bad"}


def test_as_many_rows_come_as_are_asked_for() -> None:
    row = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}
    rows = {"type": "array", "items": row, "description": "exactly 7 rows, in order"}
    schema = {"type": "object", "properties": {"rows": rows}, "required": ["rows"], "additionalProperties": False}
    for answer in answers_to(schema):
        texts = [row["a"] for row in answer["rows"]]
        assert len({*texts}) == 7
        assert all(text.startswith(LABEL) for text in texts)


def test_what_may_be_empty_sometimes_is() -> None:
    schema = {"type": ["integer", "null"]}
    assert 0 < sum(answer is None for answer in answers_to(schema, 200)) < 60


def test_instructions_that_name_keys_are_a_schema_too() -> None:
    told = (
        'Answer with JSON. It has exactly these keys:\n- "n": a whole number from 1 to 2. Why\n- "ok": true or false.'
    )
    schema = schema_in(told)
    assert schema is not None
    (answer, *_) = answers_to(schema)
    assert answer["n"] in {1, 2}
    assert answer["ok"] in {True, False}


def test_instructions_can_ask_for_rows() -> None:
    schema = schema_in('Its only key is "rows": a list of exactly 3 JSON objects. Exactly these keys:\n- "t": a text.')
    assert schema is not None
    assert [len(answer["rows"]) for answer in answers_to(schema, 2)] == [3, 3]


def test_keys_without_types_are_texts() -> None:
    schema = schema_in('Answer with a single JSON object and nothing else. Its keys: "mood", "why".')
    assert schema is not None
    assert [*schema["properties"]] == ["mood", "why"]
    assert schema_in("Classify this.") is None
