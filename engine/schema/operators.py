"""What + - * / and comparisons do in an expression: bounded results, and plain words for what doesn't fit."""

import ast
import math
import operator
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from engine.tables.model import Cell

MAX_INTEGER = 2**63 - 1
MAX_TEXT = 100_000
MAX_LIST = 10_000
MAX_LIST_DEPTH = 20
_CHARACTERS_AN_ITEM = 100
_MAX_EXPONENT = 1000
_MISSING = "Put another value in its place: coalesce(column, 0)."
_MIXED = "str(…) makes text of a number, float(…) a number of text."


class MisuseError(Exception):
    """A value that an operator or function can't take; the expression it stands in makes it an ExpressionError."""

    def __init__(self, cause: str, remedy: str = "") -> None:
        super().__init__(cause)
        self.cause = cause
        self.remedy = remedy


def kind_of(value: object) -> str:
    """A value's kind in plain words."""
    if value is None:
        return "a missing value"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, date):
        return "a date"
    return "a list" if isinstance(value, list) else "an object"


def bounded(value: object) -> int | float:
    """The number, if a table can hold it."""
    if isinstance(value, int):
        if -MAX_INTEGER <= value <= MAX_INTEGER:
            return value
        raise MisuseError("the number is too large", "Whole numbers have at most 18 digits here.")
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise MisuseError("it is no finite number", "Look at what its columns hold.")


def short_enough(text: str) -> str:
    """The text, if it is not too long."""
    if len(text) > MAX_TEXT:
        raise MisuseError(f"the text is longer than {MAX_TEXT:,} characters", "Build a shorter one.")
    return text


def small_enough(items: list[Any]) -> list[Any]:
    """The list, if it holds little with everything inside it: lists of lists would else double with every column."""
    waiting: list[tuple[Any, int]] = [(items, 0)]
    held = 0
    while waiting:
        item, depth = waiting.pop()
        held += len(item) // _CHARACTERS_AN_ITEM if isinstance(item, str) else 0
        inside = list(item.values()) if isinstance(item, dict) else item if isinstance(item, list) else []
        held += len(inside)
        if held > MAX_LIST or depth > MAX_LIST_DEPTH:
            raise MisuseError(f"the list has more than {MAX_LIST:,} items", "Build a smaller one.")
        waiting += [(each, depth + 1) for each in inside]
    return items


def misfit(what: str, *values: Cell) -> MisuseError:
    """That `what` can't be done with these values."""
    kinds = " and ".join(dict.fromkeys(kind_of(value) for value in values))
    return MisuseError(f"{what} can't take {kinds}", _MISSING if None in values else _MIXED)


def _arithmetic(symbol: str, compute: Callable[[Any, Any], Any]) -> Callable[[Cell, Cell], Cell]:
    def apply(left: Cell, right: Cell) -> Cell:
        if isinstance(left, int | float) and isinstance(right, int | float):
            return bounded(compute(left, right))
        raise misfit(f"`{symbol}`", left, right)

    return apply


_add_numbers = _arithmetic("+", operator.add)
_multiply_numbers = _arithmetic("*", operator.mul)


def _add(left: Cell, right: Cell) -> Cell:
    if isinstance(left, str) and isinstance(right, str):
        return short_enough(left + right)
    if isinstance(left, list) and isinstance(right, list):
        return small_enough(left + right)
    return _add_numbers(left, right)


def _multiply(left: Cell, right: Cell) -> Cell:
    if isinstance(left, int) and isinstance(right, str):
        left, right = right, left
    if isinstance(left, str) and isinstance(right, int):
        if len(left) * max(right, 0) > MAX_TEXT:
            raise MisuseError(f"the text is longer than {MAX_TEXT:,} characters", "Repeat it less often.")
        return left * right
    return _multiply_numbers(left, right)


def _power(left: Cell, right: Cell) -> Cell:
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        raise misfit("`**`", left, right)
    if abs(right) > _MAX_EXPONENT or (isinstance(left, int) and left.bit_length() * right > 2 * 64):
        raise MisuseError("the power is too large", f"An exponent is at most {_MAX_EXPONENT:,}.")
    return bounded(left**right)


def day_of(value: Cell) -> date:
    """A date, also from ISO text."""
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
        except ValueError:
            raise MisuseError(f"'{value[:40]}' is no date", "A date is written 2026-11-30.") from None
    raise misfit("a function of dates", value)


def _comparable(what: str, left: Cell, right: Cell) -> tuple[Any, Any]:
    """Both as values that Python compares; text beside a date is read as a date."""
    if isinstance(left, int | float) and isinstance(right, int | float):
        return left, right
    if isinstance(left, str) and isinstance(right, str):
        return left, right
    if isinstance(left, date | str) and isinstance(right, date | str):
        left, right = day_of(left), day_of(right)
        if isinstance(left, datetime) != isinstance(right, datetime):
            return _moment(left), _moment(right)
        return left, right
    raise misfit(what, left, right)


def _moment(day: date) -> datetime:
    return day if isinstance(day, datetime) else datetime.combine(day, time())


def equal(left: Cell, right: Cell) -> bool:
    """Whether they are equal; a missing value equals only a missing one, and text and number can't be compared."""
    if left is None or right is None:
        return left is right
    if type(left) is type(right):
        return left == right
    one, other = _comparable("`==`", left, right)
    return bool(one == other)


def _unequal(left: Cell, right: Cell) -> bool:
    return not equal(left, right)


def _ordering(symbol: str, compare: Callable[[Any, Any], bool]) -> Callable[[Cell, Cell], bool]:
    def apply(left: Cell, right: Cell) -> bool:
        return compare(*_comparable(f"`{symbol}`", left, right))

    return apply


less = _ordering("<", operator.lt)


def contained(part: Cell, whole: Cell) -> bool:
    """Whether a text holds another, or a list an item."""
    if isinstance(whole, str) and isinstance(part, str):
        return part in whole
    if isinstance(whole, list):
        return any(equal(part, item) for item in whole)
    raise misfit("`in`", part, whole)


def _not_contained(part: Cell, whole: Cell) -> bool:
    return not contained(part, whole)


def _sign(symbol: str, compute: Callable[[Any], Any]) -> Callable[[Cell], Cell]:
    def apply(value: Cell) -> Cell:
        if isinstance(value, int | float):
            return bounded(compute(value))
        raise misfit(f"`{symbol}`", value)

    return apply


OPERATORS: dict[type[ast.AST], Callable[..., Cell]] = {
    ast.Add: _add,
    ast.Sub: _arithmetic("-", operator.sub),
    ast.Mult: _multiply,
    ast.Div: _arithmetic("/", operator.truediv),
    ast.FloorDiv: _arithmetic("//", operator.floordiv),
    ast.Mod: _arithmetic("%", operator.mod),
    ast.Pow: _power,
    ast.Eq: equal,
    ast.NotEq: _unequal,
    ast.Lt: less,
    ast.LtE: _ordering("<=", operator.le),
    ast.Gt: _ordering(">", operator.gt),
    ast.GtE: _ordering(">=", operator.ge),
    ast.In: contained,
    ast.NotIn: _not_contained,
    ast.Not: operator.not_,
    ast.USub: _sign("-", operator.neg),
    ast.UAdd: _sign("+", operator.pos),
}
