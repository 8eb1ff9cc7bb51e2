"""Which columns go together: each pair by the measure that fits its kinds, the strongest first."""

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from engine.quality.cells import Floats
from engine.quality.report import Kind, Link

PEARSON, CRAMER, RATIO = "Pearson's r", "Cramér's V", "correlation ratio"

_MOST_COLUMNS = 60
_MOST_CATEGORIES = 50
_MOST_LINKS = 15
_FEWEST_ROWS = 10
_WEAKEST = 0.1


@dataclass(frozen=True, slots=True)
class Codes:
    """A column's sampled codes; NaN is none."""

    name: str
    kind: Kind
    values: Floats


def strongest_links(columns: list[Codes]) -> tuple[Link, ...]:
    """The pairs of number and category columns that go together more than chance would make them."""
    useful = [column for column in columns if _is_useful(column)][:_MOST_COLUMNS]
    links = [link for first, second in combinations(useful, 2) if (link := _link(first, second)) is not None]
    return tuple(sorted(links, key=lambda link: -abs(link.value))[:_MOST_LINKS])


def _is_useful(column: Codes) -> bool:
    found = column.values[~np.isnan(column.values)]
    if len(found) < _FEWEST_ROWS or found.min() == found.max():
        return False
    if column.kind is Kind.CATEGORY:
        return len(np.unique(found)) <= _MOST_CATEGORIES
    return column.kind is Kind.NUMBER


def _link(first: Codes, second: Codes) -> Link | None:
    both = ~(np.isnan(first.values) | np.isnan(second.values))
    rows = int(both.sum())
    if rows < _FEWEST_ROWS:
        return None
    one, other = first.values[both], second.values[both]
    categories = (first.kind is Kind.CATEGORY, second.kind is Kind.CATEGORY)
    if all(categories):
        measure, value = CRAMER, cramers_v(one, other)
    elif categories[0]:
        measure, value = RATIO, correlation_ratio(one, other)
    elif categories[1]:
        measure, value = RATIO, correlation_ratio(other, one)
    else:
        measure, value = PEARSON, pearson(one, other)
    if value is None or abs(value) < max(_WEAKEST, min(0.9, 3 / math.sqrt(rows))):
        return None
    return Link(first=first.name, second=second.name, measure=measure, value=round(value, 4), rows=rows)


def pearson(one: Floats, other: Floats) -> float | None:
    """Pearson's r; None where a column doesn't vary."""
    with np.errstate(all="ignore"):
        left, right = one - one.mean(), other - other.mean()
        value = float((left * right).sum() / math.sqrt(float((left**2).sum()) * float((right**2).sum()) or math.nan))
    return min(1.0, max(-1.0, value)) if math.isfinite(value) else None


def cramers_v(one: Floats, other: Floats) -> float | None:
    """Cramér's V with the bias correction for small tables; None where a column doesn't vary."""
    table = _contingency(one, other)
    count, (rows, columns) = len(one), table.shape
    if min(rows, columns) < 2:
        return None
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / count
    phi2 = float(((table - expected) ** 2 / expected).sum()) / count
    phi2 = max(0.0, phi2 - (rows - 1) * (columns - 1) / (count - 1))
    least = min(rows - (rows - 1) ** 2 / (count - 1), columns - (columns - 1) ** 2 / (count - 1)) - 1
    return min(1.0, math.sqrt(phi2 / least)) if least > 0 else None


def correlation_ratio(categories: Floats, numbers: Floats) -> float | None:
    """The square root of the share of the numbers' variance that the categories explain, corrected for chance."""
    _, codes = np.unique(categories, return_inverse=True)
    sizes = np.bincount(codes)
    count, groups = len(numbers), len(sizes)
    if count <= groups or groups < 2:
        return None
    with np.errstate(all="ignore"):
        centred = numbers - numbers.mean()
        means = np.bincount(codes, weights=centred) / sizes
        total, within = float((centred**2).sum()), float(((centred - means[codes]) ** 2).sum())
        left = (within / total) * (count - 1) / (count - groups) if total else math.nan
    return math.sqrt(min(1.0, max(0.0, 1 - left))) if math.isfinite(left) else None


def _contingency(one: Floats, other: Floats) -> NDArray[np.float64]:
    left, left_codes = np.unique(one, return_inverse=True)
    right, right_codes = np.unique(other, return_inverse=True)
    cells = np.bincount(left_codes * len(right) + right_codes, minlength=len(left) * len(right))
    return cells.reshape(len(left), len(right)).astype(np.float64)
