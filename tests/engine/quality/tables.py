"""Small tables and their reports, as the tests of engine.quality need them."""

from collections.abc import Iterable, Sequence
from typing import Any

from engine.columns import ColumnType, Output
from engine.quality import QualityReport, RunFigures, quality_of
from engine.quality.report import (
    CategoryFigures,
    ColumnReport,
    DateFigures,
    NumberFigures,
    TextFigures,
)
from engine.schema.columns import Schema
from engine.tables.model import Cell


def schema_of(*columns: dict[str, Any], **more: Any) -> Schema:  # noqa: ANN401 any key of a schema
    return Schema.model_validate({"columns": columns, **more})


def report(asked: Schema | Sequence[Output], **cells: Iterable[Cell]) -> QualityReport:
    """The report on a table given by its columns."""
    rows = [dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True)]
    return quality_of(asked, rows, RunFigures())


def column_of(column: dict[str, Any], cells: Iterable[Cell]) -> ColumnReport:
    """The report on one column of a schema, named `it`."""
    return report(schema_of({"name": "it", **column}), it=cells).columns[0]


def output_of(kind: ColumnType | None, cells: Iterable[Cell], **more: Any) -> ColumnReport:  # noqa: ANN401 any field
    """The report on one typed output of a transform, named `it`."""
    return report([Output(name="it", type=kind, **more)], it=cells).columns[0]


def numbers(column: ColumnReport) -> NumberFigures:
    assert isinstance(column.figures, NumberFigures)
    return column.figures


def categories(column: ColumnReport) -> CategoryFigures:
    assert isinstance(column.figures, CategoryFigures)
    return column.figures


def texts(column: ColumnReport) -> TextFigures:
    assert isinstance(column.figures, TextFigures)
    return column.figures


def dates(column: ColumnReport) -> DateFigures:
    assert isinstance(column.figures, DateFigures)
    return column.figures
