"""Problems that columns and checks share: expressions, ranges, lengths, patterns and JSON Schemas."""

from collections.abc import Iterator
from typing import Any

from engine.columns import Output
from engine.patterns import pattern_of
from engine.schema.columns import Check
from engine.schema.expressions import Expression, ExpressionError
from engine.schema.problems import Place, Problem
from handai_errors import SpecError

_MAX_SCHEMA_DEPTH = 50


def expression_problems(place: Place, who: str, text: str) -> Iterator[Problem]:
    """What is wrong with an expression of `who`."""
    try:
        Expression(text)
    except ExpressionError as error:
        yield Problem(place, f"{who}: {error.cause[:1].lower()}{error.cause[1:]}", error.remedy)


def bounds_problems(here: Place, who: str, held: Output | Check) -> Iterator[Problem]:
    """What is wrong with what a value is held against."""
    yield from range_problems(here, who, "minimum", held.minimum, "maximum", held.maximum)
    yield from range_problems(here, who, "min_length", held.min_length, "max_length", held.max_length)
    if held.pattern is not None:
        try:
            pattern_of(held.pattern)
        except SpecError as error:
            yield Problem((*here, "pattern"), f"{who}: {error.cause[:1].lower()}{error.cause[1:]}", error.remedy)
    if held.json_schema is not None:
        yield from _json_schema_problems((*here, "json_schema"), who, held.json_schema)


def range_problems(here: Place, who: str, low_key: str, low: Any, high_key: str, high: Any) -> Iterator[Problem]:
    """That a range is upside down."""
    if low is not None and high is not None and low > high:
        yield Problem(
            (*here, low_key), f"{who} has {low_key} {low:} above {high_key} {high}.", "Swap them or change one."
        )


def _json_schema_problems(place: Place, who: str, schema: dict[str, Any]) -> Iterator[Problem]:
    import jsonschema_rs

    if any(not reference.startswith("#") for reference in _references(schema)):
        yield Problem(place, f"{who} has a JSON Schema that refers to another file.", "Write it out in one place.")
        return
    try:
        jsonschema_rs.validator_for(schema)
    except (ValueError, jsonschema_rs.ValidationError) as error:
        reason = str(error).splitlines()[0]
        yield Problem(place, f"{who} has a JSON Schema that can't be used: {reason}.", "Mend it or leave it out.")


def _references(part: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key in ("$ref", "$dynamicRef") and isinstance(value, str):
                yield value
            elif depth < _MAX_SCHEMA_DEPTH:
                yield from _references(value, depth + 1)
    elif isinstance(part, list) and depth < _MAX_SCHEMA_DEPTH:
        for item in part:
            yield from _references(item, depth + 1)
