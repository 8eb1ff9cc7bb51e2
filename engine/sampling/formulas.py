"""Expressions and conditions over a block: evaluated once for equal rows, an empty cell where one gives no value."""

from collections.abc import Iterable, Mapping, Sequence

from engine.sampling.block import Block
from engine.sampling.cells import MisfitError, fitted
from engine.schema.columns import Case
from engine.schema.expressions import Expression, ExpressionError
from engine.tables.model import Cell, ColumnKind

_Result = tuple[Cell, str | None]  # the value, or why there is none
_UNEQUAL = {ColumnKind.NUMBER, ColumnKind.JSON}  # 0.0 equals -0.0, 1 equals true, and lists can't be looked up


class Formula:
    """One expression over columns of these kinds."""

    def __init__(self, text: str, kinds: Mapping[str, ColumnKind]) -> None:
        self._expression = Expression(text)
        self._names = sorted(self._expression.names)
        self._repeats = not any(kinds[name] in _UNEQUAL for name in self._names)

    def results(self, block: Block, rows: Sequence[int]) -> list[_Result]:
        """What it gives for each of these rows of the block."""
        inputs = self._inputs(block, rows)
        if not self._repeats:
            return [self._result(values) for values in inputs]
        known: dict[tuple[Cell, ...], _Result] = {}
        found = []
        for values in inputs:
            result = known.get(values)
            if result is None:
                result = known[values] = self._result(values)
            found.append(result)
        return found

    def _inputs(self, block: Block, rows: Sequence[int]) -> Iterable[tuple[Cell, ...]]:
        if not self._names:
            return [()] * len(rows)
        columns = [block.columns[name] for name in self._names]
        if len(rows) != block.count:
            columns = [[cells[row] for row in rows] for cells in columns]
        return zip(*columns, strict=True)

    def _result(self, values: tuple[Cell, ...]) -> _Result:
        try:
            return self._expression.value(dict(zip(self._names, values, strict=True))), None
        except ExpressionError as error:
            return None, str(error)


def computed(formula: Formula, name: str, kind: ColumnKind, block: Block) -> list[Cell]:
    """An expression column's cells."""
    cells: list[Cell] = []
    for value, problem in formula.results(block, range(block.count)):
        if problem is not None:
            block.problems.add(name, problem)
        cells.append(fit(value, name, kind, block))
    return cells


def fit(value: Cell, name: str, kind: ColumnKind, block: Block) -> Cell:
    """A value as a cell of its column; one that doesn't fit is a problem and an empty cell."""
    try:
        return fitted(value, kind)
    except MisfitError as error:
        block.problems.add(name, f"`{str(value)[:80]}` can't stand in this column: {error}.")
        return None


def decided(cases: Sequence[tuple[Formula, Case]], names: Sequence[str], block: Block) -> dict[int, Cell]:
    """The rows for which a case of `when` holds and what they get; a condition without a value leaves a cell empty."""
    found: dict[int, Cell] = {}
    open_rows: Sequence[int] = range(block.count)
    for formula, case in cases:
        rest = []
        for row, (value, problem) in zip(open_rows, formula.results(block, open_rows), strict=True):
            if problem is not None:
                for name in names:
                    block.problems.add(name, problem)
                found[row] = None
            elif value:
                found[row] = case.value
            else:
                rest.append(row)
        open_rows = rest
    return found
