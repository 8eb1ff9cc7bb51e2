"""Problems that columns and checks share: expressions, ranges, lengths, patterns and JSON Schemas."""

import math
from collections import Counter
from collections.abc import Iterator
from datetime import date

from engine.patterns import pattern_of
from engine.schema.columns import Check
from engine.schema.expressions import ExpressionError, names_in
from engine.schema.problems import Place, Problem
from engine.typed.schemas import check_json_schema
from handai_errors import SpecError


def expression_problems(place: Place, who: str, text: str) -> Iterator[Problem]:
    """What is wrong with an expression of `who`."""
    try:
        names_in(text)
    except ExpressionError as error:
        yield _told(place, who, error)


def _told(place: Place, who: str, error: SpecError) -> Problem:
    return Problem(place, f"{who}: {error.cause[:1].lower()}{error.cause[1:]}", error.remedy)


def repeated_values(place: Place, who: str, values: tuple[str, ...]) -> Iterator[Problem]:
    """That a value is listed twice."""
    twice = next((value for value, count in Counter(values).items() if count > 1), None)
    if twice is not None:
        yield Problem(place, f"{who} lists `{twice}` twice.", "List each value once.")


def bounds_problems(here: Place, who: str, check: Check) -> Iterator[Problem]:
    """What is wrong with what a check holds values against."""
    yield from range_problems(here, who, "minimum", check.minimum, "maximum", check.maximum)
    yield from range_problems(here, who, "min_length", check.min_length, "max_length", check.max_length)
    try:
        if check.pattern is not None:
            pattern_of(check.pattern)
    except SpecError as error:
        yield _told((*here, "pattern"), who, error)
    try:
        if check.json_schema is not None:
            check_json_schema(check.json_schema, check.column or who)
    except SpecError as error:
        yield _told((*here, "json_schema"), who, error)


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
