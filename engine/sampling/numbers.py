"""Drawing numbers: uniform, normal, Poisson and true or false, each the inverse of one random word."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.sampling.block import Block, Draw
from engine.sampling.kinds import is_whole
from engine.sampling.normal import normal_of, share_below
from engine.sampling.words import Units, places, units
from engine.schema.columns import BernoulliColumn, NormalColumn, PoissonColumn, UniformColumn
from engine.tables.model import Cell

_EXACT = 2.0**53
_SLACK = 1e-9  # 0.29 * 100 is a little less than 29


def uniform(column: UniformColumn) -> Draw:
    """Each number from low to high alike; with decimals, each of the grid's points alike."""
    low, high = column.low, column.high
    if column.decimals is None or max(abs(low), abs(high)) * 10.0**column.decimals >= _EXACT:
        return lambda block: _rounded(low + (high - low) * _units(block, column.name), column)
    scale = 10.0**column.decimals
    first, last = math.ceil(low * scale - _SLACK), math.floor(high * scale + _SLACK)
    whole = is_whole(column)

    def draw(block: Block) -> list[Cell]:
        points = first + places(block.words(column.name)[:, 0], max(last - first, 0) + 1)
        return _cells(points if whole else points / scale)

    return draw


def normal(column: NormalColumn) -> Draw:
    """The normal distribution, of which only what lies between minimum and maximum is drawn."""
    low, high = _bounds(column)
    mirrored = low > 0  # both bounds lie above the mean: the mirrored tail is the exact one
    low, high = (-high, -low) if mirrored else (low, high)
    start, stop = share_below(low), share_below(high)

    def draw(block: Block) -> list[Cell]:
        chances = units(block.words(column.name)[:, 0]) + 2.0**-54  # never 0, which has no inverse
        deviations = normal_of(start + chances * (stop - start))
        values = column.mean + column.sd * (-deviations if mirrored else deviations)
        return _rounded(_within(values, column), column)

    return draw


def _bounds(column: NormalColumn) -> tuple[float, float]:
    """Minimum and maximum in standard deviations from the mean."""
    low = -math.inf if column.minimum is None else column.minimum - column.mean
    high = math.inf if column.maximum is None else column.maximum - column.mean
    if column.sd == 0:
        return -math.inf, math.inf
    return low / column.sd, high / column.sd


def _within(values: Units, column: NormalColumn) -> Units:
    if column.minimum is None and column.maximum is None:
        return values
    return np.clip(values, column.minimum, column.maximum)


def _rounded(values: Units, column: UniformColumn | NormalColumn) -> list[Cell]:
    """The values with the column's decimals, still within its bounds; a zero has no sign."""
    if column.decimals is None:
        return _cells(values + 0.0)
    scale = 10.0**column.decimals
    with np.errstate(over="ignore"):  # what grows past all numbers is left unrounded below
        scaled = np.rint(values * scale)
    if isinstance(column, NormalColumn):
        low = -math.inf if column.minimum is None else math.ceil(column.minimum * scale - _SLACK)
        high = math.inf if column.maximum is None else math.floor(column.maximum * scale + _SLACK)
        scaled = np.clip(scaled, low, high)
    if is_whole(column):
        return _cells(scaled.astype(np.int64))
    exact = np.abs(scaled) < _EXACT
    return _cells(np.where(exact, scaled / scale, values) + 0.0)


def poisson(column: PoissonColumn) -> Draw:
    """Counts by the inverse of the cumulative probabilities, tabled as far as they can matter."""
    first, edges = _poisson_table(column.mean)
    return lambda block: _cells(first + np.searchsorted(edges, _units(block, column.name), side="right"))


def _poisson_table(mean: float) -> tuple[int, NDArray[np.float64]]:
    reach = 12 * math.sqrt(mean) + 40
    mode = math.floor(mean)
    low, high = max(0, math.floor(mean - reach)), math.ceil(mean + reach)
    above = np.cumprod(mean / np.arange(mode + 1, high + 1))
    below = np.cumprod(np.arange(mode, low, -1) / mean)[::-1]
    cumulative = np.cumsum(np.concatenate((below, [1.0], above)))
    return low, cumulative[:-1] / cumulative[-1]


def bernoulli(column: BernoulliColumn) -> Draw:
    """True with probability p."""
    return lambda block: _cells(_units(block, column.name) < column.p)


def _cells(values: NDArray[Any]) -> list[Cell]:
    found: list[Cell] = values.tolist()
    return found


def _units(block: Block, stream: str) -> Units:
    return units(block.words(stream)[:, 0])
