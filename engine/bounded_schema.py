"""Bounds in a JSON Schema, for servers that force an answer to keep to it and take more than the portable subset.

llama.cpp and what is built on it make a grammar of the schema: what the grammar holds, even a small model can't miss.
"""

import math
from collections.abc import Sequence
from typing import Any

from engine.columns import ColumnType, Output

Json = dict[str, Any]

_LONGEST = 300  # characters: a grammar that counts more is slow, or refused
_MOST_ITEMS = 100


def with_bounds(schema: Json, outputs: Sequence[Output], rows: int = 1) -> Json:
    """The portable schema of `outputs`, or of several `rows` of them, with all bounds that its types can have."""
    if rows == 1:
        named = {output.name: _bounded(schema["properties"][output.name], output) for output in outputs}
        return {**schema, "properties": named}
    listed = schema["properties"]["rows"]
    listed = {**listed, "items": with_bounds(listed["items"], outputs), "minItems": rows, "maxItems": rows}
    return {**schema, "properties": {"rows": listed}}


def _bounded(node: Json, output: Output) -> Json:
    if isinstance(options := node.get("anyOf"), list):  # nullable lists and objects
        return {**node, "anyOf": [_bounded(option, output) for option in options]}
    if node.get("type") == "null" or "enum" in node:
        return node
    if output.type is ColumnType.LIST:
        item = output.model_copy(update={"type": output.items, "min_length": None, "max_length": None})
        node = {**node, "items": _bounded(node["items"], item)}
    if output.type is ColumnType.OBJECT and output.json_schema is None:
        return _any_object(node)
    return {**node, **_bounds_of(output)}


def _bounds_of(output: Output) -> Json:
    match output.type:
        case ColumnType.INTEGER:
            return _whole_range(output)
        case ColumnType.NUMBER:
            return _said(minimum=output.minimum, maximum=output.maximum)
        case ColumnType.DATE:
            return {"format": "date"}
        case ColumnType.TEXT:
            least = output.min_length or int(output.required)  # an empty text reads as no answer
            return _lengths(output.model_copy(update={"min_length": least or None}), "Length", _LONGEST)
        case ColumnType.LIST:
            return _lengths(output, "Items", _MOST_ITEMS)
        case _:
            return {}


def _any_object(node: Json) -> Json:
    """An open object itself, which strict JSON can only take as a text."""
    told = str(node.get("description", "")).replace(", written as JSON text", "")
    kinds = [{"type": "object"}, {"type": "null"}] if "null" in node["type"] else []
    return {**({"anyOf": kinds} if kinds else {"type": "object"}), "description": told}


def _whole_range(output: Output) -> Json:
    low = None if output.minimum is None else math.ceil(output.minimum)
    high = None if output.maximum is None else math.floor(output.maximum)
    return _said(minimum=low, maximum=high)


def _lengths(output: Output, noun: str, most: int) -> Json:
    low = output.min_length if (output.min_length or 0) <= most else None
    high = output.max_length if (output.max_length or 0) <= most else None
    return _said(**{f"min{noun}": low, f"max{noun}": high})


def _said(**bounds: float | None) -> Json:
    return {name: bound for name, bound in bounds.items() if bound is not None}
