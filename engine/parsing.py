"""From a completion to column values, or to the kind of failure it is. Nothing partial is ever a result."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

import json_repair

from engine.columns import Output
from engine.fitting import fit_text, fit_value
from engine.tables.model import Cell
from handai_errors import ErrorKind, ProviderError
from providers.base import Completion

_FENCE = re.compile(r"^\s*```[a-zA-Z0-9_-]*\s*\n(.*?)\n?\s*```\s*$", re.DOTALL)
_OBJECT_START = re.compile(r"""\{\s*(?:["'“‘]|\w+\s*:)""")


@dataclass(frozen=True, slots=True)
class Parsed:
    """Values by answer key, and whether broken JSON had to be repaired."""

    values: dict[str, Cell]
    repaired: bool = False


def parse_completion(completion: Completion, outputs: Sequence[Output], *, json_mode: bool) -> Parsed:
    """The values in an answer; raises ProviderError with the kind that a refusal, a cut or a wrong form is."""
    text = _usable_text(completion)
    if not json_mode:
        return Parsed({outputs[0].name: fit_text(text.strip())})
    value, repaired = _read_object(text)
    return Parsed(_pick(value, outputs, text) if outputs else value, repaired)


def _usable_text(completion: Completion) -> str:
    raw = completion.text
    if completion.refusal:
        raise _failure(
            ErrorKind.REFUSAL,
            "The model refused to answer.",
            "Change the instructions or the model.",
            completion.refusal,
        )
    if completion.finish_reason == "content_filter":
        raise _failure(
            ErrorKind.CONTENT_FILTER, "The provider's filter stopped the answer.", "Change the row or the model.", raw
        )
    if completion.finish_reason == "error":
        raise _failure(ErrorKind.UPSTREAM, "The provider broke off while answering.", "It is tried again.", raw)
    if completion.finish_reason == "length":
        tokens = completion.usage.completion_tokens
        at = f" at {tokens} tokens" if tokens else ""
        raise _failure(ErrorKind.LENGTH, f"The answer was cut{at}.", "Raise max tokens and retry the failed rows.", raw)
    if raw is None or not raw.strip():
        raise _failure(
            ErrorKind.INVALID_OUTPUT, "The model gave an empty answer.", "Retry, or reword the instructions.", raw
        )
    return raw


def _read_object(text: str) -> tuple[dict[str, Cell], bool]:
    value, repaired = _loads(text), False
    if value is None:
        value, repaired = _repair(text), True
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        value, repaired = value[0], True
    if not isinstance(value, dict) or not value:
        raise _failure(
            ErrorKind.INVALID_OUTPUT, "The answer is not a JSON object.", "Retry, or ask for the keys by name.", text
        )
    try:
        return fit_value(value), repaired
    except ValueError:
        raise _failure(
            ErrorKind.INVALID_OUTPUT, "The answer is nested too deeply.", "Ask for a flat JSON object.", text
        ) from None


def _loads(text: str) -> object:
    """The JSON value of `text`, integers of any size exact; None if it is not JSON."""
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None


def _no_number(name: str) -> object:
    raise ValueError(name)


def _repair(text: str) -> object:
    fenced = _FENCE.match(text)
    inner = fenced.group(1) if fenced else text
    if fenced and (value := _loads(inner)) is not None:
        return value
    start, end = _OBJECT_START.search(inner), inner.rfind("}")
    if start is None or end < start.start() or '"' in inner[end:]:  # prose, or an answer that was cut
        return None
    inner = inner[start.start() : end + 1]
    try:
        return _loads(inner) or json_repair.loads(inner)
    except (ValueError, RecursionError):
        return None


def _pick(value: dict[str, Cell], outputs: Sequence[Output], text: str) -> dict[str, Cell]:
    folded = {key.strip().casefold(): key for key in value}
    keys = {
        item.name: item.name if item.name in value else folded.get(item.name.strip().casefold()) for item in outputs
    }
    missing = [name for name, key in keys.items() if key is None]
    if missing:
        raise _failure(
            ErrorKind.INVALID_OUTPUT,
            f"The answer lacks {', '.join(missing)}.",
            "Retry, or name these keys in the instructions.",
            text,
        )
    return {name: value[key] for name, key in keys.items() if key is not None}


def _failure(kind: ErrorKind, cause: str, remedy: str, raw: str | None) -> ProviderError:
    return ProviderError(kind, cause, remedy, status=200, raw=raw)


def parse_rows(completion, outputs, count):
    """Stub."""
    return []
