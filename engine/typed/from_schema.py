"""Columns from a JSON Schema file: each property becomes one, and what can't be kept is said instead of dropped."""

import math
from typing import Any

from pydantic import ValidationError

from engine.columns import ColumnType, Output
from engine.typed.check import check_output
from engine.typed.refs import inlined
from handai_errors import SpecError

Json = dict[str, Any]

_TYPES = {
    "string": ColumnType.TEXT,
    "integer": ColumnType.INTEGER,
    "number": ColumnType.NUMBER,
    "boolean": ColumnType.BOOLEAN,
    "array": ColumnType.LIST,
    "object": ColumnType.OBJECT,
}
_CONDITIONS = ("anyOf", "oneOf", "allOf", "not", "if", "dependentRequired", "dependentSchemas")
_ROOT_REFUSED = (*_CONDITIONS, "patternProperties", "propertyNames", "minProperties", "maxProperties")
_COLUMN_REFUSED = (*_CONDITIONS, "multipleOf", "prefixItems", "contains", "uniqueItems")
_EVERY_KEY = "Each property of the schema is one column. Leave it out, or put it inside a property of type object."


def outputs_from_json_schema(schema: Json) -> tuple[Output, ...]:
    """The columns that a JSON Schema describes; raises SpecError for what they can't keep."""
    root = inlined(schema)
    properties = root.get("properties")
    if root.get("type", "object") != "object" or not isinstance(properties, dict) or not properties:
        raise SpecError(
            "The JSON Schema describes no columns.", 'It has to be an object with "properties", one for each column.'
        )
    for word in _ROOT_REFUSED:
        if word in root:
            raise SpecError(f"The JSON Schema has `{word}` at its top, which columns can't keep.", _EVERY_KEY)
    required = root.get("required", [])
    return tuple(_output(name, node, is_required=name in required) for name, node in properties.items())


def _output(name: str, node: Any, *, is_required: bool) -> Output:  # noqa: ANN401 any JSON
    if not isinstance(node, dict):
        node = {}
    node, takes_null = _without_null(_merged(node))
    fields = {"required": is_required and not takes_null, "description": _description(node), **_fields(name, node)}
    try:
        output = Output(name=name, **fields)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise SpecError(f"The column `{name}` can't be used: {place}: {first['msg']}.", "Correct the schema.") from None
    check_output(output)
    return output


def _merged(node: Json) -> Json:
    """One schema in `allOf` says the same without it."""
    parts = node.get("allOf")
    if isinstance(parts, list) and len(parts) == 1 and isinstance(parts[0], dict):
        return {**parts[0], **{key: value for key, value in node.items() if key != "allOf"}}
    return node


def _without_null(node: Json) -> tuple[Json, bool]:
    """The node without the null that it may be, and whether there was one."""
    kinds = node.get("type")
    for word in ("anyOf", "oneOf"):
        options = node.get(word)
        if isinstance(options, list):
            rest = [option for option in options if option != {"type": "null"}]
            if len(rest) == 1 and isinstance(rest[0], dict):
                beside = {key: value for key, value in node.items() if key != word}
                inner, takes_null = _without_null({**rest[0], **beside})
                return inner, takes_null or len(rest) < len(options)
    if isinstance(kinds, list) and "null" in kinds:
        rest = [kind for kind in kinds if kind != "null"]
        node = {**node, "type": rest[0] if len(rest) == 1 else rest}
        return _without_null_value(node), True
    return node, False


def _without_null_value(node: Json) -> Json:
    values = node.get("enum")
    return {**node, "enum": [value for value in values if value is not None]} if isinstance(values, list) else node


def _description(node: Json) -> str:
    parts = [node.get("description"), f"(format: {node['format']})" if _extra_format(node) else None]
    return " ".join(part for part in parts if isinstance(part, str))


def _extra_format(node: Json) -> bool:
    return isinstance(node.get("format"), str) and node["format"] != "date"


def _fields(name: str, node: Json) -> Json:
    for word in _COLUMN_REFUSED:
        if word in node and node[word] is not False:
            raise SpecError(
                f"The column `{name}` has `{word}`, which a column can't keep.",
                "Leave it out, or make the column an object that holds it.",
            )
    if "enum" in node or "const" in node:
        return {"type": ColumnType.CATEGORY, "values": _values(name, node)}
    kind = node.get("type", "object" if "properties" in node else None)
    if kind is None:
        return {}
    if not isinstance(kind, str) or kind not in _TYPES:
        raise SpecError(
            f"The column `{name}` has the type {kind!r}, which no column has.",
            f"The types are {', '.join(_TYPES)}; null beside one of them makes it not required.",
        )
    return {"type": _TYPES[kind], **_bounds(name, node, _TYPES[kind])}


def _values(name: str, node: Json) -> tuple[str, ...]:
    values = node["enum"] if "enum" in node else [node["const"]]
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise SpecError(f"The allowed values of `{name}` are not all texts.", 'Write them in quotes, such as "1".')
    return tuple(values)


def _bounds(name: str, node: Json, kind: ColumnType) -> Json:
    match kind:
        case ColumnType.TEXT if node.get("format") == "date":
            return {"type": ColumnType.DATE}
        case ColumnType.TEXT:
            return {
                "min_length": node.get("minLength"),
                "max_length": node.get("maxLength"),
                "pattern": node.get("pattern"),
            }
        case ColumnType.INTEGER | ColumnType.NUMBER:
            return {"minimum": _bound(name, node, kind, "inimum"), "maximum": _bound(name, node, kind, "aximum")}
        case ColumnType.LIST:
            return {**_items(name, node), "min_length": node.get("minItems"), "max_length": node.get("maxItems")}
        case ColumnType.OBJECT:
            return {"json_schema": _object_schema(node)}
        case _:
            return {}


def _bound(name: str, node: Json, kind: ColumnType, ending: str) -> float | None:
    is_low = ending == "inimum"
    bound, exclusive = node.get("m" + ending), node.get("exclusiveM" + ending)
    if exclusive is None or exclusive is False:
        return bound
    if kind is ColumnType.NUMBER or isinstance(exclusive, bool) or not isinstance(exclusive, int | float):
        raise SpecError(
            f"The column `{name}` has `exclusiveM{ending}`, which a number can't keep.", f"Use `m{ending}` instead."
        )
    shut = math.floor(exclusive) + 1 if is_low else math.ceil(exclusive) - 1
    if not isinstance(bound, int | float):
        return shut
    return max(shut, bound) if is_low else min(shut, bound)


def _items(name: str, node: Json) -> Json:
    items = node.get("items", {})
    if not isinstance(items, dict):
        raise SpecError(f"The items of `{name}` can't be kept.", 'Give "items" one schema.')
    inner, takes_null = _without_null(_merged(items))
    if takes_null:
        raise SpecError(f"The items of `{name}` may be null, which a list can't keep.", "Leave the null out.")
    fields = _fields(name, inner)
    kind = fields.pop("type", ColumnType.TEXT)
    if kind is ColumnType.LIST:
        raise SpecError(f"The column `{name}` is a list of lists.", "Make its items objects.")
    if fields.pop("min_length", None) is not None or fields.pop("max_length", None) is not None:
        raise SpecError(f"The items of `{name}` have a length, which a list can't keep.", "Use a pattern instead.")
    return {**fields, "items": kind}


def _object_schema(node: Json) -> Json | None:
    """The schema of an object column; None where it says nothing but that it is one."""
    kept = {key: value for key, value in node.items() if key not in {"description", "title", "default", "examples"}}
    return (
        {"type": "object", **kept}
        if kept.keys() - {"type", "additionalProperties"} or kept.get("additionalProperties") not in {None, True}
        else None
    )
