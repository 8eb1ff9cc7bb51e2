"""What a typed column asks for, in the words that a model and a person read."""

import re
from collections.abc import Callable, Sequence

from engine.columns import ColumnType, Output
from engine.fitting import to_json

_SHOWN_VALUES = 60
_SHOWN = 60  # characters
_ONE_OBJECT = "Answer with a single JSON object and nothing else."

_ITEMS = {
    ColumnType.TEXT: "texts",
    ColumnType.INTEGER: "whole numbers",
    ColumnType.NUMBER: "numbers",
    ColumnType.BOOLEAN: "values that are true or false",
    ColumnType.DATE: "dates as YYYY-MM-DD",
    ColumnType.OBJECT: "JSON objects",
}


def needs_json(outputs: Sequence[Output], json_mode: bool) -> bool:
    """Whether a call's answer has to be JSON: several columns, or one that asks for more than its text."""
    return json_mode or len(outputs) > 1 or any(not _is_plain(output) for output in outputs)


def _is_plain(output: Output) -> bool:
    bounds = (output.min_length, output.max_length, output.pattern)
    return output.type in {None, ColumnType.TEXT} and all(bound is None for bound in bounds)


def instruction_for(outputs: Sequence[Output]) -> str:
    """What is added to the instructions of a call whose answer is JSON: the keys and what each holds."""
    if not outputs:
        return _ONE_OBJECT
    return f"{_ONE_OBJECT} It has exactly these keys:\n{_key_lines(outputs)}"


def instruction_for_rows(outputs: Sequence[Output], n: int) -> str:
    """The same for a call that asks for `n` rows at once."""
    return (
        f'{_ONE_OBJECT} Its only key is "rows": a list of exactly {n} JSON objects, one for each row, in order. '
        f"Each of them has exactly these keys:\n{_key_lines(outputs)}"
    )


def _key_lines(outputs: Sequence[Output]) -> str:
    return "\n".join(f"- {to_json(output.name)}: {_line(output)}" for output in outputs)


def _line(output: Output) -> str:
    unknown = "" if output.required else ", or null when unknown"
    described = " ".join(output.description.split())
    return f"{described_type(output)}{unknown}." + (f" {described}" if described else "")


def described_type(output: Output) -> str:
    """What a column's value must be, as the end of "it must be …"."""
    return _WORDS[output.type](output) if output.type is not None else "a value"


def _items(output: Output) -> str:
    items = output.items or ColumnType.TEXT
    if items is ColumnType.CATEGORY:
        return f"values, each one of {allowed_values(output)}"
    named = _ITEMS.get(items, "values")
    return named + _range(output) + _pattern(output) + _schema(output)


def allowed_values(output: Output) -> str:
    """The categories in quotes, the first ones of very many."""
    shown = ", ".join(to_json(value) for value in output.values[:_SHOWN_VALUES])
    left = len(output.values) - _SHOWN_VALUES
    return f"{shown} and {left} more" if left > 0 else shown


def _range(output: Output) -> str:
    low, high = output.minimum, output.maximum
    if low is not None and high is not None:
        return f" from {plain_number(low)} to {plain_number(high)}"
    if low is not None:
        return f" of at least {plain_number(low)}"
    return f" of at most {plain_number(high)}" if high is not None else ""


def _lengths(output: Output, noun: str) -> str:
    low, high = output.min_length, output.max_length
    if low is not None and high is not None:
        return f" with {_counted(low, noun)}" if low == high else f" with {low} to {high} {noun}s"
    if low:
        return f" with at least {_counted(low, noun)}"
    return f" with at most {_counted(high, noun)}" if high is not None else ""


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _pattern(output: Output) -> str:
    return f" that matches the pattern {output.pattern}" if output.pattern is not None else ""


def _schema(output: Output) -> str:
    return f" that fits this JSON Schema: {to_json(output.json_schema)}" if output.json_schema else ""


_WORDS: dict[ColumnType, Callable[[Output], str]] = {
    ColumnType.TEXT: lambda output: "a text" + _lengths(output, "character") + _pattern(output),
    ColumnType.INTEGER: lambda output: "a whole number" + _range(output),
    ColumnType.NUMBER: lambda output: "a number" + _range(output),
    ColumnType.BOOLEAN: lambda _: "true or false",
    ColumnType.CATEGORY: lambda output: f"one of {allowed_values(output)}",
    ColumnType.DATE: lambda _: "a date as YYYY-MM-DD",
    ColumnType.LIST: lambda output: "a list of " + _items(output) + _lengths(output, "item"),
    ColumnType.OBJECT: lambda output: "a JSON object" + _schema(output),
}


def plain_number(number: float) -> str:
    """A bound as a person writes it: 5, not 5.0."""
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(number)


def shown_value(value: object) -> str:
    """A value as it came, cut short."""
    text = re.sub(r"\s+", " ", to_json(value))
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
