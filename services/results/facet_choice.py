"""One choice among the values of an output column: how it is written in an address, and which cells it means."""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Self

from engine.tables import Cell
from engine.tables.cells import cell_as_text

EXACT = 1_000_000  # numbers are held against each other as millionths, so that every edge is exact


class How(StrEnum):
    """How a choice names cells; an address says it before a colon."""

    IS = "is"
    HAS = "has"
    FROM = "from"
    ON = "on"
    CHARACTERS = "characters"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Choice:
    """Cells that are a value, have an item, lie in a range (its end left out), are of a date, or are empty."""

    how: How
    value: str = ""
    low: float = 0.0
    high: float = 0.0

    @classmethod
    def read(cls, written: str) -> Self | None:
        """The choice that an address says; None where it makes no sense."""
        word, _, value = written.partition(":")
        if word not in set(How):
            return None
        how = How(word)
        if how not in {How.FROM, How.CHARACTERS}:
            return cls(how, value) if value or how in {How.EMPTY, How.IS} else None
        low, _, high = value.partition("..")
        try:
            found = cls(how, low=float(low), high=float(high))
        except ValueError:
            return None
        return found if isfinite(found.low) and isfinite(found.high) else None

    def written(self) -> str:
        """The choice as an address says it."""
        if self.how in {How.FROM, How.CHARACTERS}:
            return f"{self.how}:{self.low:.15g}..{self.high:.15g}"
        return str(self.how) if self.how is How.EMPTY else f"{self.how}:{self.value}"

    def holds(self, cell: Cell) -> bool:
        """Whether a cell is meant."""
        match self.how:
            case How.EMPTY:
                return is_empty(cell)
            case How.HAS:
                return isinstance(cell, list) and any(cell_as_text(item) == self.value for item in cell)
            case How.FROM:
                return is_number(cell) and exactly(self.low) <= exactly(cell) < exactly(self.high)
            case How.CHARACTERS:
                return isinstance(cell, str) and bool(cell) and self.low <= len(cell) < self.high
            case How.ON:
                return isinstance(cell, str) and cell.startswith(self.value)
        return not is_empty(cell) and cell_as_text(cell) == self.value

    def said(self) -> str:
        """The choice in words, after its column's name."""
        match self.how:
            case How.EMPTY:
                return "is empty"
            case How.HAS:
                return f"has {self.value}"
            case How.CHARACTERS:
                return f"has {range_words(self.low, self.high, whole=True)} characters"
            case How.FROM:
                return f"is {range_words(self.low, self.high, whole=_is_whole(self.low) and _is_whole(self.high))}"
        return f"is {self.value}"


def is_empty(cell: Cell) -> bool:
    """Whether nothing is there."""
    return cell is None or cell in ("", [], {})


def is_number(cell: Cell) -> bool:
    """Whether a cell is a number; a truth value is none."""
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def exactly(cell: Cell) -> int:
    """A number in millionths."""
    return cell * EXACT if isinstance(cell, int) else round(float(str(cell)) * EXACT)


def range_words(low: float, high: float, *, whole: bool) -> str:
    """A range as a label: 1, 10 to 19, 0.5 up to 1."""
    if whole:
        return f"{low:,.0f}" if high - low <= 1 else f"{low:,.0f} to {high - 1:,.0f}"
    return f"{low:,.10g} up to {high:,.10g}"


def _is_whole(number: float) -> bool:
    return float(number).is_integer()
