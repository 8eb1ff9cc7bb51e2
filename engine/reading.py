"""The JSON in a model's answer: as it stands, else out of a fence or prose or mended, never out of half of it."""

import json
import re
from dataclasses import dataclass
from typing import Any

_FENCE = re.compile(r"^\s*```[a-zA-Z0-9_-]*\s*\n(.*?)\n?\s*```\s*$", re.DOTALL)
_OBJECT_START = re.compile(r"""\{\s*(?:["'“‘]|\w+\s*:)""")
_ROWS_START = re.compile(r"""\[\s*(?=[\["'“‘{])|\{\s*(?:["'“‘]|\w+\s*:)""")
_CUT_ROWS_START = re.compile(r"""^\s*(?:\{\s*"[^"]*"\s*:\s*)?\[""")
_THINKING = re.compile(r"^\s*<(think|thinking)>.*?</\1>", re.DOTALL)
_END_OF_THINKING = re.compile(r"</think(?:ing)?>")
_STRING = re.compile(r'"(?:\\.|[^"\\])*"', re.DOTALL)
_NEXT_ROW = re.compile(r"[\s,]*(?=\{)")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class ReadJson:
    """A JSON value, None where there is none, and whether the text had to be repaired for it."""

    value: Any
    repaired: bool = False


def read_json(text: str, *, several: bool = False) -> ReadJson:
    """The object in an answer, or with `several` the object or list that holds its rows."""
    value, repaired = _loads(text), False
    if value is None:
        text = without_thinking(text)
        value = _loads(text)
    if value is None:
        value, repaired = _repair(text, several=several), True
    if not several and isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        return ReadJson(value[0], repaired=True)
    return ReadJson(value, repaired)


def without_thinking(text: str) -> str:
    """The answer behind a local model's thinking, whose first tag some servers swallow."""
    if match := _THINKING.match(text):
        return text[match.end() :]
    end = _END_OF_THINKING.search(text)
    if end is None or text.lstrip()[:1] in {"{", "[", '"', "`"}:
        return text
    return text[end.end() :]


def complete_rows(text: str) -> list[Any]:
    """The rows of a list that was cut, up to the last one that is whole."""
    text = without_thinking(text)
    text = re.sub(r"^\s*```[a-zA-Z0-9_-]*\s*\n", "", text)
    start = _CUT_ROWS_START.match(text)
    rows: list[Any] = []
    place = start.end() if start else len(text)
    while (place := _next_object(text, place)) < len(text):
        try:
            row, place = _DECODER.raw_decode(text, place)
        except (ValueError, RecursionError):
            break
        rows.append(row)
    return rows


def _next_object(text: str, place: int) -> int:
    match = _NEXT_ROW.match(text, place)
    return match.end() if match else len(text)


def _loads(text: str) -> object:
    """The JSON value of `text`, integers of any size exact; None if it is not JSON."""
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None


def _no_number(name: str) -> object:
    raise ValueError(name)


def _repair(text: str, *, several: bool) -> object:
    fenced = _FENCE.match(text)
    inner = fenced.group(1) if fenced else text
    if fenced and (value := _loads(inner)) is not None:
        return value
    start = (_ROWS_START if several else _OBJECT_START).search(inner)
    end = max(inner.rfind("}"), inner.rfind("]") if several else -1)
    if start is None or end < start.start() or '"' in inner[end:]:  # prose, or an answer that was cut
        return None
    inner = inner[start.start() : end + 1]
    if _is_open(inner):
        return None
    found = _one_by_one(inner)
    if len(found) > 1:  # the repair library would keep one of them
        return found if several else None
    try:
        return _loads(inner) or _mended(inner)
    except (ValueError, RecursionError):
        return None


def _mended(text: str) -> Any:  # noqa: ANN401 - any JSON
    import json_repair  # few runs need it

    return json_repair.loads(text)


def _is_open(text: str) -> bool:
    """Whether an object begins that does not end: what may have followed is unknown."""
    bare = _STRING.sub("", text)
    return bare.count("{") > bare.count("}")


def _one_by_one(text: str) -> list[Any]:
    """The objects that stand behind each other in a text, such as one a line."""
    found, place = [], 0
    while (place := text.find("{", place)) >= 0:
        try:
            value, place = _DECODER.raw_decode(text, place)
        except (ValueError, RecursionError):
            return []
        found.append(value)
    return found
