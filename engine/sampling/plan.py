"""What draws each base column of a schema, made ready once."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.sampling import choices, numbers, values
from engine.sampling.block import Block, Draw
from engine.sampling.formulas import Formula, computed, decided, fit
from engine.schema import columns as c
from engine.schema.graph import column_names
from engine.tables.model import Cell, ColumnKind

Fill = Callable[[Block], None]  # adds its columns to the block

_DRAWN: dict[type, Callable[[Any], Draw]] = {
    c.CategoryColumn: choices.category,
    c.SubcategoryColumn: choices.subcategory,
    c.UniformColumn: numbers.uniform,
    c.NormalColumn: numbers.normal,
    c.PoissonColumn: numbers.poisson,
    c.BernoulliColumn: numbers.bernoulli,
    c.DateColumn: values.dates,
    c.SequenceColumn: values.sequence,
    c.IdColumn: values.ids,
    c.UuidColumn: values.uuids,
    c.ConstantColumn: values.constant,
}


def fill_of(column: c.SchemaColumn, kinds: Mapping[str, ColumnKind], tables: Mapping[str, Path]) -> Fill:
    """What fills a base column's cells; `kinds` are those of all base columns."""
    if isinstance(column, c.ExpressionColumn):
        formula = Formula(column.expression, kinds)
        name, kind = column.name, kinds[column.name]

        def compute(block: Block) -> None:
            block.columns[name] = computed(formula, name, kind, block)

        return compute
    if isinstance(column, c.ModelColumn | c.JudgeColumn):
        raise TypeError(column)  # no base column
    return _sampled(column, _draws(column, tables), kinds)


def _draws(column: c.SamplerColumn, tables: Mapping[str, Path]) -> Callable[[Block], Sequence[list[Cell]]]:
    if isinstance(column, c.PersonColumn):
        from engine.sampling.persons import persons

        return persons(column)
    draw = _single(column, tables)
    return lambda block: [draw(block)]


def _single(column: c.SamplerColumn, tables: Mapping[str, Path]) -> Draw:
    if isinstance(column, c.FakerColumn):
        from engine.sampling.fakes import fakes

        return fakes(column)
    if isinstance(column, c.TableColumn):
        from engine.sampling.lookup import table_values

        return table_values(column, tables)
    return _DRAWN[type(column)](column)


def _sampled(
    column: c.SamplerColumn, draws: Callable[[Block], Sequence[list[Cell]]], kinds: Mapping[str, ColumnKind]
) -> Fill:
    names = column_names(column)
    cases = [(Formula(case.condition, kinds), case) for case in column.when]

    def draw(block: Block) -> None:
        given = decided(cases, names, block)
        for name, cells in zip(names, draws(block), strict=True):
            kind = kinds[name]
            for row, value in given.items():
                cells[row] = value
            block.columns[name] = [fit(cell, name, kind, block) for cell in cells] if given else cells

    return draw
