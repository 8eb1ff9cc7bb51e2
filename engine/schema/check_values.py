"""Problems that columns and checks share: expressions, ranges, lengths, patterns and JSON Schemas."""

import math
from collections import Counter
from collections.abc import Iterator
from datetime import date

from engine.columns import ColumnType, Output
from engine.patterns import pattern_of
from engine.schema.columns import Check
from engine.schema.expressions import Expression, ExpressionError
from engine.schema.problems import Place, Problem
from handai_errors import SpecError

_MAX_SCHEMA_DEPTH = 50
_NUMBERS = frozenset({ColumnType.INTEGER, ColumnType.NUMBER})
_SIZED = frozenset({None, ColumnType.TEXT, ColumnType.LIST})
_TEXTS = frozenset({None, ColumnType.TEXT})


def expression_problems(place: Place, who: str, text: str) -> Iterator[Problem]:
    """What is wrong with an expression of `who`."""
    try:
        Expression(text)
    except ExpressionError as error:
        yield Problem(place, f"{who}: {_inside(error.cause)}", error.remedy)


def _inside(cause: str) -> str:
    return cause[:1].lower() + cause[1:]


def output_problems(here: Place, who: str, output: Output) -> Iterator[Problem]:
    """What is wrong with the type of a column that a model fills, and with what its values are held against."""
    kinds = {output.type, output.items}
    if ColumnType.CATEGORY in kinds and not output.values:
        yield Problem(here, f"{who} is a category without values.", "List them, such as values: [warm, dry].")
    elif output.values and ColumnType.CATEGORY not in kinds:
        yield Problem((*here, "values"), f"{who} has values but is no category.", "Give it type: category.")
    if (output.minimum is not None or output.maximum is not None) and _NUMBERS.isdisjoint(kinds):
        yield Problem(here, f"{who} has a minimum or maximum but no numbers.", "Give it type: integer or number.")
    if (output.min_length is not None or output.max_length is not None) and output.type not in _SIZED:
        yield Problem(here, f"{who} has a length but is no text or list.", "Give it type: text.")
    if output.pattern is not None and output.type not in _TEXTS and output.items != ColumnType.TEXT:
        yield Problem((*here, "pattern"), f"{who} has a pattern but is no text.", "Give it type: text.")
    if output.items is not None and output.type is not ColumnType.LIST:
        yield Problem((*here, "items"), f"{who} has items but is no list.", "Give it type: list.")
    if output.json_schema is not None and ColumnType.OBJECT not in kinds:
        yield Problem((*here, "json_schema"), f"{who} has a JSON Schema but is no object.", "Give it type: object.")
    yield from repeated_values((*here, "values"), who, output.values)
    yield from bounds_problems(here, who, output)


def repeated_values(place: Place, who: str, values: tuple[str, ...]) -> Iterator[Problem]:
    """That a value is listed twice."""
    twice = next((value for value, count in Counter(values).items() if count > 1), None)
    if twice is not None:
        yield Problem(place, f"{who} lists `{twice}` twice.", "List each value once.")


def bounds_problems(here: Place, who: str, held: Output | Check) -> Iterator[Problem]:
    """What is wrong with what a value is held against."""
    yield from range_problems(here, who, "minimum", held.minimum, "maximum", held.maximum)
    yield from range_problems(here, who, "min_length", held.min_length, "max_length", held.max_length)
    if held.pattern is not None:
        try:
            pattern_of(held.pattern)
        except SpecError as error:
            yield Problem((*here, "pattern"), f"{who}: {_inside(error.cause)}", error.remedy)
    if held.json_schema is not None:
        yield from _json_schema_problems((*here, "json_schema"), who, held.json_schema)


def range_problems(
    here: Place, who: str, low_key: str, low: float | None, high_key: str, high: float | None
) -> Iterator[Problem]:
    """That an end is no number, or that a range is upside down."""
    for key, end in ((low_key, low), (high_key, high)):
        if end is not None and not math.isfinite(end):
            yield Problem((*here, key), f"{who} has a {key} that is no finite number.", "Leave it out for no limit.")
    if low is not None and high is not None and low > high:
        cause = f"{who} has {low_key} {low:.15g} above {high_key} {high:.15g}."
        yield Problem((*here, low_key), cause, "Swap them or change one.")


def span_problems(here: Place, who: str, start: date, end: date) -> Iterator[Problem]:
    """That a span of dates of one kind ends before it starts."""
    if start > end:
        yield Problem((*here, "start"), f"{who} has start {start} after end {end}.", "Swap them or change one.")


def _json_schema_problems(place: Place, who: str, schema: dict[str, object]) -> Iterator[Problem]:
    import jsonschema_rs

    if any(not reference.startswith("#") for reference in _references(schema)):
        yield Problem(place, f"{who} has a JSON Schema that refers to another file.", "Write it out in one place.")
        return
    try:
        jsonschema_rs.validator_for(schema, pattern_options=jsonschema_rs.RegexOptions())
    except (ValueError, jsonschema_rs.ValidationError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        yield Problem(place, f"{who} has a JSON Schema that can't be used: {reason}.", "Mend it or leave it out.")


def _references(part: object, depth: int = 0) -> Iterator[str]:
    if depth > _MAX_SCHEMA_DEPTH:
        return
    if isinstance(part, dict):
        for key, value in part.items():
            if key in ("$ref", "$dynamicRef") and isinstance(value, str):
                yield value
            yield from _references(value, depth + 1)
    elif isinstance(part, list):
        for item in part:
            yield from _references(item, depth + 1)
