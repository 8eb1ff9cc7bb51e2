"""What the words of a schema's description ask for, where the schema itself does not say it."""

import re
from dataclasses import dataclass
from typing import Any

import orjson

_NUMBER = r"(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)"
_RANGE = re.compile(rf"(?:from|between) {_NUMBER} (?:to|and) {_NUMBER}")
_AT_LEAST = re.compile(rf"of at least {_NUMBER}")
_AT_MOST = re.compile(rf"of at most {_NUMBER}")
_LENGTH = re.compile(r"with (?:(at least|at most) )?(\d+)(?: to (\d+))? (character|item)s?\b")
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_ONE_OF = re.compile(rf"one of ({_QUOTED}(?:, {_QUOTED})*)")
_PATTERN = re.compile(r"that matches the pattern (.+?)(?=\. |\.?$)")
_SCHEMA = re.compile(r"fits this JSON Schema: (?=\{)")
_KEY_LINE = re.compile(rf"^- ({_QUOTED}): (.+)$", re.MULTILINE)
_KEYS = re.compile(rf"Its keys: ({_QUOTED}(?:, {_QUOTED})*)\.")
_ROWS = re.compile(r"exactly (\d+) (?:rows|JSON objects)")

_TYPES = (
    ("a whole number", {"type": "integer"}),
    ("a number", {"type": "number"}),
    ("true or false", {"type": "boolean"}),
    ("a list of whole numbers", {"type": "array", "items": {"type": "integer"}}),
    ("a list of numbers", {"type": "array", "items": {"type": "number"}}),
    ("a list of", {"type": "array", "items": {"type": "string"}}),
    ("a json object", {"type": "object"}),
)


Bounds = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Hints:
    """Bounds and values as a description words them; None is unsaid."""

    low: float | None = None
    high: float | None = None
    characters: Bounds = (None, None)
    items: Bounds = (None, None)
    values: tuple[str, ...] = ()
    pattern: str | None = None
    is_date: bool = False
    json_text: dict[str, Any] | None = None


def hints_in(description: str) -> Hints:
    """The bounds that a description words."""
    low, high = _range(description)
    lengths = {found[4]: _length(found) for found in _LENGTH.finditer(description)}
    unsaid = (None, None)
    pattern = _PATTERN.search(description)
    return Hints(
        low,
        high,
        lengths.get("character", unsaid),
        lengths.get("item", unsaid),
        _values(description),
        pattern[1] if pattern else None,
        "YYYY-MM-DD" in description,
        _json_text(description),
    )


def schema_in(instructions: str) -> dict[str, Any] | None:
    """The schema of the JSON that instructions ask for in words; None if they name no keys."""
    lines = {orjson.loads(key): _typed(told) for key, told in _KEY_LINE.findall(instructions)}
    named = _KEYS.search(instructions)
    properties = lines or {key: {"type": "string"} for key in (orjson.loads(f"[{named[1]}]") if named else ())}
    if not properties:
        return None
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    if not _ROWS.search(instructions):
        return schema
    rows = {"type": "array", "items": schema, "description": instructions}
    return {"type": "object", "properties": {"rows": rows}, "required": ["rows"]}


def rows_asked_for(description: str) -> int | None:
    """How many rows a list of rows is to have."""
    found = _ROWS.search(description)
    return int(found[1]) if found else None


def _typed(told: str) -> dict[str, Any]:
    wanted = told.lower()
    shape = next((shape for start, shape in _TYPES if wanted.startswith(start)), {"type": "string"})
    return {**shape, "description": told}


def _range(description: str) -> tuple[float | None, float | None]:
    if found := _RANGE.search(description):
        return float(found[1]), float(found[2])
    least, most = _AT_LEAST.search(description), _AT_MOST.search(description)
    return float(least[1]) if least else None, float(most[1]) if most else None


def _length(found: re.Match[str]) -> Bounds:
    count = int(found[2])
    if found[3]:
        return count, int(found[3])
    return (None if found[1] == "at most" else count), (None if found[1] == "at least" else count)


def _values(description: str) -> tuple[str, ...]:
    found = _ONE_OF.search(description)
    return tuple(orjson.loads(f"[{found[1]}]")) if found else ()


def _json_text(description: str) -> dict[str, Any] | None:
    if "written as JSON text" not in description:
        return None
    found = _SCHEMA.search(description)
    rest = description[found.end() :] if found else ""
    for end in range(len(rest), 1, -1):  # the schema ends before whatever else is described
        if rest[end - 1] != "}":
            continue
        try:
            schema: dict[str, Any] = orjson.loads(rest[:end])
        except orjson.JSONDecodeError:
            continue
        return schema
    return {"type": "object"}
