"""The fields of a typed column: what the model may put in, in few plain words; the rest on request."""

from typing import Any

import orjson
import streamlit as st

from engine.columns import ColumnType, Output
from pages.components.fields import choice_field, long_field, number_field, switch_field, text_field, whole_field
from pages.components.setup.column_words import TYPE_LABELS
from services.tables.column_kinds import lines_of

_AS_IT_COMES = "any"
_NUMERIC = {ColumnType.INTEGER, ColumnType.NUMBER}
_UNLIMITED: dict[str, Any] = {
    "values": (),
    "items": None,
    "minimum": None,
    "maximum": None,
    "min_length": None,
    "max_length": None,
    "pattern": None,
    "json_schema": None,
}
_ITEMS = [kind for kind in ColumnType if kind is not ColumnType.LIST]


def draw_output(prefix: str, output: Output) -> dict[str, Any]:
    """What was set for a typed column; what its type has no use for is emptied."""
    left, right = st.columns(2)
    with left:
        name = text_field(prefix, "name", "Name of the column", output.name, max_chars=200).strip()
    with right:
        kind = _draw_type(prefix, output)
    changes: dict[str, Any] = {"name": name or output.name, "type": kind}
    changes["description"] = text_field(
        prefix,
        "description",
        "What goes in it",
        output.description,
        help="The model reads this. Leave it empty if the name says it all.",
    )
    if kind is not None:
        changes |= {**_UNLIMITED, **_draw_limits(prefix, output, kind)}
    changes["required"] = switch_field(
        prefix,
        "required",
        "Must be filled",
        value=output.required,
        help_text="Off: the model may leave it empty, and “N/A” or “none” count as empty.",
    )
    return changes


def _draw_type(prefix: str, output: Output) -> ColumnType | None:
    labels = {_AS_IT_COMES: "As it comes"} | {str(kind): label for kind, label in TYPE_LABELS.items()}
    options = [option for option in labels if option != _AS_IT_COMES or output.type is None]
    chosen = choice_field(
        prefix, "type", "Type", options, str(output.type or _AS_IT_COMES), format_func=lambda option: labels[option]
    )
    return None if chosen == _AS_IT_COMES else ColumnType(chosen)


def _draw_limits(prefix: str, output: Output, kind: ColumnType) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    inner = kind
    if kind is ColumnType.LIST:
        inner = _draw_items(prefix, output)
        changes["items"] = None if output.items is None and inner is ColumnType.TEXT else inner
    if inner is ColumnType.CATEGORY:
        text = long_field(
            prefix,
            "values",
            "Allowed values, one a line",
            "\n".join(output.values),
            placeholder="For example:\npositive\nnegative\nmixed",
        )
        changes["values"] = output.values if text == "\n".join(output.values) else lines_of(text)
    if inner in _NUMERIC:
        changes |= _draw_range(prefix, output)
    if inner is ColumnType.OBJECT:
        changes["json_schema"] = _draw_json_schema(prefix, output)
    if kind in {ColumnType.TEXT, ColumnType.LIST}:
        changes |= _draw_lengths(prefix, output, kind)
    return changes


def _draw_items(prefix: str, output: Output) -> ColumnType:
    chosen = choice_field(
        prefix,
        "items",
        "Each item of the list is",
        [str(kind) for kind in _ITEMS],
        str(output.items or ColumnType.TEXT),
        format_func=lambda option: TYPE_LABELS[ColumnType(option)],
    )
    return ColumnType(chosen)


def _draw_range(prefix: str, output: Output) -> dict[str, Any]:
    left, right = st.columns(2)
    with left:
        low = number_field(prefix, "minimum", "Smallest", output.minimum, placeholder="Any")
    with right:
        high = number_field(prefix, "maximum", "Largest", output.maximum, placeholder="Any")
    return {"minimum": low, "maximum": high}


def _draw_lengths(prefix: str, output: Output, kind: ColumnType) -> dict[str, Any]:
    noun = "items" if kind is ColumnType.LIST else "characters"
    with st.expander(f"Limits: number of {noun}" + (", pattern" if kind is ColumnType.TEXT else "")):
        left, right = st.columns(2)
        with left:
            low = whole_field(prefix, "min_length", f"At least, in {noun}", output.min_length, min_value=0)
        with right:
            high = whole_field(prefix, "max_length", f"At most, in {noun}", output.max_length, min_value=1)
        pattern = output.pattern if output.type is kind else None  # that of a list's items stays as it is
        if kind is ColumnType.TEXT:
            pattern = text_field(
                prefix, "pattern", "Pattern (a regular expression)", output.pattern or "", placeholder="[A-Z]{3}-[0-9]+"
            )
    return {"min_length": low, "max_length": high, "pattern": pattern or None}


def _draw_json_schema(prefix: str, output: Output) -> dict[str, Any] | None:
    before = orjson.dumps(output.json_schema, option=orjson.OPT_INDENT_2).decode() if output.json_schema else ""
    text = long_field(
        prefix,
        "json_schema",
        "JSON Schema of the object (leave empty to take any)",
        before,
        placeholder='{"type": "object", "properties": {"city": {"type": "string"}}}',
    )
    if not text.strip():
        return None
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        st.error(str(error), title="This is not valid JSON yet")
        return output.json_schema
    if not isinstance(found, dict):
        st.error("It begins with { and ends with }.", title="A JSON Schema is an object")
        return output.json_schema
    return found
