"""What the cells of a column are, when most of them are text: numbers, dates, ids, or words."""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TypeVar

from engine.placeholders import cell_text
from engine.tables.model import Cell, Row

_EMPTY = frozenset({"", "-", "–", "na", "n/a", "nan", "none", "null", "nil", "#n/a"})
_NUMBER = re.compile(r"[€$£]?\s?([-+]?\d+(?:[.,]\d+)?|[-+]?\d{1,3}(?:[., ]\d{3})+(?:[.,]\d+)?)\s?[€$£%]?")
_GROUPED = re.compile(r"[-+]?\d{1,3}([., ])\d{3}(?:\1\d{3})*(?:(?!\1)[.,]\d+)?")
_DATE = re.compile(
    r"(\d{1,4})([./-])(\d{1,2})\2(\d{4}|\d{1,2})"
    r"(?:[ T](\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?\s?(?:Z|[-+]\d\d:?\d\d)?)?"
)
_NUMBERED = re.compile(r"(\D*?)(\d+)(\D*)")
_ENOUGH = 0.97  # of the cells must be read alike; what is left counts as empty
_FEW = 5

Value = TypeVar("Value")


@dataclass(frozen=True)
class Cells:
    """One column of a sample: its name, its filled cells, and how many rows the sample has."""

    name: str
    values: tuple[Cell, ...]
    rows: int

    @property
    def missing(self) -> float:
        """The share of empty cells."""
        return 1 - len(self.values) / self.rows if self.rows else 1.0

    @cached_property
    def texts(self) -> list[str]:
        """The filled cells as text."""
        return [cell_text(value).strip() for value in self.values]

    def counts(self) -> Counter[str]:
        """How often each text occurs."""
        return Counter(self.texts)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Cells that are numbers, and the decimals that they are written with."""

    values: tuple[float, ...]
    decimals: int


@dataclass(frozen=True, slots=True)
class Dates:
    """Cells that are dates, sorted; `timed` when they have a time."""

    values: tuple[datetime, ...]
    timed: bool


@dataclass(frozen=True, slots=True)
class Numbered:
    """Texts that differ only in one number: what stands around it, and its fewest digits."""

    before: str
    after: str
    digits: int


def cells_of(name: str, rows: Sequence[Row]) -> Cells:
    """A column's cells; what means "nothing here" is left out."""
    values = tuple(value for row in rows if not _is_empty(value := row.get(name)))
    return Cells(name, values, len(rows))


def _is_empty(value: Cell) -> bool:
    if isinstance(value, float):
        return not math.isfinite(value)
    return value is None or (isinstance(value, str) and value.strip().casefold() in _EMPTY)


def booleans_of(cells: Cells) -> list[bool] | None:
    """The cells as true and false; None if they are something else."""
    words = {"true": True, "false": False}
    read = [words.get(text.casefold()) for text in cells.texts]
    return [value for value in read if value is not None] if read and None not in read else None


def numbers_of(cells: Cells) -> Numbers | None:
    """The cells as numbers; None if they are something else, such as codes with leading zeros."""
    if any(isinstance(value, bool | date | list | dict) for value in cells.values):
        return None
    comma = _decimal_comma(cells)
    found = _mostly(cells.values, lambda value: _number(value, comma=comma))
    if found is None:
        return None
    return Numbers(tuple(float(number) for number in found), max((_decimals(number) for number in found), default=0))


def _decimal_comma(cells: Cells) -> bool:
    """Whether a comma is the decimal sign: one with other than three digits behind it, or after a point."""
    return any(
        re.search(r",\d{1,2}\D*$|,\d{4,}\D*$|\.\d{3},\d", value) for value in cells.values if isinstance(value, str)
    )


def _number(value: Cell, *, comma: bool) -> str | None:
    if isinstance(value, int | float):
        return repr(value)
    text = value.strip() if isinstance(value, str) else ""
    found = _NUMBER.fullmatch(text)
    if found is None or re.match(r"0\d", found[1].lstrip("+-")) or (len(found[1]) > 15):
        return None
    digits = found[1]
    grouped = _GROUPED.fullmatch(digits)
    # "1.234" is a thousand only where commas part the decimals; "1,234" only where they don't
    if grouped is not None and (grouped[1] == " " or (grouped[1] == ".") == comma):
        digits = digits.replace(grouped[1], "")
    return digits.replace(",", ".") if digits.count(",") + digits.count(".") <= 1 else None


def _decimals(number: str) -> int:
    _, point, behind = number.partition(".")
    return min(6, len(behind.rstrip("0"))) if point and "e" not in behind else 0


def dates_of(cells: Cells) -> Dates | None:
    """The cells as dates; None if they are something else."""
    if all(isinstance(value, date) for value in cells.values):
        moments = [_moment(value) for value in cells.values if isinstance(value, date)]
        return Dates(tuple(sorted(moments)), any(isinstance(value, datetime) for value in cells.values))
    matches = _mostly(cells.values, lambda value: _DATE.fullmatch(value.strip()) if isinstance(value, str) else None)
    if matches is None:
        return None
    month_first = any(int(match[3]) > 12 for match in matches)
    found = _mostly(matches, lambda match: _moment_in(match, month_first=month_first))
    return Dates(tuple(sorted(found)), any(match[5] for match in matches)) if found else None


def _moment(value: date) -> datetime:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return datetime(value.year, value.month, value.day)  # noqa: DTZ001 a table's day has no zone


def _moment_in(match: re.Match[str], *, month_first: bool) -> datetime | None:
    first, second, third = int(match[1]), int(match[3]), int(match[4])
    if len(match[1]) == 4:
        year, month, day = first, second, third
    elif len(match[4]) == 4:
        year, month, day = (third, first, second) if month_first else (third, second, first)
    else:
        return None
    try:
        return datetime(year, month, day, int(match[5] or 0), int(match[6] or 0))  # noqa: DTZ001 a table's time has no zone
    except ValueError:
        return None


def numbered_of(cells: Cells) -> Numbered | None:
    """What texts such as TKT-0001 share; None if they are something else or repeat."""
    texts = cells.texts
    if len(texts) < _FEW or len(set(texts)) < len(texts):
        return None
    found = [_NUMBERED.fullmatch(text) for text in texts]
    matches = [match for match in found if match is not None]
    around = {(match[1], match[3]) for match in matches}
    if len(matches) < len(texts) or len(around) != 1:
        return None
    before, after = around.pop()
    if len(before) + len(after) > 20 or any(sign in before + after for sign in "{}\n"):
        return None
    return Numbered(before, after, min(18, *(len(match[2]) for match in matches)))


def _mostly(values: Iterable[Cell] | Iterable[re.Match[str]], read: Callable[..., Value | None]) -> list[Value] | None:
    """What `read` gives for the values, if nearly all can be read."""
    given = list(values)
    found = [item for item in map(read, given) if item is not None]
    return found if given and len(found) >= _ENOUGH * len(given) else None
