"""The base table of a schema: the columns that need no model, drawn by block, by row or into a file."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from engine.sampling.kinds import kinds_of
from engine.schema.columns import Schema
from engine.schema.graph import base_columns
from engine.tables.model import Cell, Column, ColumnKind, Row

if TYPE_CHECKING:  # numpy, pyarrow and Faker load when the first row is drawn
    from engine.sampling.block import Problems
    from engine.sampling.plan import Fill

_NO_TABLES: Mapping[str, Path] = MappingProxyType({})


class Sampler:
    """Draws the base columns of a schema that `check_schema` accepts; an instance belongs to one thread.

    A value depends on seed, row, column name and redraw alone, so any block and any row can be drawn at any time.
    `tables` are the stored tables, by dataset id, that `sampler: table` takes values from.
    """

    def __init__(self, schema: Schema, tables: Mapping[str, Path] = _NO_TABLES) -> None:
        """Raises SpecError if a table is missing or the columns can't be put in order."""
        self._schema, self._tables = schema, tables
        self._base = base_columns(schema)
        self._kinds: dict[str, ColumnKind] = {}
        for column in self._base:
            self._kinds |= kinds_of(column, self._kinds, tables)
        self._fills: list[Fill] | None = None
        self._problems: Problems | None = None

    @property
    def columns(self) -> tuple[Column, ...]:
        """The base columns, in the order in which they are drawn."""
        return tuple(Column(name, kind) for name, kind in self._kinds.items())

    @property
    def problems(self) -> dict[str, str]:
        """For each column that had to leave cells empty, why the first one is."""
        return dict(self._problems.first) if self._problems else {}

    @property
    def empty_cells(self) -> dict[str, int]:
        """How many cells those columns had to leave empty in all that was drawn."""
        return dict(self._problems.counts) if self._problems else {}

    def block(self, start: int, stop: int) -> dict[str, list[Cell]]:
        """The cells of rows `start` up to `stop`, by column."""
        return self._drawn(start, stop - start, 0)

    def row(self, index: int, redraw: int) -> Row:
        """One row; each redraw is another one."""
        return {name: cells[0] for name, cells in self._drawn(index, 1, redraw).items()}

    def write(self, path: Path, progress: Callable[[int], None]) -> None:
        """Write all rows as a stored table; `progress` hears the number of rows so far and may raise to break off."""
        from engine.sampling.write import write_table

        write_table(path, self.columns, self._schema.rows, self.block, progress)

    def _drawn(self, start: int, count: int, redraw: int) -> dict[str, list[Cell]]:
        from engine.sampling.block import Block, Problems
        from engine.sampling.plan import fill_of

        if self._fills is None:
            self._fills = [fill_of(column, self._kinds, self._tables) for column in self._base]
        if self._problems is None:
            self._problems = Problems()
        block = Block(self._schema.seed, redraw, start, count, self._problems)
        for fill in self._fills:
            fill(block)
        return block.columns
