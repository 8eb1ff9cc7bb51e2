"""Which kind of value each base column holds, known before anything is drawn."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from engine.sampling.inference import kind_of_cell, kind_of_expression, widest
from engine.schema import columns as c
from engine.schema.graph import column_names
from engine.tables.model import Cell, ColumnKind

_WHOLE = 2.0**62  # far enough below int64's end for any draw
_FIXED: dict[type, ColumnKind] = {
    c.CategoryColumn: ColumnKind.TEXT,
    c.SubcategoryColumn: ColumnKind.TEXT,
    c.PoissonColumn: ColumnKind.INTEGER,
    c.BernoulliColumn: ColumnKind.BOOLEAN,
    c.SequenceColumn: ColumnKind.INTEGER,
    c.IdColumn: ColumnKind.TEXT,
    c.UuidColumn: ColumnKind.TEXT,
}
_PERSON = {"age": ColumnKind.INTEGER, "birth_date": ColumnKind.DATE}


def kinds_of(
    column: c.SchemaColumn, known: Mapping[str, ColumnKind], tables: Mapping[str, Path]
) -> dict[str, ColumnKind]:
    """The kind of each column that a base column makes; `known` are those of the columns that it may read."""
    if isinstance(column, c.ExpressionColumn):
        return {column.name: kind_of_expression(column.expression, known)}
    if isinstance(column, c.ModelColumn | c.JudgeColumn):
        raise TypeError(column)  # no base column
    cases = [case.value for case in column.when]
    if isinstance(column, c.PersonColumn):
        names = zip(column_names(column), column.fields, strict=True)
        return {name: with_cases(_PERSON.get(field, ColumnKind.TEXT), cases) for name, field in names}
    return {column.name: with_cases(_kind(column, tables), cases)}


def _kind(column: c.SchemaColumn, tables: Mapping[str, Path]) -> ColumnKind:
    if isinstance(column, c.UniformColumn | c.NormalColumn):
        return ColumnKind.INTEGER if is_whole(column) else ColumnKind.NUMBER
    if isinstance(column, c.DateColumn):
        return ColumnKind.DATETIME if isinstance(column.start, datetime) else ColumnKind.DATE
    if isinstance(column, c.ConstantColumn):
        return kind_of_cell(column.value) or ColumnKind.TEXT
    if isinstance(column, c.TableColumn):
        from engine.sampling.lookup import source_of

        return source_of(column, tables)[1]
    if isinstance(column, c.FakerColumn):
        from engine.sampling.fakes import kind_of_fakes

        return kind_of_fakes(column.kind, column.locale)
    return _FIXED[type(column)]


def is_whole(column: c.UniformColumn | c.NormalColumn) -> bool:
    """Whether its values are integers: asked for without decimals, and not too large to be."""
    if isinstance(column, c.UniformColumn):
        largest = max(abs(column.low), abs(column.high))
    else:
        largest = abs(column.mean) + 40 * column.sd + max(abs(column.minimum or 0), abs(column.maximum or 0))
    return column.decimals == 0 and largest < _WHOLE


def with_cases(kind: ColumnKind, cases: Iterable[Cell]) -> ColumnKind:
    """The kind of a column that may hold the values of `when` too; a text column makes them text."""
    if kind is ColumnKind.TEXT:
        return kind
    others = {other for value in cases if not _is_date_text(kind, value) and (other := kind_of_cell(value))}
    return widest({kind, *others})


def _is_date_text(kind: ColumnKind, value: Cell) -> bool:
    if kind not in (ColumnKind.DATE, ColumnKind.DATETIME) or not isinstance(value, str):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return kind is ColumnKind.DATETIME or len(value) == len("2026-01-31")
