"""How a cell is written where only text fits, and how text is kept from running in a spreadsheet."""

import json
import math
import re
from datetime import date, datetime
from typing import Any

import orjson

from engine.tables.model import Cell, Row

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?\s?%?")


def cell_as_text(cell: Cell) -> str:
    """A cell as plain text; nothing for None and NaN, JSON for lists and objects, ISO form for dates."""
    if isinstance(cell, str):
        return cell
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return json_bytes(cell).decode() if isinstance(cell, list | dict) else str(cell)


def is_same(here: Any, there: Any) -> bool:  # noqa: ANN401 any cell, also within a list or an object
    """Whether two cells say the same: 1 and 1.0 do, 1 and true don't, and no text is as empty as none."""
    if here in (None, "") or there in (None, ""):
        return here in (None, "") and there in (None, "")
    if isinstance(here, list) and isinstance(there, list):
        return len(here) == len(there) and all(map(is_same, here, there))
    if isinstance(here, dict) and isinstance(there, dict):
        return here.keys() == there.keys() and all(is_same(here[key], there[key]) for key in here)
    return bool(here == there) and isinstance(here, bool) == isinstance(there, bool)


def safe_text(cell: Cell) -> str:
    """The same, but text that a spreadsheet would run as a formula begins with an apostrophe."""
    text = cell_as_text(cell)
    if isinstance(cell, str) and text.startswith(_RISKY) and not _PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def json_bytes(value: Cell | Row) -> bytes:
    """A cell or row as JSON; what JSON can't say exactly is said as text."""
    try:
        return orjson.dumps(value, default=str)
    except TypeError:  # a lone surrogate or an integer beyond 64 bits
        text = json.dumps(value, ensure_ascii=False, default=str)
        return text.encode("utf-8", "replace")
