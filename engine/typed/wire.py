"""Typed columns as a JSON Schema that every server with strict JSON takes.

All keys are required and nothing else is allowed; what may be empty is nullable instead of optional; categories are an
enum, and so are the numbers of a small range of integers. Other bounds, lengths, patterns and formats are not in it,
since servers differ in what they take: a description tells them to the model, and the answer is validated locally. An
object whose shape strict JSON can't say (no `json_schema`, or open keys, conditions, recursion in it) travels as a text
that holds its JSON, and is read and validated locally.
"""

import math
from collections.abc import Sequence
from typing import Any

from engine.columns import ColumnType, Output
from engine.typed.portable import nullable, portable, strict_object
from engine.typed.words import described_type

_MAX_ENUM = 250
_MAX_ENUM_CHARACTERS = 7_500
_MAX_RANGE = 50

_SCALARS = {
    ColumnType.TEXT: "string",
    ColumnType.INTEGER: "integer",
    ColumnType.NUMBER: "number",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.DATE: "string",
}


def json_schema_of(outputs: Sequence[Output]) -> dict[str, Any]:
    """The schema of one answer."""
    return strict_object({output.name: _property(output) for output in outputs})


def json_schema_of_rows(outputs: Sequence[Output], n: int) -> dict[str, Any]:
    """The schema of an answer for `n` rows: an object with the list `rows`."""
    rows = {"type": "array", "items": json_schema_of(outputs), "description": f"exactly {n} rows, in order"}
    return strict_object({"rows": rows})


def item_of(output: Output) -> Output:
    """What each item of a list column is."""
    return Output(
        name=output.name,
        type=output.items or ColumnType.TEXT,
        values=output.values,
        minimum=output.minimum,
        maximum=output.maximum,
        pattern=output.pattern,
        json_schema=output.json_schema,
    )


def travels_as_text(output: Output) -> bool:
    """Whether an object column is asked for as a text that holds its JSON."""
    return output.type is ColumnType.OBJECT and portable(output.json_schema) is None


def _property(output: Output) -> dict[str, Any]:
    node = _node(output)
    if output.type is None:
        return {**node, "description": output.description} if output.description else node
    described = ". ".join(part for part in (_told(output), " ".join(output.description.split())) if part)
    node = node if output.required else nullable(node)
    return {**node, "description": described} if described else node


def _told(output: Output) -> str:
    """What the schema can't say."""
    if travels_as_text(output):
        return f"{described_type(output)}, written as JSON text"
    if output.type in {ColumnType.BOOLEAN, ColumnType.OBJECT} or (output.type is ColumnType.CATEGORY and _fits(output)):
        return ""
    bounded = (output.minimum, output.maximum, output.min_length, output.max_length, output.pattern)
    if output.type in {ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER} and all(b is None for b in bounded):
        return ""
    return described_type(output)


def _node(output: Output) -> dict[str, Any]:
    match output.type:
        case None:
            return {"anyOf": [*_ANY_SCALAR, {"type": "array", "items": {"type": "string"}}, {"type": "null"}]}
        case ColumnType.CATEGORY:
            return {"type": "string", "enum": list(output.values)} if _fits(output) else {"type": "string"}
        case ColumnType.INTEGER if whole := _small_range(output):
            return {"type": "integer", "enum": whole}
        case ColumnType.LIST:
            return {"type": "array", "items": _node(item_of(output))}
        case ColumnType.OBJECT:
            return portable(output.json_schema) or {"type": "string"}
        case scalar:
            return {"type": _SCALARS[scalar]}


_ANY_SCALAR = ({"type": "string"}, {"type": "number"}, {"type": "boolean"})


def _small_range(output: Output) -> list[int]:
    """All numbers of a small range, such as a score from 1 to 5; servers take an enum where they take no bounds."""
    if output.minimum is None or output.maximum is None or output.maximum - output.minimum >= _MAX_RANGE:
        return []
    return list(range(math.ceil(output.minimum), math.floor(output.maximum) + 1))


def _fits(output: Output) -> bool:
    return len(output.values) <= _MAX_ENUM and sum(map(len, output.values)) <= _MAX_ENUM_CHARACTERS
