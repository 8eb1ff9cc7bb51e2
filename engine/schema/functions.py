"""The functions an expression may call; docs/schema.md names each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from engine.patterns import pattern_of
from engine.placeholders import cell_text
from engine.schema.operators import MisuseError, bounded, contained, day_of, less, misfit, short_enough
from engine.tables.model import Cell

MANY = 50
_MAX_DECIMALS = 12


@dataclass(frozen=True, slots=True)
class Function:
    """What is called, and with how many values."""

    call: Callable[..., Cell]
    least: int = 1
    most: int = 1


def _pick(name: str, *, largest: bool) -> Callable[..., Cell]:
    def apply(*values: Cell) -> Cell:
        items = values[0] if len(values) == 1 and isinstance(values[0], list) else list(values)
        if not items:
            raise MisuseError(f"{name} was given an empty list", "Guard it: if_(len(x) == 0, 0, …).")
        best = items[0]
        for item in items[1:]:
            if less(best, item) if largest else less(item, best):
                best = item
        return best

    return apply


def _round(value: Cell, decimals: Cell = None) -> Cell:
    if not isinstance(value, int | float):
        raise misfit("round", value)
    if decimals is None:
        return int(bounded(round(value)))
    if not isinstance(decimals, int) or abs(decimals) > _MAX_DECIMALS:
        raise MisuseError(f"round takes 0 to {_MAX_DECIMALS} decimals", "Such as round(x, 2).")
    return round(value, decimals)


def _abs(value: Cell) -> Cell:
    if isinstance(value, int | float):
        return abs(value)
    raise misfit("abs", value)


def _int(value: Cell) -> Cell:
    if isinstance(value, int):
        return int(value)
    number = _float(value)
    return int(bounded(int(number)))


def _float(value: Cell) -> float:
    if isinstance(value, str):
        try:
            return float(bounded(float(value)))
        except ValueError:
            raise MisuseError(f"'{value[:40]}' is no number", "Only text such as 12 or 3.5 can be one.") from None
    if isinstance(value, int | float):
        return float(value)
    raise misfit("a number", value)


def _str(value: Cell) -> Cell:
    return short_enough(cell_text(value))


def _concat(*values: Cell) -> Cell:
    return short_enough("".join(cell_text(value) for value in values))


def _coalesce(*values: Cell) -> Cell:
    return next((value for value in values if value is not None and value != ""), values[-1])


def _len(value: Cell) -> Cell:
    if isinstance(value, str | list | dict):
        return len(value)
    raise misfit("len", value)


def _of_text(name: str, change: Callable[[str], Cell]) -> Callable[[Cell], Cell]:
    def apply(value: Cell) -> Cell:
        if isinstance(value, str):
            return change(value)
        raise misfit(name, value)

    return apply


def _of_texts(name: str, compare: Callable[[str, str], Cell]) -> Callable[[Cell, Cell], Cell]:
    def apply(text: Cell, part: Cell) -> Cell:
        if isinstance(text, str) and isinstance(part, str):
            return compare(text, part)
        raise misfit(name, text, part)

    return apply


def _contains(whole: Cell, part: Cell) -> Cell:
    return contained(part, whole)


def _day(value: Cell) -> date:
    day = day_of(value)
    return date(day.year, day.month, day.day)


def _days_between(start: Cell, end: Cell) -> Cell:
    return (_day(end) - _day(start)).days


def _add_days(start: Cell, days: Cell) -> Cell:
    if not isinstance(days, int | float):
        raise misfit("add_days", days)
    moved = day_of(start) + timedelta(days=days)
    return moved.isoformat() if isinstance(start, str) else moved


def _if(test: Cell, yes: Cell, no: Cell) -> Cell:
    return yes if test else no


FUNCTIONS: dict[str, Function] = {
    "min": Function(_pick("min", largest=False), 1, MANY),
    "max": Function(_pick("max", largest=True), 1, MANY),
    "round": Function(_round, 1, 2),
    "abs": Function(_abs),
    "int": Function(_int),
    "float": Function(_float),
    "str": Function(_str),
    "len": Function(_len),
    "lower": Function(_of_text("lower", str.lower)),
    "upper": Function(_of_text("upper", str.upper)),
    "strip": Function(_of_text("strip", str.strip)),
    "contains": Function(_contains, 2, 2),
    "startswith": Function(_of_texts("startswith", str.startswith), 2, 2),
    "endswith": Function(_of_texts("endswith", str.endswith), 2, 2),
    "matches": Function(_of_texts("matches", lambda text, pattern: pattern_of(pattern).fits(text)), 2, 2),
    "concat": Function(_concat, 1, MANY),
    "coalesce": Function(_coalesce, 1, MANY),
    "if_": Function(_if, 3, 3),
    "year": Function(lambda value: day_of(value).year),
    "month": Function(lambda value: day_of(value).month),
    "day": Function(lambda value: day_of(value).day),
    "days_between": Function(_days_between, 2, 2),
    "add_days": Function(_add_days, 2, 2),
}
