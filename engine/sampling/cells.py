"""Values as cells of a column's kind, the same before and after they are stored."""

import math
from datetime import date, datetime, time
from decimal import Decimal

from engine.fitting import fit_text, fit_value
from engine.placeholders import cell_text
from engine.sampling.values import naive
from engine.tables.model import Cell, ColumnKind


class MisfitError(Exception):
    """A value that a column of this kind can't hold."""


def fitted(value: object, kind: ColumnKind) -> Cell:
    """The value as a cell of this kind; raises MisfitError."""
    if value is None or type(value) is _SAME.get(kind):
        return value  # type: ignore[return-value]  # a type that is a cell
    return _TO_KIND[kind](value)


_SAME: dict[ColumnKind, type] = {ColumnKind.BOOLEAN: bool, ColumnKind.DATE: date}  # nothing to mend


def _text(value: object) -> Cell:
    return fit_text(value if isinstance(value, str) else cell_text(plain(value)))


def _integer(value: object) -> Cell:
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return int(value)
    raise MisfitError("it is no whole number")


def _number(value: object) -> Cell:
    if type(value) is float and math.isfinite(value):  # what nearly all are
        return value
    if isinstance(value, int | float | Decimal):
        found: float | None = fit_value(float(value))
        return found
    raise MisfitError("it is no number")


def _boolean(value: object) -> Cell:
    if isinstance(value, bool):
        return value
    raise MisfitError("it is neither true nor false")


def _date(value: object) -> Cell:
    moment = _datetime(value)
    return moment.date() if isinstance(moment, datetime) else moment


def _datetime(value: object) -> datetime:
    try:
        if isinstance(value, str):
            return naive(datetime.fromisoformat(value))
        if isinstance(value, datetime):  # also a subclass, which tables can't store
            return naive(datetime.combine(date(value.year, value.month, value.day), value.timetz()))
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day)  # noqa: DTZ001 tables store times without a zone
    except (ValueError, OverflowError):
        pass
    raise MisfitError("it is no date")


def plain(value: object) -> Cell:
    """A value as JSON can hold it: dates as ISO text, lists for tuples and sets."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = [plain(item) for item in value]
        return sorted(items, key=str) if isinstance(value, set | frozenset) else items  # a set's order varies
    if isinstance(value, date | time):
        return value.isoformat()
    scalar = float(value) if isinstance(value, Decimal) else value
    found: Cell = fit_value(scalar if scalar is None or isinstance(scalar, str | int | float) else str(scalar))
    return found


_TO_KIND = {
    ColumnKind.TEXT: _text,
    ColumnKind.INTEGER: _integer,
    ColumnKind.NUMBER: _number,
    ColumnKind.BOOLEAN: _boolean,
    ColumnKind.DATE: _date,
    ColumnKind.DATETIME: _datetime,
    ColumnKind.JSON: plain,
}
