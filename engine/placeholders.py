"""The `{{ column }}` places in a text, and how a cell reads inside one."""

import re
from datetime import date, datetime

from engine.fitting import to_json
from engine.tables.model import Cell

PLACEHOLDER = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)


def placeholders(text: str) -> tuple[str, ...]:
    """The column names that a text asks for, in order, without repeats."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(text)))


def cell_text(value: Cell) -> str:
    """A cell as the model reads it inside a template."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, list | dict):
        return to_json(value)
    return str(value)
