"""What a run's answers hold, column by column: how often each value comes, how numbers, dates and lengths are spread.

Read once in a stream for each state of a run; a long run's first rows only, until a person asks for all.
"""

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import orjson

from engine.columns import ColumnType
from engine.outputs import declared_outputs
from engine.tables import Cell, Row
from engine.tables.cells import cell_as_text
from handai_db import Mark, RunReader, RunRecord, cells_in, marks_in
from services.home import run_path
from services.results.facet_choice import Choice, How, is_empty, is_number, range_words
from services.results.kept_looks import KEPT
from services.results.spread import Spread
from services.tables.chosen_rows import asked_rows

FIRST_ROWS = 100_000
MOST_VALUES = 12
_MOST_DIFFERENT = 2_000  # more are free text: they aren't counted on
_MOST_TOLD_APART = 100
_LONGEST_VALUE = 60
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:T|$)")
_MOST_DATES = 15
_AT_ONCE = 5_000  # rows

Kind = Literal["values", "items", "numbers", "dates", "lengths", "empty"]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a facet: its label, how many cells, and the choice of these cells."""

    label: str
    rows: int
    choice: Choice


@dataclass(frozen=True, slots=True)
class Facet:
    """A column's cells at a glance; `key` is the answer key. `different` is None where there are too many to count."""

    key: str
    name: str
    kind: Kind
    bars: tuple[Bar, ...]
    filled: int
    empty: int
    different: int | None


@dataclass(frozen=True, slots=True)
class Facets:
    """The facets of a run's output columns over its first `rows` rows; `whole` if these are all.

    `read_at_once` is up to how many rows nobody has to ask for.
    """

    columns: tuple[Facet, ...]
    rows: int
    whole: bool
    read_at_once: int = FIRST_ROWS


def facets_of(record: RunRecord, *, every_row: bool = False) -> Facets:
    """The facets of what is answered, of the first rows of a long run unless every row is asked for.

    Read once for each state of the run; raises StorageError.
    """
    return KEPT.look(record, ("facets", every_row), lambda: _read(record, every_row=every_row))


def _read(record: RunRecord, *, every_row: bool) -> Facets:
    asked = asked_rows(record)
    whole = every_row or len(asked) <= FIRST_ROWS
    before = (asked[-1] + 1 if asked else 0) if whole else asked[FIRST_ROWS]
    path = run_path(record.id)
    with RunReader(path) as reader:
        closed = _closed(record)
        tallies = {key: _Tally(key, name, key in closed or name in closed) for key, name in reader.outputs()}
    marks, cells = marks_in(path), cells_in(path, before)
    while some := list(itertools.islice(cells, _AT_ONCE)):
        answers = [_answers(orjson.loads(data), marks.get(row)) for row, data in some]
        for key, tally in tallies.items():
            tally.add_all([values[key] for values in answers if key in values])
    columns = tuple(tally.result() for tally in tallies.values())
    return Facets(columns, len(asked) if whole else FIRST_ROWS, whole)


def _closed(record: RunRecord) -> frozenset[str]:
    """The columns whose values a person named, so that five rows too are counted by them."""
    named = {ColumnType.CATEGORY, ColumnType.BOOLEAN}
    return frozenset(output.name for output in declared_outputs(record.spec) if output.type in named)


def test_of(key: str, choice: Choice, marks: dict[int, dict[str, Mark]]) -> Callable[[int, str | None], bool]:
    """Whether a model call's cells hold what was chosen of one column, a person's word counted."""

    def holds(row: int, data: str | None) -> bool:
        values = orjson.loads(data) if data else {}
        return key in values and choice.holds(_cell(values[key], marks.get(row), key))

    return holds


def _cell(given: Cell, marks: dict[str, Mark] | None, key: str) -> Cell:
    return marks[key].value if marks and key in marks else given


def _answers(given: Row, marks: dict[str, Mark] | None) -> Row:
    return {key: _cell(cell, marks, key) for key, cell in given.items()} if marks else given


@dataclass(slots=True)
class _Tally:
    """Counts one column's cells as they come; free text is only measured."""

    key: str
    name: str
    closed: bool = False
    filled: int = 0
    empty: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    values: Counter[str] | None = field(default_factory=Counter)
    numbers: Spread = field(default_factory=Spread)
    lengths: Spread = field(default_factory=Spread)

    def add_all(self, cells: Sequence[Cell]) -> None:
        """Count cells: equal ones together, which takes a fraction of the time for all but free text."""
        try:
            counted = Counter(zip(map(type, cells), cells, strict=True))  # 1 is not true
        except TypeError:  # lists and objects can't be told apart by their hash
            for cell in cells:
                self._add(cell, 1)
            return
        for (_, cell), rows in counted.items():
            self._add(cell, rows)

    def _add(self, cell: Cell, rows: int) -> None:
        if is_empty(cell):
            self.empty += rows
            return
        self.filled += rows
        if isinstance(cell, list):
            self.kinds["list"] += rows
            self._count(dict.fromkeys(map(cell_as_text, cell)), rows)
        elif is_number(cell):
            self.kinds["number"] += rows
            self.numbers.add(cell, rows)
        else:
            text = cell_as_text(cell)
            self.kinds["date" if _DATE.match(text) and not self.closed else type(cell).__name__] += rows
            self._count((text,), rows)
            if isinstance(cell, str):
                self.lengths.add(len(cell), rows)

    def _count(self, texts: Iterable[str], rows: int) -> None:
        if self.values is None:
            return
        for text in texts:
            if len(text) > _LONGEST_VALUE:
                self.values = None
                return
            self.values[text] += rows
        if len(self.values) > _MOST_DIFFERENT:
            self.values = None

    def result(self) -> Facet:
        only = next(iter(self.kinds)) if len(self.kinds) == 1 else None
        if only == "number":
            return self._facet("numbers", _bars(self.numbers, How.FROM), None)
        if only == "date" and self.values is not None:
            return self._facet("dates", _dates(self.values), len(self.values))
        if self.values is not None and (only in {"list", "bool"} or self.closed or self._repeats()):
            kind: Kind = "items" if only == "list" else "values"
            return self._facet(kind, _most_common(self.values, kind), len(self.values))
        if self.lengths.rows:
            return self._facet("lengths", _bars(self.lengths, How.CHARACTERS), None)
        return self._facet("empty", (), None)

    def _repeats(self) -> bool:
        """Whether values come again often enough to be told apart by them."""
        different = len(self.values or ())
        return 0 < different <= _MOST_TOLD_APART and self.filled >= different * (2 if different <= MOST_VALUES else 5)

    def _facet(self, kind: Kind, bars: Sequence[Bar], different: int | None) -> Facet:
        return Facet(self.key, self.name, kind, tuple(bars), self.filled, self.empty, different)


def _most_common(values: Counter[str], kind: Kind) -> list[Bar]:
    how = How.HAS if kind == "items" else How.IS
    common = sorted(values.items(), key=lambda item: (-item[1], item[0]))[:MOST_VALUES]
    return [Bar(value, rows, Choice(how, value)) for value, rows in common]


def _bars(spread: Spread, how: How) -> list[Bar]:
    return [
        Bar(range_words(low, high, whole=spread.whole), rows, Choice(how, low=low, high=high))
        for low, high, rows in spread.bins()
    ]


def _dates(values: Counter[str]) -> list[Bar]:
    """By day, month or year, whichever is the finest that fits."""
    for length in (10, 7, 4):
        found: Counter[str] = Counter()
        for value, rows in values.items():
            found[value[:length]] += rows
        if len(found) <= _MOST_DATES or length == 4:
            break
    return [Bar(start, rows, Choice(How.ON, start)) for start, rows in sorted(found.items())]
