"""Pydantic's errors about a schema file in words for people who don't program."""

from collections.abc import Iterator, Sequence

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from engine.nearest import close_names
from engine.schema.problems import Place, Problem
from engine.schema.shape import worded

_NEEDED = {
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a smaller whole number",
    "int_from_float": "a whole number",
    "string_type": "text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping of keys",
    "model_type": "a mapping of keys",
    "model_attributes_type": "a mapping of keys",
}
_BOUNDS = (("ge", "at least"), ("gt", "more than"), ("le", "at most"), ("lt", "less than"))


def pydantic_problems(error: ValidationError, data: object) -> Iterator[Problem]:
    """One problem a place: of several tries at the same value the first is told, of nested places the innermost."""
    told: dict[Place, ErrorDetails] = {}
    for item in error.errors(include_url=False):
        told.setdefault(_place(item["loc"], data), item)
    for place, item in told.items():
        if not any(len(other) > len(place) and other[: len(place)] == place for other in told):
            yield _problem(place, item, data)


def _place(loc: Sequence[str | int], data: object) -> Place:
    """The keys of an error's location that are in the data; the others name pydantic's own choices."""
    if loc[:1] == ("columns",):  # the form of a column, and which sampler, are choices even where keys are called so
        loc = (*loc[:2], *loc[4 if loc[2:3] == ("sampler",) else 3 :])
    place: list[str | int] = []
    for part in loc:
        if _is_in(part, data):
            place.append(part)
            data = _at((part,), data)
    return tuple(place)


def _is_in(part: str | int, data: object) -> bool:
    if isinstance(data, list):
        return isinstance(part, int) and part < len(data)
    return isinstance(data, dict) and part in data


def _at(place: Place, data: object) -> object:
    for part in place:
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int):
            data = data[part]
    return data


def _problem(place: Place, item: ErrorDetails, data: object) -> Problem:
    given, bounds = _at(place, data), item.get("ctx") or {}
    who, kind = _who(place, data), item["type"]
    for key, words in _BOUNDS:
        if key in bounds and kind.endswith("_equal" if key in ("ge", "le") else "_than"):
            return Problem(place, f"{who} must be {words} {_number(bounds[key])}, not {worded(given)}.")
    if kind in ("literal_error", "enum"):
        return _one_of(place, who, str(bounds.get("expected", "")), given)
    if kind.startswith(("date_", "datetime_")):
        return Problem(place, f"{who} must be a date, not {worded(given)}.", "Such as 2026-01-31.")
    if kind in _NEEDED:
        return Problem(place, f"{who} must be {_NEEDED[kind]}, not {worded(given)}.")
    if kind in ("string_too_short", "string_too_long"):
        wrong = "is empty" if kind == "string_too_short" else "is too long"
        return Problem(place, f"{who} {wrong}.", "It has 1 to 200 characters.")
    return Problem(place, f"{who} can't be {worded(given)}.", "docs/schema.md shows what it takes.")


def _one_of(place: Place, who: str, expected: str, given: object) -> Problem:
    words = [word.strip().strip("'") for word in expected.replace(" or ", ", ").split(",")]
    near = close_names(str(given), words, 1)
    hint = f"Did you mean `{near[0]}`?" if near else ""
    return Problem(place, f"{who} must be one of {', '.join(words)}, not {worded(given)}.", hint)


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.12g}"


def _who(place: Place, data: object) -> str:
    keys = [part for part in place if isinstance(part, str)]
    key = f"`{keys[-1]}`" if keys else "the schema"
    if len(place) > 2 and place[0] == "columns":
        name = _at((*place[:2], "name"), data)
        return f"{key} of the column `{name}`" if isinstance(name, str) and keys[-1] != "name" else f"{key} of a column"
    if len(place) > 2 and place[0] == "checks":
        return f"{key} of check {int(place[1]) + 1}"
    return f"{key} of `{place[0]}`" if len(keys) > 1 else key
