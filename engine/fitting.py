"""Values as UTF-8, JSON and SQLite can hold them; a model or a file can write others."""

import json
import math
import re
from typing import Any

import orjson

REPLACEMENT = "\ufffd"
MAX_DEPTH = 100

_UNFIT = re.compile("[\x00\ud800-\udfff]")  # SQLite's JSON ends at a NUL; half of a surrogate pair is no UTF-8
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1


def fit_text(text: str) -> str:
    """`text` with a replacement character for each one that can't be stored."""
    if text.isascii() and "\0" not in text:  # almost every text, at a fraction of the cost
        return text
    return _UNFIT.sub(REPLACEMENT, text)


def fit_value(value: Any, max_depth: int = MAX_DEPTH) -> Any:  # noqa: ANN401 any JSON
    """`value` with fit text, integers past 64 bits as text, and None for no number; ValueError if nested too deeply."""
    if not isinstance(value, list | dict):
        return _fit_scalar(value)
    if max_depth == 0:
        raise ValueError("nested too deeply")
    if isinstance(value, list):
        return [fit_value(item, max_depth - 1) for item in value]
    return {fit_text(str(key)): fit_value(item, max_depth - 1) for key, item in value.items()}


def _fit_scalar(value: Any) -> Any:  # noqa: ANN401 any JSON
    if isinstance(value, str):
        return fit_text(value)
    if isinstance(value, int) and not _SMALLEST <= value <= _LARGEST:
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def to_json(value: Any) -> str:  # noqa: ANN401 any cell
    """`value` as compact JSON; what JSON has no form for becomes text."""
    try:
        return orjson.dumps(value, default=str).decode()
    except TypeError:
        fit = fit_value(value, max_depth=500)
        return json.dumps(fit, default=str, ensure_ascii=False, separators=(",", ":"))
