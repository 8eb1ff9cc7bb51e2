"""Invented values of the offline demo that obey a JSON Schema; texts say that they are invented."""

import datetime
import random
import uuid
from typing import Any

import orjson

from providers.demo_hints import Hints, hints_in, rows_asked_for
from providers.demo_pattern import text_matching
from providers.demo_text import LABEL, phrase, sentences

Json = dict[str, Any]

_MOST_DEPTH = 12
_NULLS = 0.1  # of what may be empty
_MARK = "demo "
_FIRST_DAY = datetime.date(2024, 1, 1)
_KNOWN_RANGES = {"age": (18, 85), "year": (1990, 2026), "rating": (1, 5), "score": (1, 5), "stars": (1, 5)}
_NAMES = {"name", "column", "key", "id", "field"}


class DemoValues:
    """Values for one answer, drawn with `chance` and picking up `topics` of the prompt."""

    def __init__(self, schema: Json, chance: random.Random, topics: tuple[str, ...]) -> None:
        self._root = schema
        self._chance = chance
        self._topics = topics
        self._named = 0

    def answer(self) -> Any:  # noqa: ANN401 - any JSON
        """A value of the whole schema."""
        return self._value(self._root, "", 0)

    def _value(self, schema: Any, key: str, depth: int) -> Any:  # noqa: ANN401 - any JSON
        node = self._resolved(schema) if depth <= _MOST_DEPTH else {"type": "null"}
        if "const" in node:
            return node["const"]
        kinds = _kinds(node)
        if "null" in kinds and len(kinds) > 1 and self._chance.random() < _NULLS:
            return None
        if node.get("enum"):
            return self._chance.choice([value for value in node["enum"] if value is not None] or [None])
        return self._of_kind(next((kind for kind in kinds if kind != "null"), "null"), node, key, depth)

    def _of_kind(self, kind: str, node: Json, key: str, depth: int) -> Any:  # noqa: ANN401 - any JSON
        hints = hints_in(str(node.get("description", "")))
        match kind:
            case "object":
                return self._object(node, depth)
            case "array":
                return self._array(node, hints, key, depth)
            case "integer" | "number":
                return self._number(kind, node, hints, key)
            case "boolean":
                return self._chance.random() < 0.5
            case "null":
                return None
            case _:
                return self._string(node, hints, key, depth)

    def _resolved(self, schema: Any, depth: int = 0) -> Json:  # noqa: ANN401 - any JSON
        """The schema without references and choices."""
        if not isinstance(schema, dict) or depth > _MOST_DEPTH:
            return {}
        if isinstance(reference := schema.get("$ref"), str):
            return self._resolved(_at(self._root, reference), depth + 1)
        rest = {name: part for name, part in schema.items() if name not in {"anyOf", "oneOf", "allOf"}}
        for part in schema.get("allOf", ()):
            rest = _merged(rest, self._resolved(part, depth + 1))
        options = schema.get("anyOf") or schema.get("oneOf")
        return _merged(rest, self._resolved(self._option(options), depth + 1)) if options else rest

    def _option(self, options: list[Any]) -> Any:  # noqa: ANN401 - any JSON
        real = [option for option in options if not isinstance(option, dict) or option.get("type") != "null"]
        if not real or (len(real) < len(options) and self._chance.random() < _NULLS):
            return {"type": "null"}
        if all(isinstance(option, dict) and option.keys() <= {"type", "items"} for option in real):
            return real[0]  # any scalar will do
        return self._chance.choice(real)

    def _object(self, node: Json, depth: int) -> Json:
        properties = node.get("properties") or {}
        if not properties and depth < 2:
            return {"demo": phrase(self._chance, self._topics)}
        required = node.get("required", ())
        kept = [name for name in properties if name in required or depth <= _MOST_DEPTH // 2]
        return {name: self._value(properties[name], name, depth + 1) for name in kept}

    def _array(self, node: Json, hints: Hints, key: str, depth: int) -> list[Any]:
        exact = rows_asked_for(str(node.get("description", "")))
        least = exact or node.get("minItems") or hints.items[0] or 1
        most = exact or node.get("maxItems") or hints.items[1] or max(least, 3)
        if depth > _MOST_DEPTH // 2 and not node.get("minItems"):
            return []  # a schema that holds itself has an end
        is_rows = exact is not None and depth == 1
        below = 0 if is_rows else depth + 1
        items = {"description": node.get("description", ""), **self._resolved(node.get("items", {"type": "string"}))}
        return [self._value(items, key, below) for _ in range(self._chance.randint(least, max(least, most)))]

    def _number(self, kind: str, node: Json, hints: Hints, key: str) -> float | int:
        known = _KNOWN_RANGES.get(key.lower(), (None, None))
        low = _first(node.get("minimum"), node.get("exclusiveMinimum"), hints.low)
        high = _first(node.get("maximum"), node.get("exclusiveMaximum"), hints.high)
        if low is None and high is None:
            low, high = known
        low = low if low is not None else (0 if high is None or high > 0 else high - 100)
        high = high if high is not None else low + 100
        if kind == "integer":
            first = int(-(-low // 1)) + ("exclusiveMinimum" in node)
            last = int(high // 1) - ("exclusiveMaximum" in node)
            step = int(node.get("multipleOf") or 1)
            return self._chance.randrange(-(-first // step) * step, max(first, last) + 1, step)
        return min(high, max(low, round(self._chance.uniform(low, high), 2)))

    def _string(self, node: Json, hints: Hints, key: str, depth: int) -> str:
        if hints.values:
            return self._chance.choice(hints.values)
        if hints.json_text is not None:
            value = DemoValues(hints.json_text, self._chance, self._topics).answer()
            return orjson.dumps(value).decode()
        day = _FIRST_DAY + datetime.timedelta(days=self._chance.randrange(1000))
        if hints.is_date or node.get("format") == "date":
            return day.isoformat()
        if node.get("format") in _FORMATS:
            return _FORMATS[node["format"]].format(
                day=day, uuid=uuid.UUID(int=self._chance.getrandbits(128), version=4)
            )
        pattern = node.get("pattern", hints.pattern)
        matching = text_matching(pattern, self._chance) if pattern else None
        if matching is not None:
            return matching
        longest = node.get("maxLength", hints.characters[1])
        shortest = node.get("minLength", hints.characters[0]) or 0
        return self._fitting(self._text(key, depth, longest), shortest, longest)

    def _text(self, key: str, depth: int, longest: int | None) -> str:
        if depth <= 1 and (longest is None or longest > len(LABEL) + 20):
            return LABEL + sentences(self._chance, self._topics)
        if key.lower() in _NAMES:
            self._named += 1
            return f"demo_{self._chance.choice(self._topics)}_{self._named}"
        return _MARK + phrase(self._chance, self._topics)

    def _fitting(self, text: str, shortest: int, longest: int | None) -> str:
        while len(text) < shortest:
            text += " " + sentences(self._chance, self._topics)
        return text if longest is None or len(text) <= longest else text[:longest].rstrip().ljust(shortest, ".")


_FORMATS = {
    "date-time": "{day}T09:30:00Z",
    "time": "09:30:00Z",
    "uuid": "{uuid}",
    "email": "demo-{day:%j}@example.com",
    "uri": "https://example.com/demo/{day:%j}",
}


def _kinds(node: Json) -> list[str]:
    kind = node.get("type")
    if isinstance(kind, list):
        return [str(one) for one in kind]
    if isinstance(kind, str):
        return [kind]
    return ["object"] if "properties" in node else ["array"] if "items" in node else ["string"]


def _merged(one: Json, other: Json) -> Json:
    """Both schemas as one: what `one` says, `other`'s type and parts added."""
    properties = {**other.get("properties", {}), **one.get("properties", {})}
    required = [*one.get("required", ()), *other.get("required", ())]
    merged = {**other, **one}
    return {**merged, "properties": properties, "required": required} if properties else merged


def _at(root: Json, reference: str) -> Any:  # noqa: ANN401 - any JSON
    found: Any = root
    for part in reference.removeprefix("#").split("/"):
        if part:
            name = part.replace("~1", "/").replace("~0", "~")
            found = found.get(name) if isinstance(found, dict) else None
    return found


def _first(*bounds: float | None) -> float | None:
    return next((bound for bound in bounds if bound is not None), None)
