"""Two previews side by side: the rows that both asked, which cells changed, and what was asked differently."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.results import RowStatus
from engine.spec import Limits, RunSpec, TransformInput
from engine.tables import Row
from handai_db import RunRecord
from services.comparing.compare_specs import differences
from services.results import inspect
from services.results.inspect import TableRow

_SHORT = 40


@dataclass(frozen=True, slots=True)
class PairedRow:
    """A row that both asked: its cells, both answers by the newer one's columns, and the columns that changed.

    `ended` says whether both have come to an end.
    """

    index: int
    cells: Row
    now: Row
    before: Row
    changed: tuple[str, ...]
    ended: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Two previews: the columns that both fill, by the newer one's names, and their rows."""

    columns: tuple[str, ...]
    rows: tuple[PairedRow, ...]

    @property
    def cells(self) -> int:
        """How many cells can be compared so far."""
        return len(self.columns) * sum(row.ended for row in self.rows)

    @property
    def changed(self) -> int:
        """How many of them are not the same."""
        return sum(len(row.changed) for row in self.rows)


def pair(newer: RunRecord, older: RunRecord) -> Pair:
    """Hold a preview against an earlier one over the same table."""
    there = {row.index: row for row in inspect.page(older, 0, older.total)}
    here = [row for row in inspect.page(newer, 0, newer.total) if row.index in there]
    if not here:
        return Pair((), ())
    names = _columns(here[0], there[here[0].index])
    return Pair(tuple(names), tuple(_paired(row, there[row.index], names) for row in here))


def asked_differently(newer: RunSpec, older: RunSpec) -> tuple[str, ...]:
    """What the model was asked differently, in a few words each."""
    found = differences([_question(older), _question(newer)])
    return tuple(_said(item.label, *item.values) for item in found)


def _columns(here: TableRow, there: TableRow) -> dict[str, str]:
    """The columns that both fill: by name, and the only one of each is the same whatever it is called."""
    if len(here.answers) == len(there.answers) == 1:
        return {next(iter(here.answers)): next(iter(there.answers))}
    return {name: name for name in here.answers if name in there.answers}


def _paired(here: TableRow, there: TableRow, names: dict[str, str]) -> PairedRow:
    now = {name: here.answers.get(name) for name in names}
    before = {name: there.answers.get(other) for name, other in names.items()}
    ends = {here.status, there.status}
    ended = ends <= {RowStatus.DONE, RowStatus.FAILED}
    changed = tuple(name for name in names if not _same(now[name], before[name])) if ended else ()
    return PairedRow(here.index, here.cells, now, before, changed, ended)


def _same(one: Any, other: Any) -> bool:  # noqa: ANN401 a cell may hold anything
    if isinstance(one, str) and isinstance(other, str):
        return one.strip() == other.strip()
    return bool(one == other)


def _question(spec: RunSpec) -> RunSpec:
    """What the model is asked, without for how many rows and how fast."""
    source = spec.input
    columns = source.columns if isinstance(source, TransformInput) else None
    return spec.model_copy(update={"input": TransformInput(columns=columns), "limits": Limits()})


def _said(label: str, older: str, newer: str) -> str:
    if label == "Instructions" or max(len(older), len(newer)) > _SHORT or "\n" in older + newer:
        return label
    return f"{label}: {newer} instead of {older}"


def in_words(differing: Sequence[str], most: int = 4) -> str:
    """What differs as one phrase; nothing differs where the same was asked again."""
    if not differing:
        return "The same was asked."
    more = f" and {len(differing) - most} more" if len(differing) > most else ""
    return f"Asked differently: {'; '.join(differing[:most])}{more}."
