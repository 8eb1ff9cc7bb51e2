"""A person's JSON Schema as servers with strict JSON take it, where it can be said there at all."""

from functools import lru_cache
from typing import Any

import orjson

from engine.fitting import to_json
from engine.typed.refs import inlined
from handai_errors import SpecError

_MAX_DEPTH = 5
_SCALARS = {"string", "integer", "number", "boolean"}
_BEYOND = {
    "allOf",
    "not",
    "if",
    "then",
    "else",
    "patternProperties",
    "propertyNames",
    "dependentSchemas",
    "dependentRequired",
    "unevaluatedProperties",
    "prefixItems",
    "contains",
}

Json = dict[str, Any]


class _UnportableError(Exception):
    """Strict JSON has no form for it."""


def portable(schema: Json | None) -> Json | None:
    """The strict form of an object's schema; None when the object has to travel as JSON text.

    Bounds, lengths, patterns and formats are left out: they are validated locally. What was optional is nullable.
    """
    return _portable(to_json(schema)) if schema else None


@lru_cache(maxsize=64)
def _portable(text: str) -> Json | None:
    try:
        node = inlined(orjson.loads(text))
        return _object(node, 0) if "properties" in node and not _BEYOND & node.keys() else None
    except (_UnportableError, SpecError):
        return None


def nullable(node: Json) -> Json:
    """The same that may also be null."""
    if "anyOf" in node:
        return {**node, "anyOf": [*node["anyOf"], {"type": "null"}]}
    if node.get("type") not in _SCALARS:
        return {"anyOf": [node, {"type": "null"}]}
    grown = {**node, "type": [node["type"], "null"]}
    return {**grown, "enum": [*node["enum"], None]} if "enum" in node else grown


def strict_object(properties: dict[str, Json]) -> Json:
    """An object with exactly these keys."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _node(node: Any, depth: int) -> Json:  # noqa: ANN401 any JSON
    if not isinstance(node, dict) or _BEYOND & node.keys() or depth > _MAX_DEPTH:
        raise _UnportableError
    described = {"description": node["description"]} if isinstance(node.get("description"), str) else {}
    return {**_form(node, depth), **described}


def _form(node: Json, depth: int) -> Json:
    options = node.get("anyOf") or node.get("oneOf")
    if isinstance(options, list):
        return {"anyOf": [_node(option, depth + 1) for option in options]}
    if "enum" in node or "const" in node:
        return _enum(node["enum"] if "enum" in node else [node["const"]])
    kind = node.get("type")
    if isinstance(kind, list):
        return _one_of_types(node, kind, depth)
    if kind == "object":
        return _object(node, depth)
    if kind == "array":
        return {"type": "array", "items": _node(node.get("items"), depth + 1)}
    if kind in _SCALARS or kind == "null":
        return {"type": kind}
    raise _UnportableError


def _one_of_types(node: Json, kinds: list[Any], depth: int) -> Json:
    if all(kind in _SCALARS or kind == "null" for kind in kinds):
        return {"type": kinds}
    return {"anyOf": [_form({**node, "type": kind}, depth + 1) for kind in kinds]}


def _enum(values: list[Any]) -> Json:
    texts = [value for value in values if isinstance(value, str)]
    if not texts or any(not isinstance(value, str) and value is not None for value in values):
        raise _UnportableError
    node: Json = {"type": "string", "enum": texts}
    return nullable(node) if None in values else node


def _object(node: Json, depth: int) -> Json:
    properties = node.get("properties")
    if not isinstance(properties, dict) or not properties or isinstance(node.get("additionalProperties"), dict):
        raise _UnportableError
    if node.get("type", "object") != "object":
        raise _UnportableError
    required = node.get("required", ())
    strict = {name: _node(part, depth + 1) for name, part in properties.items()}
    return strict_object({name: part if name in required else _optional(part) for name, part in strict.items()})


def _optional(part: Json) -> Json:
    kind = part.get("type")
    takes_null = "null" in kind if isinstance(kind, list) else kind == "null"
    takes_null = takes_null or {"type": "null"} in part.get("anyOf", ())
    return part if takes_null else nullable(part)


def without_nulls(value: Any, schema: Any) -> Any:  # noqa: ANN401 any JSON
    """`value` without the nulls that stand for what the schema left optional."""
    if isinstance(value, list) and isinstance(schema, dict) and isinstance(schema.get("items"), dict):
        return [without_nulls(item, schema["items"]) for item in value]
    if not isinstance(value, dict) or not isinstance(schema, dict) or not isinstance(schema.get("properties"), dict):
        return value
    parts, required = schema["properties"], schema.get("required", ())
    return {
        key: without_nulls(item, parts.get(key))
        for key, item in value.items()
        if item is not None or key in required or key not in parts
    }
