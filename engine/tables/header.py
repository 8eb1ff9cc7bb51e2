"""Column names: is the first row a header, and how blank or repeated names become unique ones."""

import re
from collections.abc import Sequence
from datetime import date

from engine.tables.model import MAX_COLUMNS, Cell
from handai_errors import TableError

_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}([., ']\d{3})+)([.,]\d+)?([eE][+-]?\d+)?\s?%?")
_YEAR = re.compile(r"(19|20)\d\d")
_SHOWN = 3


def looks_like_header(first: Sequence[Cell]) -> bool:
    """Whether a first row holds names: some text, and no numbers or dates (years beside text may be names)."""
    cells = [cell.strip() if isinstance(cell, str) else cell for cell in first]
    filled = [cell for cell in cells if cell not in ("", None)]
    numbers = [cell for cell in filled if _is_value(cell)]
    if len(numbers) == len(filled):
        return False
    return all(_YEAR.fullmatch(_plain(cell)) for cell in numbers)


def _is_value(cell: Cell) -> bool:
    if isinstance(cell, str):
        return _NUMBER.fullmatch(cell) is not None
    return isinstance(cell, int | float | bool | date)


def _plain(cell: Cell) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def numbered_name(position: int) -> str:
    """The name of a column that has none; positions count from 1."""
    return f"column {position}"


def unique_names(raw: Sequence[str]) -> tuple[list[str], list[str]]:
    """Usable, unique names for raw header cells, and sentences about what was renamed."""
    check_width(len(raw))
    stripped = [_clean(name) for name in raw]
    taken = set(stripped)
    seen: set[str] = set()
    names: list[str] = []
    renamed: list[str] = []
    for position, name in enumerate(stripped, start=1):
        final = name
        if not name:
            final = _free(numbered_name(position), taken)
            renamed.append(f"Column {position} has no header; it is called '{final}'.")
        elif name in seen:
            final = _next_free(name, taken)
            renamed.append(
                f"The header '{name}' appears more than once; the one in column {position} is now '{final}'."
            )
        seen.add(name)
        taken.add(final)
        names.append(final)
    return names, shorten(renamed, "headers were renamed like this")


def _clean(name: str) -> str:
    return re.sub(r"[\r\n\t]+", " ", name.replace("\ufeff", "").strip())


def _free(name: str, taken: set[str]) -> str:
    return _next_free(name, taken) if name in taken else name


def _next_free(name: str, taken: set[str]) -> str:
    number = 2
    while f"{name} ({number})" in taken:
        number += 1
    return f"{name} ({number})"


def check_width(width: int) -> None:
    """Refuse a table wider than a spreadsheet can be."""
    if width > MAX_COLUMNS:
        raise TableError(
            f"The table has {width:,} columns; at most {MAX_COLUMNS:,} are possible.",
            "Check that the right delimiter is chosen, or keep only the columns you need.",
        )


def shorten(sentences: list[str], what: str) -> list[str]:
    """The first few sentences, then how many more there were."""
    if len(sentences) <= _SHOWN + 1:
        return sentences
    return [*sentences[:_SHOWN], f"{len(sentences) - _SHOWN:,} more {what}."]


def count_of(number: int, singular: str, plural: str | None = None) -> str:
    """A number with its noun: '1 row', '1,200 rows'."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"
