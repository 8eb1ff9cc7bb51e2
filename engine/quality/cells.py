"""What a cell is to the report: missing or not, of which kind, its number, its day, its hash."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import orjson
from numpy.typing import NDArray

from engine.quality.report import Kind
from engine.tables.model import Cell

Floats = NDArray[np.float64]
Words = NDArray[np.uint64]

_EPOCH = date(1970, 1, 1).toordinal()
_EPOCH_LOCAL = datetime(1970, 1, 1)  # noqa: DTZ001 of dates without a time zone
_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_MOST_CATEGORIES = 50
_LONGEST_CATEGORY = 60
_MISSING_HASH = 0x9E3779B97F4A7C15


def is_missing(value: Cell) -> bool:
    """Whether a cell is empty."""
    if isinstance(value, str):
        return not value or value.isspace()
    return value is None or value != value  # noqa: PLR0124 a NaN isn't equal to itself


def kind_of(values: Sequence[Cell]) -> Kind:
    """The kind of a column of which nothing is known but these values, none missing."""
    types = set(map(type, values))
    if types <= {bool}:
        return Kind.CATEGORY
    if types <= {int, float}:
        return Kind.NUMBER
    if types <= {date, datetime}:
        return Kind.DATE
    if types & {list, dict}:
        return Kind.OTHER
    different = {str(value) for value in values}
    few = len(different) <= min(_MOST_CATEGORIES, len(values) // 3)
    return Kind.CATEGORY if few and max(map(len, different)) <= _LONGEST_CATEGORY else Kind.TEXT


def numbers_of(values: Sequence[Cell]) -> Floats:
    """The values as numbers; NaN for what is none, or beyond what a number can hold."""
    if set(map(type, values)) <= {int, float}:
        try:
            found = np.array(values, dtype=np.float64)
        except OverflowError:
            found = _one_by_one(values)
    else:
        found = _one_by_one(values)
    found[~np.isfinite(found)] = np.nan
    return found


def _one_by_one(values: Sequence[Cell]) -> Floats:
    found = np.full(len(values), np.nan)
    for place, value in enumerate(values):
        if isinstance(value, int | float) and not isinstance(value, bool):
            try:
                found[place] = value
            except OverflowError:
                continue
    return found


def day_of(value: Cell) -> float:
    """Days since 1970-01-01 of a date, or of its ISO text; NaN for anything else."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return float("nan")
    if isinstance(value, datetime):
        return (value - (_EPOCH_UTC if value.tzinfo else _EPOCH_LOCAL)) / _DAY
    return float(value.toordinal() - _EPOCH) if isinstance(value, date) else float("nan")


def category_of(value: Cell) -> str:
    """The name under which a value is counted."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else plain(value)


def plain(value: Cell) -> str:
    """A cell as text; lists and objects as JSON."""
    if isinstance(value, list | dict):
        return orjson.dumps(value, default=str, option=orjson.OPT_SORT_KEYS).decode()
    return str(value)


def hashes_of(values: Sequence[Cell]) -> Words:
    """A well-mixed hash a value; equal values have equal ones."""
    found = np.fromiter((hash(v) if type(v) is str else _hash(v) for v in values), np.int64, len(values))
    return mixed(found.view(np.uint64))


def _hash(value: Cell) -> int:
    # Through text: to Python -1 and -2 hash alike, and True is 1.
    return _MISSING_HASH >> 1 if is_missing(value) else hash(("cell", plain(value)))


def mixed(words: Words) -> Words:
    """Words whose bits all depend on all bits of the given ones."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed_words: Words = words ^ (words >> np.uint64(31))
    return mixed_words
