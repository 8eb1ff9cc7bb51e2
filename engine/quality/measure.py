"""Reads a table once, in blocks, and says what became of it; memory doesn't grow with the rows."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np

from engine.columns import Output
from engine.quality.asked import Asked, asked_of
from engine.quality.cells import Floats, Words, hashes_of, is_missing, kind_of, mixed
from engine.quality.distinct import DistinctCount
from engine.quality.gauges import Gauge, Reading, gauge_for
from engine.quality.links import Codes, strongest_links
from engine.quality.repeated import COMPARED_CHARACTERS, COMPARED_ROWS, Comparison
from engine.quality.report import ColumnReport, Kind, QualityReport, RunFigures, TextFigures
from engine.quality.row_sample import RowSample
from engine.quality.words import counted
from engine.schema.columns import Duplicates, Schema
from engine.tables.model import Cell, Row

_BLOCK = 4096
_NEAR = 0.9
_TURN = np.uint64(0x9E3779B97F4A7C15)


def quality_of(asked: Schema | Sequence[Output], rows: Iterable[Row], figures: RunFigures) -> QualityReport:
    """The report on a finished table: `asked` is its schema, or the outputs of a transform."""
    near: float | None = _NEAR
    if isinstance(asked, Schema) and isinstance(asked.duplicates, Duplicates):
        near = asked.duplicates.near
    measuring = _Measuring(asked_of(asked), near)
    for block in _blocks(rows):
        measuring.add(block)
    return measuring.report(figures)


def _blocks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    upcoming = iter(rows)
    while block := list(islice(upcoming, _BLOCK)):
        yield block


class _Column:
    """One column while its values pass; its kind is found out from its first values if nothing says it."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.kind = asked.kind
        self._gauge: Gauge | None = gauge_for(asked.kind, asked) if asked.kind else None
        self._distinct = DistinctCount()
        self._count = 0
        self._missing = 0

    def add(self, cells: Sequence[Cell]) -> tuple[Floats, Words]:
        """Measure cells; returns a code and a hash for each."""
        present = np.fromiter((not is_missing(cell) for cell in cells), np.bool_, len(cells))
        values = [cell for cell, there in zip(cells, present, strict=True) if there]
        hashes = hashes_of(cells)
        codes = np.full(len(cells), np.nan)
        self._count += len(values)
        self._missing += len(cells) - len(values)
        if values:
            self._distinct.add(hashes[present])
            codes[present] = self._measured(values)
        return codes, hashes

    def _measured(self, values: Sequence[Cell]) -> Floats:
        if self._gauge is None:
            self.kind = kind_of(values)
            self._gauge = gauge_for(self.kind, self.asked)
        return self._gauge.add(values)

    def report(self, codes: Floats, comparison: Comparison) -> ColumnReport:
        """What was measured; `codes` are those of the sampled rows."""
        reading = self._gauge.reading(codes[~np.isnan(codes)]) if self._gauge and self._count else Reading()
        figures = reading.figures
        if isinstance(figures, TextFigures):
            figures = comparison.told(self.asked.name, figures)
        return ColumnReport(
            name=self.asked.name,
            source=self.asked.source,
            asked=self.asked.words,
            kind=self.kind or Kind.OTHER,
            count=self._count,
            missing=self._missing,
            unfit=reading.unfit,
            outside=reading.outside,
            distinct=min(self._distinct.count, self._count),
            distinct_estimated=self._distinct.is_estimate,
            conditional=self.asked.conditional,
            # Cases replace some values, so that the whole can't be held against the sampler.
            distance=None if self.asked.conditional else reading.distance,
            chance=None if self.asked.conditional else reading.chance,
            figures=figures,
        )


class _Measuring:
    """All columns of a table while its rows pass."""

    def __init__(self, asked: Sequence[Asked], near: float | None) -> None:
        self._columns = [_Column(one) for one in asked]
        self._sample = RowSample(len(asked))
        self._comparison = Comparison(near)
        self._different = DistinctCount()
        self._near = near
        self._rows = 0

    def add(self, block: Sequence[Row]) -> None:
        self._rows += len(block)
        codes = np.empty((len(block), len(self._columns)))
        whole_rows = np.zeros(len(block), dtype=np.uint64)
        compared: dict[str, Sequence[Cell]] = {}
        for place, column in enumerate(self._columns):
            name = column.asked.name
            cells = [row.get(name) for row in block]
            codes[:, place], hashes = column.add(cells)
            if column.kind is not Kind.IDENTIFIER:
                whole_rows = mixed(whole_rows * _TURN + hashes)
            if column.asked.written and column.kind is Kind.TEXT:
                compared[name] = cells
        self._different.add(whole_rows)
        self._sample.add(codes)
        if not self._comparison.is_full:
            self._comparison.add(compared, len(block))

    def report(self, figures: RunFigures) -> QualityReport:
        sample = self._sample.rows
        codes = [sample[:, place] for place in range(len(self._columns))]
        kinds = [Codes(c.asked.name, c.kind or Kind.OTHER, mine) for c, mine in zip(self._columns, codes, strict=True)]
        repeating = self._comparison.repeating_rows
        return QualityReport(
            rows=self._rows,
            sampled=len(sample),
            near=self._near,
            columns=tuple(c.report(mine, self._comparison) for c, mine in zip(self._columns, codes, strict=True)),
            links=strongest_links(kinds),
            repeating_rows=repeating,
            compared_rows=self._comparison.rows if repeating is not None else 0,
            equal_rows=None if self._different.is_estimate else self._rows - self._different.count,
            run=figures,
            notes=tuple(self._notes(len(sample), compared=repeating is not None)),
        )

    def _notes(self, sampled: int, *, compared: bool) -> Iterator[str]:
        if sampled < self._rows:
            yield (
                f"Quantiles, histograms and links come from {counted(sampled, 'row')} drawn fairly from "
                f"{self._rows:,}; everything else counts every row, where nothing else is said."
            )
        if compared and self._rows > COMPARED_ROWS:
            yield (
                f"Repeated texts were looked for among the first {COMPARED_ROWS:,} rows: in the whole table there are "
                "at least as many."
            )
        if compared:
            yield f"Of a text, the first {COMPARED_CHARACTERS:,} characters are compared."
        if self._rows == 0:
            yield "There is no finished row yet."
