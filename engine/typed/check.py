"""Whether a typed column is declared so that an answer can fit it at all."""

import math
from collections.abc import Iterable

from engine.columns import ColumnType, Output
from engine.patterns import pattern_of
from engine.typed.readings import folded
from engine.typed.schemas import check_json_schema
from engine.typed.words import plain_number
from handai_errors import SpecError

_NUMBERS = {ColumnType.INTEGER, ColumnType.NUMBER}
_MAX_VALUES = 10_000


def check_output(output: Output) -> None:
    """Raise SpecError with the first thing that is wrong with the column, and what to do."""
    name = output.name
    if not name.strip():
        raise SpecError("A column has no name.", "Give each column a name.")
    if any(ord(sign) < 32 for sign in name):
        raise SpecError(f"The column name {name!r} has a line break or control character.", "Use plain characters.")
    _check_items(output)
    _check_values(output)
    _check_range(output)
    _check_lengths(output)
    _check_pattern(output)
    _check_schema(output)


def _held(output: Output) -> ColumnType | None:
    """The type that values, bounds, pattern and schema speak of: a list's are those of its items."""
    return (output.items or ColumnType.TEXT) if output.type is ColumnType.LIST else output.type


def _named(output: Output) -> str:
    if output.type is None:
        return "has no type"
    return f"is of type {output.type}" + (f" of {_held(output)}" if output.type is ColumnType.LIST else "")


def _check_items(output: Output) -> None:
    if output.items is None:
        return
    if output.type is not ColumnType.LIST:
        raise SpecError(f"`{output.name}` says what its items are, but {_named(output)}.", "Make it a list.")
    if output.items is ColumnType.LIST:
        raise SpecError(f"`{output.name}` is a list of lists.", "Make its items objects, or give it the type object.")


def _check_values(output: Output) -> None:
    name, held = output.name, _held(output)
    if held is not ColumnType.CATEGORY:
        if output.values:
            raise SpecError(
                f"`{name}` has allowed values, but {_named(output)}.", "Give it the type category, or leave them out."
            )
        return
    if not output.values:
        raise SpecError(
            f"“{name}” is a category without allowed values.",
            "Write the values that it may take, such as yes and no, one a line.",
        )
    if len(output.values) > _MAX_VALUES:
        raise SpecError(f"`{name}` has more than {_MAX_VALUES:,} allowed values.", "Use fewer, or the type text.")
    if any(not value.strip() for value in output.values):
        raise SpecError(f"`{name}` has an empty allowed value.", "Leave it out; a column may be empty if not required.")
    if twice := _repeated(output.values):
        raise SpecError(
            f"`{name}` has the allowed values `{twice[0]}` and `{twice[1]}`, which differ in case or spaces at most.",
            "Keep one of them.",
        )


def _repeated(values: Iterable[str]) -> tuple[str, str] | None:
    seen: dict[str, str] = {}
    for value in values:
        if folded(value) in seen:
            return seen[folded(value)], value
        seen[folded(value)] = value
    return None


def _check_range(output: Output) -> None:
    low, high = output.minimum, output.maximum
    if low is None and high is None:
        return
    if _held(output) not in _NUMBERS:
        raise SpecError(
            f"`{output.name}` has a smallest or largest value, but {_named(output)}.",
            "Only integers and numbers have them; texts and lists have a length.",
        )
    if not all(math.isfinite(bound) for bound in (low, high) if bound is not None):
        raise SpecError(f"`{output.name}` has a bound that is no number.", "Leave it out for no bound.")
    if low is None or high is None:
        return
    if low > high:
        raise SpecError(
            f"`{output.name}` goes from {plain_number(low)} to {plain_number(high)}: nothing is in between.",
            "Swap the two.",
        )
    if _held(output) is ColumnType.INTEGER and math.ceil(low) > math.floor(high):
        raise SpecError(
            f"`{output.name}` has no whole number from {plain_number(low)} to {plain_number(high)}.",
            "Widen the range, or use the type number.",
        )


def _check_lengths(output: Output) -> None:
    low, high = output.min_length, output.max_length
    if low is None and high is None:
        return
    if output.type not in {ColumnType.TEXT, ColumnType.LIST}:
        raise SpecError(
            f"`{output.name}` has a shortest or longest length, but {_named(output)}.", "Only texts and lists have it."
        )
    if low is not None and high is not None and low > high:
        raise SpecError(
            f"`{output.name}` has at least {low} and at most {high}: nothing is in between.", "Swap the two."
        )


def _check_pattern(output: Output) -> None:
    if output.pattern is None:
        return
    if _held(output) is not ColumnType.TEXT:
        raise SpecError(f"`{output.name}` has a pattern, but {_named(output)}.", "Only texts have one.")
    pattern_of(output.pattern)


def _check_schema(output: Output) -> None:
    schema = output.json_schema
    if schema is None:
        return
    if _held(output) is not ColumnType.OBJECT:
        raise SpecError(f"`{output.name}` has a JSON Schema, but {_named(output)}.", "Only objects have one.")
    if schema.get("type", "object") != "object":
        raise SpecError(
            f"The JSON Schema of `{output.name}` does not describe an object.", 'Its "type" has to be "object".'
        )
    check_json_schema(schema, output.name)
