"""Which columns and rows a run's file has: what is finished, each column of its own kind, in row order."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from engine.columns import ColumnType
from engine.gate import Verdict
from engine.outputs import free_name
from engine.results import RowStatus
from engine.schema.columns import JudgeColumn, ModelColumn
from engine.schema.graph import exported_names
from engine.spec import GenerateInput, RunSpec
from engine.tables import Cell, Column, ColumnKind, Row
from handai_db import PENDING, Mark, RunReader, RunRecord, StoredResult
from services.results.corrections import with_marks
from services.tables.chosen_rows import asks
from services.tables.run_tables import RunTable

DIAGNOSTICS = (
    "status",
    "error_kind",
    "error",
    "raw_answer",
    "finish_reason",
    "repaired",
    "cached",
    "attempts",
    "similar_to",
    "similarity",
    "corrected",
)
CHECK = "check"
NOT_ASKED = "not asked"  # a row that the run leaves out

_KINDS = {
    ColumnType.INTEGER: ColumnKind.INTEGER,
    ColumnType.NUMBER: ColumnKind.NUMBER,
    ColumnType.BOOLEAN: ColumnKind.BOOLEAN,
    ColumnType.DATE: ColumnKind.DATE,
    ColumnType.LIST: ColumnKind.JSON,
    ColumnType.OBJECT: ColumnKind.JSON,
}
_NUMBERS = {ColumnKind.INTEGER, ColumnKind.NUMBER}


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of the file; `names` is answer key to column, `extra` diagnostics' key to column."""

    columns: tuple[Column, ...]
    names: Mapping[str, str]
    kinds: Mapping[str, ColumnKind]
    extra: Mapping[str, str]
    check: str | None


def layout_of(
    record: RunRecord,
    table: RunTable,
    reader: RunReader,
    marks: Mapping[int, Mapping[str, Mark]],
    *,
    diagnostics: bool,
    look_for_kinds: bool,
) -> Layout:
    """The columns of a run's file: the table's own and the new ones; of a generated table those that are exported.

    Where nothing declares a column's kind, `look_for_kinds` reads its values for it.
    """
    names = dict(reader.outputs())
    declared = declared_kinds(record.spec)
    unknown = [key for key in names if key not in declared]
    found = found_kinds(with_marks(reader.iter_results(), marks), unknown) if look_for_kinds and unknown else {}
    new = {name: declared.get(key) or found.get(key) or ColumnKind.TEXT for key, name in names.items()}
    kinds = {column.name: column.kind for column in table.columns} | new
    source = record.spec.input
    written = exported_names(source) if isinstance(source, GenerateInput) else tuple(kinds)
    columns = [Column(name, kinds[name]) for name in written]
    check = free_name(CHECK, [column.name for column in columns]) if can_be_marked(record.spec) else None
    columns += [Column(check)] if check else []
    extra: dict[str, str] = {}
    for what in DIAGNOSTICS if diagnostics else ():
        extra[what] = free_name(what, [column.name for column in columns])
        columns.append(Column(extra[what], ColumnKind.INTEGER if what == "attempts" else ColumnKind.TEXT))
    return Layout(tuple(columns), names, kinds, extra, check)


def declared_kinds(spec: RunSpec) -> dict[str, ColumnKind]:
    """The kinds of the columns that a model fills, by answer key, as far as the spec says them."""
    source = spec.input
    if not isinstance(source, GenerateInput):
        free = spec.model.json_mode or len(spec.outputs) > 1  # then an untyped column takes any JSON
        outputs = [item for item in spec.outputs if item.type is not None or not free]
        return {item.name: _KINDS.get(item.type or ColumnType.TEXT, ColumnKind.TEXT) for item in outputs}
    kinds: dict[str, ColumnKind] = {}
    for column in source.columns:
        if isinstance(column, JudgeColumn):
            kinds |= {column.name: ColumnKind.INTEGER, f"{column.name}_reason": ColumnKind.TEXT}
        elif isinstance(column, ModelColumn) and column.type is not None:
            kinds[column.name] = _KINDS.get(column.type, ColumnKind.TEXT)
    return kinds


def found_kinds(results: Iterable[StoredResult], keys: Iterable[str]) -> dict[str, ColumnKind]:
    """The kinds that the stored values of some columns have; text where they differ."""
    wanted = tuple(keys)
    kinds: dict[str, ColumnKind] = {}
    for found in results:
        for key in wanted:
            value = (found.values or {}).get(key)
            if value is not None:
                kinds[key] = _common(kinds.get(key), _kind_of(value))
    return kinds


def _kind_of(value: Any) -> ColumnKind:  # noqa: ANN401 any JSON
    if isinstance(value, bool):
        return ColumnKind.BOOLEAN
    if isinstance(value, int):
        return ColumnKind.INTEGER
    if isinstance(value, float):
        return ColumnKind.NUMBER
    return ColumnKind.JSON if isinstance(value, list | dict) else ColumnKind.TEXT


def _common(one: ColumnKind | None, other: ColumnKind) -> ColumnKind:
    if one is None or one is other:
        return other
    return ColumnKind.NUMBER if {one, other} <= _NUMBERS else ColumnKind.TEXT


def can_be_marked(spec: RunSpec) -> bool:
    """Whether a row may be kept although it failed a check."""
    source = spec.input
    return isinstance(source, GenerateInput) and any(check.on_fail != "drop" for check in source.checks)


@dataclass(slots=True)
class Rows:
    """The rows of the file, streamed once; `left_out` counts by status those that are not in it.

    Of a generated table only finished rows that no check dropped are written, unless diagnostics tell them apart.
    Of a table of which only some rows were `asked`, the others stay as they are, their new cells empty.
    """

    record: RunRecord
    layout: Layout
    cells: Iterator[tuple[int, Row]]
    results: Iterator[StoredResult]
    asked: Sequence[int]
    drawn_only: bool
    marks: Mapping[int, Mapping[str, Mark]] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    left_out: Counter[str] = field(default_factory=Counter)

    def __iter__(self) -> Iterator[Row]:
        upcoming = next(self.results, None)
        for index, cells in self.cells:
            while upcoming is not None and upcoming.row < index:
                upcoming = next(self.results, None)
            found = upcoming if upcoming is not None and upcoming.row == index else None
            reason = self._reason_to_leave_out(found)
            if reason is None:
                yield self._merged(index, cells, found)
            else:
                self.left_out[reason] += 1

    def _reason_to_leave_out(self, found: StoredResult | None) -> str | None:
        if found is not None and found.verdict == Verdict.DROPPED:
            return Verdict.DROPPED
        if self.layout.extra or not isinstance(self.record.spec.input, GenerateInput):
            return None
        status = self._status(None, found)
        return None if status == RowStatus.DONE else status

    def _status(self, index: int | None, found: StoredResult | None) -> str:
        if found is not None:
            return found.status
        if index is not None and not asks(self.asked, index):
            return NOT_ASKED
        return RowStatus.DONE if self.drawn_only else PENDING

    def _said(self, index: int) -> str:
        """Which cells a person corrected or approved."""
        marked = self.marks.get(index, {}).items()
        return ", ".join(f"{self.layout.names.get(key, key)}: {mark.state}" for key, mark in marked)

    def _merged(self, index: int, cells: Row, found: StoredResult | None) -> Row:
        layout = self.layout
        merged: Row = dict(cells)
        values = (found.values or {}) if found else {}
        if found is not None and found.redrawn:
            merged |= {name: as_kind(value, layout.kinds.get(name)) for name, value in found.redrawn.items()}
        merged |= {name: as_kind(values.get(key), layout.kinds[name]) for key, name in layout.names.items()}
        if layout.check:
            merged[layout.check] = found.note if found and found.verdict == Verdict.MARKED else None
        if layout.extra:
            told = _diagnostics(found, self._status(index, found))
            told["corrected"] = self._said(index)
            merged |= {layout.extra[what]: value for what, value in told.items()}
        return merged


def as_kind(value: Any, kind: ColumnKind | None) -> Cell:  # noqa: ANN401 any JSON
    """A stored value as its column has it: dates are stored as text."""
    if not isinstance(value, str) or kind not in {ColumnKind.DATE, ColumnKind.DATETIME}:
        return value  # type: ignore[no-any-return]  # every JSON value is a cell
    try:
        return date.fromisoformat(value) if kind is ColumnKind.DATE else datetime.fromisoformat(value)
    except ValueError:
        return value


def _diagnostics(found: StoredResult | None, status: str) -> dict[str, Cell]:
    if found is None:
        return {**dict.fromkeys(DIAGNOSTICS), "status": status}
    return {
        "status": found.status,
        "error_kind": found.kind,
        "error": found.cause,
        "raw_answer": found.raw,
        "finish_reason": found.finish_reason,
        "repaired": "yes" if found.repaired else "",
        "cached": "yes" if found.cached else "",
        "attempts": found.attempt,
        "similar_to": None if found.similar_to is None else found.similar_to + 1,
        "similarity": found.similarity,
        "corrected": "",
    }


def left_out_notices(left_out: Mapping[str, int]) -> tuple[str, ...]:
    """What a person should know about rows that are not in the file."""
    said = {
        Verdict.DROPPED: ("was left out by a check", "were left out by a check"),
        RowStatus.FAILED: ("failed and was left out", "failed and were left out"),
        PENDING: ("is not made yet", "are not made yet"),
    }
    notices = []
    for reason, (one, many) in said.items():
        if count := left_out.get(reason, 0):
            notices.append(f"1 row {one}." if count == 1 else f"{count:,} rows {many}.")
    return tuple(notices)
