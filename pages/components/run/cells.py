"""A page of results as a grid to correct: each answer's column by its type, everything else only to read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from engine.columns import ColumnType, Output
from engine.tables import Cell
from engine.tables.cells import cell_as_text
from handai_db import MarkState, RunRecord
from pages.components import words
from pages.components.run_frames import ROW, STATUS, free_name, shown_cell, status_words, told_names
from services.results.inspect import TableRow

_REFUSED = "_index"  # Streamlit's own word for what numbers rows: its editor takes no column of this name
_EXACT = 2**53  # beyond it a browser's numbers are not the ones that were sent
_Config = Any  # what st.column_config makes: a dict that Streamlit alone reads


@dataclass(slots=True)
class Grid:
    """The cells, how each column is shown, which columns are only to be read, and what the model said otherwise."""

    frame: pd.DataFrame
    config: dict[str, _Config] = field(default_factory=dict)
    fixed: list[str] = field(default_factory=list)
    corrected: list[tuple[int, str]] = field(default_factory=list)


def grid_of(
    rows: Sequence[TableRow],
    record: RunRecord,
    outputs: Mapping[str, Output],
    changed: Mapping[int, Mapping[str, Cell]],
) -> Grid:
    """The page of rows with what a person has changed in it; beside a corrected column stands the model's own."""
    names = told_names(rows, record)
    answers = list(rows[0].answers)
    shown = {name: grid_name(name, rows[0]) for name in names}
    grid = Grid(pd.DataFrame())
    number = free_name(ROW, names)
    numbers = [str(row.index + 1) for row in rows]
    _fix(grid, number, numbers, st.column_config.TextColumn(width=60, pinned=True))
    for name in answers:
        cells = [changed.get(row.index, {}).get(name, row.answers.get(name)) for row in rows]
        grid.frame[shown[name]], config = _column(cells, outputs.get(name))
        grid.config[shown[name]] = {**config, "label": name}
        corrected = {place for place, row in enumerate(rows) if _is_corrected(row, name)}
        if corrected:
            said = free_name(f"{name} · the model said", names)
            own = [shown_cell(row.given.get(name)) if place in corrected else None for place, row in enumerate(rows)]
            grid.corrected += [(place, said) for place in sorted(corrected)]
            _fix(grid, said, own, st.column_config.TextColumn(help="Where you corrected it."))
    status = free_name(STATUS, names)
    _fix(grid, status, [status_words(row) for row in rows], st.column_config.TextColumn())
    for name in names:
        if name not in answers:
            cells = [shown_cell(row.cells.get(name)) for row in rows]
            _fix(grid, shown[name], cells, st.column_config.TextColumn(name))
    return grid


def grid_name(name: str, row: TableRow) -> str:
    """What a column of a table is called in the grid."""
    return free_name(f"{name} ", [*row.cells, *row.answers]) if name == _REFUSED else name


def _is_corrected(row: TableRow, name: str) -> bool:
    return name in row.marks and row.marks[name].state is MarkState.CORRECTED


def _fix(grid: Grid, name: str, cells: Sequence[Any], config: _Config) -> None:
    grid.frame[name] = pd.Series(cells, dtype="string")
    grid.config[name] = config
    grid.fixed.append(name)


def _column(cells: Sequence[Cell], output: Output | None) -> tuple[pd.Series, _Config]:
    """The cells and how they are shown. No bounds: the browser would cut what is beyond them without a word."""
    if output is not None:
        try:
            return _typed(cells, output)
        except (TypeError, ValueError):  # an older answer, or one that was never held against the type
            pass
    texts = pd.Series([None if cell is None else cell_as_text(cell) for cell in cells], dtype="string")
    return texts, st.column_config.TextColumn(help=_help(output))


def _typed(cells: Sequence[Cell], output: Output) -> tuple[pd.Series, _Config]:
    """The cells and their column; raises TypeError or ValueError where one is not of the type."""
    told = _help(output)
    match output.type:
        case ColumnType.INTEGER | ColumnType.NUMBER:
            return pd.Series(_numbers(cells), dtype="Float64"), st.column_config.NumberColumn(help=told)
        case ColumnType.BOOLEAN:
            return pd.Series(_only(bool, cells), dtype="boolean"), st.column_config.CheckboxColumn(help=told)
        case ColumnType.CATEGORY:
            there = [cell_as_text(cell) for cell in cells if cell is not None]
            options = list(dict.fromkeys([*output.values, *there]))
            config = st.column_config.SelectboxColumn(options=options, required=output.required, help=told)
            return pd.Series(_only(str, cells), dtype="string"), config
        case ColumnType.DATE:
            days = [None if cell is None else date.fromisoformat(cell_as_text(cell)) for cell in cells]
            config = st.column_config.DateColumn(format="YYYY-MM-DD", help=told)
            return pd.Series(pd.to_datetime(pd.Series(days, dtype="object"))), config
        case ColumnType.LIST:
            lists = [None if cell is None else [cell_as_text(item) for item in cell] for cell in _only(list, cells)]
            return pd.Series(lists, dtype="object"), st.column_config.ListColumn(help=told)
    raise ValueError(output.type)


def _help(output: Output | None) -> str | None:
    """The column's description; Streamlit reads it as Markdown."""
    return words.plain(output.description) if output is not None and output.description else None


def _numbers(cells: Sequence[Cell]) -> list[Cell]:
    if any(isinstance(cell, bool) or not isinstance(cell, int | float | None) for cell in cells):
        raise TypeError
    if any(isinstance(cell, int) and abs(cell) > _EXACT for cell in cells):
        raise ValueError
    return list(cells)


def _only(kind: type, cells: Sequence[Cell]) -> list[Any]:
    if any(cell is not None and not isinstance(cell, kind) for cell in cells):
        raise TypeError
    return list(cells)
