"""Rows of a run as tables for the screen: the answers, what the model saw, then the columns it did not see."""

from collections import Counter
from collections.abc import Iterable, Sequence

import orjson
import pandas as pd
from pandas.io.formats.style import Styler

from engine.prompts import columns_sent
from engine.results import RowStatus
from engine.schema.graph import exported_names
from engine.spec import GenerateInput, TransformInput
from engine.tables import Cell
from engine.tables.cells import cell_as_text
from handai_db import PENDING, MarkState, RunRecord
from pages.components import words
from services.results.inspect import TableRow

ROW, STATUS = "Row", "Status"
_LONGEST_CELL = 2_000
_INPUTS_WHILE_LIVE = 4
_CORRECTED = "background-color: rgba(245, 170, 40, 0.28)"  # readable below text of both themes
_WHENCE = {True: "from the preview", False: "asked before"}
_VERDICTS: dict[str | None, str] = {"marked": "marked", "dropped": "left out"}


def result_frame(rows: Sequence[TableRow], record: RunRecord) -> pd.DataFrame:
    """A page of the result with the row's number and status before it."""
    return _frame(rows, told_names(rows, record)) if rows else pd.DataFrame(columns=[ROW, STATUS])


def told_names(rows: Sequence[TableRow], record: RunRecord) -> list[str]:
    """The columns of a page of rows, in the order in which they are shown."""
    source = record.spec.input
    if isinstance(source, GenerateInput):
        return _known(rows, exported_names(source))
    seen, answers = seen_names(rows[0], record), list(rows[0].answers)
    rest = [name for name in rows[0].cells if name not in seen]
    return [*answers, *seen, *rest]


def with_corrections(frame: pd.DataFrame, rows: Sequence[TableRow]) -> pd.DataFrame | Styler:
    """The page with the cells tinted that a person corrected; their rows' status says so too."""
    corrected = {
        (place, name)
        for place, row in enumerate(rows)
        for name, mark in row.marks.items()
        if mark.state is MarkState.CORRECTED
    }
    if not corrected:
        return frame
    return tinted(frame, corrected)


def tinted(frame: pd.DataFrame, cells: Iterable[tuple[int, str]]) -> Styler:
    """The page with some cells, by place and column, in the colour of corrections."""
    tints = pd.DataFrame("", index=frame.index, columns=frame.columns)
    for place, name in cells:
        tints.loc[place, name] = _CORRECTED
    return frame.style.apply(lambda _: tints, axis=None)


def live_frame(rows: Sequence[TableRow], record: RunRecord) -> pd.DataFrame:
    """The newest rows: a few of the columns that the model saw, and its answers."""
    if not rows:
        return pd.DataFrame(columns=[ROW, STATUS])
    source = record.spec.input
    if isinstance(source, GenerateInput):
        made = [name for name in exported_names(source) if name not in rows[0].answers]
        return _frame(rows, [*rows[0].answers, *made[:_INPUTS_WHILE_LIVE]])
    return _frame(rows, [*rows[0].answers, *seen_names(rows[0], record)[:_INPUTS_WHILE_LIVE]])


def status_words(row: TableRow) -> str:
    """How a row stands; a failure by its reason."""
    words_on_it = _said_words(row)
    return _status_of(row) + (f" · {words_on_it}" if words_on_it else "")


def _said_words(row: TableRow) -> str:
    """What a person said of the row."""
    counts = Counter(str(mark.state) for mark in row.marks.values())
    said = [
        state if len(row.answers) == 1 else f"{count} {state}" for state, count in sorted(counts.items(), reverse=True)
    ]
    return ", ".join([*said, *(["set aside"] if row.aside else [])])


def _status_of(row: TableRow) -> str:
    found = row.result
    if found is None:
        return "✓ done" if row.status == RowStatus.DONE else "not run yet"
    if row.status != RowStatus.DONE:
        return "asking …" if row.status == PENDING else f"✗ {words.kind_title(found.kind)}"
    taken = found.cached and found.similar_to is None and not found.stale
    said_of = (("repaired", found.repaired), (_WHENCE[row.previewed], taken), ("stale: older settings", found.stale))
    marks = [word for word, said in said_of if said]
    marks += [] if found.similar_to is None else [f"answer of row {found.similar_to + 1:,}, {_alike(found.similarity)}"]
    marks += [_VERDICTS[found.verdict]] if found.verdict in _VERDICTS else []
    return "✓ done" + (f" ({', '.join(marks)})" if marks else "")


def _alike(similarity: float | None) -> str:
    """How much alike two rows are; what is not equal is never said to be."""
    if similarity is None:
        return "alike"
    return "equal" if similarity >= 1 else f"{int(similarity * 1000) / 10:g} % alike"


def shown_cell(cell: Cell) -> str | None:
    """A cell as text, cut where nobody reads on; an empty one stays empty."""
    if cell is None:
        return None
    text = orjson.dumps(cell, default=str).decode() if isinstance(cell, list | dict) else cell_as_text(cell)
    return text if len(text) <= _LONGEST_CELL else f"{text[:_LONGEST_CELL]}…"


def seen_names(row: TableRow, record: RunRecord) -> list[str]:
    """The columns that the model sees, in the table's order."""
    source = record.spec.input
    chosen = source.columns if isinstance(source, TransformInput) else None
    sent = columns_sent(record.spec.prompt, tuple(row.cells) if chosen is None else chosen)
    return [name for name in sent if name in row.cells]


def _frame(rows: Sequence[TableRow], names: Sequence[str]) -> pd.DataFrame:
    columns: dict[str, list[object]] = {free_name(ROW, names): [row.index + 1 for row in rows]}
    columns[free_name(STATUS, names)] = [status_words(row) for row in rows]
    for name in names:
        columns[name] = [shown_cell({**row.cells, **row.answers}.get(name)) for row in rows]
    return pd.DataFrame(columns)


def _known(rows: Sequence[TableRow], names: Sequence[str]) -> list[str]:
    """The columns of a generated table; while a row waits for the model, its answers may not be there yet."""
    known = {name for row in rows for name in (*row.cells, *row.answers)}
    return [name for name in names if name in known]


def free_name(name: str, taken: Sequence[str]) -> str:
    """A column's name that no other one has."""
    while name in taken:
        name = f"{name} "  # a table may have a column of this name
    return name
