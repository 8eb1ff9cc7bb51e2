"""Drawing one of several values, by weight, and by what another column holds."""

from collections import Counter
from collections.abc import Callable, Mapping

import numpy as np

from engine.fitting import fit_text
from engine.placeholders import cell_text
from engine.sampling.block import Block, Draw
from engine.sampling.words import Units, units
from engine.schema.columns import CategoryColumn, Choices, SubcategoryColumn
from engine.tables.model import Cell


def category(column: CategoryColumn) -> Draw:
    """One of the values, by weight."""
    pick = _picker(column.values)
    return lambda block: pick(units(block.words(column.name)[:, 0]))


def subcategory(column: SubcategoryColumn) -> Draw:
    """One of the values that belong to the other column's cell; without such values the cell is empty."""
    picks = {key: _picker(choices) for key, choices in column.values.items()}

    def draw(block: Block) -> list[Cell]:
        chances = units(block.words(column.name)[:, 0])
        parents = [cell_text(cell) for cell in block.columns[column.of]]
        found: list[Cell] = [None] * block.count
        for parent, rows in _rows_of(parents).items():
            if parent in picks:
                for row, value in zip(rows, picks[parent](chances[rows]), strict=True):
                    found[row] = value
            else:
                for _ in rows:
                    block.problems.add(column.name, f"There are no values for `{parent}` of `{column.of}`.")
        return found

    return draw


def _rows_of(parents: list[str]) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for row, parent in enumerate(parents):
        rows.setdefault(parent, []).append(row)
    return rows


def _picker(choices: Choices) -> Callable[[Units], list[Cell]]:
    """Values by the inverse of their cumulative weights; one of weight 0 never comes."""
    weights = choices if isinstance(choices, Mapping) else Counter(choices)
    likely = {value: weight for value, weight in weights.items() if weight > 0}
    values: list[Cell] = [fit_text(value) for value in likely]
    cumulative = np.cumsum(np.array(list(likely.values()), np.float64))
    edges = cumulative[:-1] / cumulative[-1]  # the last value takes the rest, so that no chance falls past the end

    def pick(chances: Units) -> list[Cell]:
        return [values[place] for place in np.searchsorted(edges, chances, side="right").tolist()]

    return pick
