"""Which rows of a table are meant: declared conditions on its columns, judged row by row, told as a sentence."""

import math
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from engine.declared import Declared
from engine.tables.cells import cell_as_text
from engine.tables.model import Cell, Row

_SHOWN_TEXT = 60
_SHOWN_VALUES = 5


class Operator(StrEnum):
    """How a cell is held against a value, in the words that a person reads."""

    IS = "is"
    IS_NOT = "is not"
    CONTAINS = "contains"
    DOES_NOT_CONTAIN = "does not contain"
    IS_EMPTY = "is empty"
    IS_NOT_EMPTY = "is not empty"
    GREATER = "is greater than"
    LESS = "is less than"
    ONE_OF = "is one of"

    @property
    def takes_value(self) -> bool:
        """Whether it needs one value."""
        return self not in {Operator.IS_EMPTY, Operator.IS_NOT_EMPTY, Operator.ONE_OF}

    @property
    def takes_number(self) -> bool:
        """Whether that value is a number."""
        return self in {Operator.GREATER, Operator.LESS}


class Condition(Declared):
    """One condition on one column; texts are compared without spaces around them and without regard to capitals."""

    column: Annotated[str, Field(min_length=1)]
    operator: Operator
    value: str | bool | int | float | None = None
    values: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.operator.takes_number and as_number(self.value) is None:
            raise ValueError(f"'{self.column} {self.operator}' needs a number")
        if self.operator.takes_value and (self.value is None or not cell_as_text(self.value).strip()):
            raise ValueError(f"'{self.column} {self.operator}' needs a value")
        if self.operator is Operator.ONE_OF and not self.values:
            raise ValueError(f"'{self.column} {self.operator}' needs its values")
        return self

    def holds(self, cell: Cell) -> bool:
        """Whether a cell is as the condition says."""
        match self.operator:
            case Operator.IS_EMPTY:
                return not _folded(cell)
            case Operator.IS_NOT_EMPTY:
                return bool(_folded(cell))
            case Operator.GREATER | Operator.LESS:
                return self._compares(cell)
            case Operator.CONTAINS | Operator.DOES_NOT_CONTAIN:
                return (_folded(self.value) in _folded(cell)) is (self.operator is Operator.CONTAINS)
            case Operator.ONE_OF:
                return any(_is(cell, value) for value in self.values)
        return _is(cell, self.value) is (self.operator is Operator.IS)

    def _compares(self, cell: Cell) -> bool:
        number, limit = as_number(cell), as_number(self.value)
        if number is None or limit is None:
            return False
        return number > limit if self.operator is Operator.GREATER else number < limit

    def said(self) -> str:
        """The condition in words."""
        words = f"{self.column} {self.operator}"
        if self.operator is Operator.ONE_OF:
            shown = ", ".join(_quoted(value) for value in self.values[:_SHOWN_VALUES])
            more = len(self.values) - _SHOWN_VALUES
            return f"{words} {shown}" + (f" and {more} more" if more > 0 else "")
        if not self.operator.takes_value:
            return words
        return f"{words} {cell_as_text(self.value) if self.operator.takes_number else _quoted(self.value)}"


class Conditions(Declared):
    """Conditions that a row has to meet: all of them, or any."""

    join: Literal["all", "any"] = "all"
    conditions: Annotated[tuple[Condition, ...], Field(min_length=1)]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that they look at."""
        return tuple(dict.fromkeys(condition.column for condition in self.conditions))

    def hold(self, row: Row) -> bool:
        """Whether a row meets them."""
        met = (condition.holds(row.get(condition.column)) for condition in self.conditions)
        return all(met) if self.join == "all" else any(met)

    def said(self) -> str:
        """They in words, to stand behind “where”."""
        return (" and " if self.join == "all" else " or ").join(condition.said() for condition in self.conditions)


def as_number(cell: Cell) -> float | None:
    """The number that a cell is, or that its text says; None if there is none."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return None
    try:
        number = float(cell)
    except (ValueError, OverflowError):
        return None
    return None if math.isnan(number) else number


def _is(cell: Cell, value: Cell) -> bool:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        number = as_number(value)
        return number is not None and as_number(cell) == number
    return _folded(cell) == _folded(value)


def _folded(cell: Cell) -> str:
    return cell_as_text(cell).strip().casefold()


def _quoted(value: Cell) -> str:
    text = cell_as_text(value)
    return f"“{text if len(text) <= _SHOWN_TEXT else text[:_SHOWN_TEXT] + '…'}”"
