"""Rows that hold nothing in all columns that the model sees: told before they are paid for."""

from dataclasses import dataclass
from functools import lru_cache

from engine import tables  # its heavy parts load when they are first used
from engine.conditions import Condition, Conditions, Operator
from engine.prompts import columns_sent
from engine.spec import Prompt
from engine.tables import Row
from engine.tables.cells import cell_as_text
from handai_db import DatasetRecord
from services.forms.transform_form import TransformForm
from services.tables.datasets import table_path

_CELLS = 200_000  # looked at in half a second at most
_MOST_CONDITIONS = 8  # more can't be read any more


@dataclass(frozen=True, slots=True)
class EmptyRows:
    """How many rows are empty, of those that were looked at from the first on, in these columns."""

    empty: int
    looked_at: int
    columns: tuple[str, ...]

    def without(self) -> Conditions | None:
        """The conditions that leave them out; None where it would take too many."""
        if not self.columns or len(self.columns) > _MOST_CONDITIONS:
            return None
        filled = tuple(Condition(column=name, operator=Operator.IS_NOT_EMPTY) for name in self.columns)
        return Conditions(join="any", conditions=filled)


def empty_rows(table: DatasetRecord, form: TransformForm) -> EmptyRows:
    """The rows of a table in which the model would see nothing; of a long table only the beginning is looked at."""
    there = [column.name for column in table.info.columns]
    shown = there if form.columns is None else form.columns
    seen = [name for prompt in _prompts(form) for name in columns_sent(prompt, shown)]
    names = tuple(name for name in dict.fromkeys(seen) if name in there)
    looked_at = min(table.info.rows, _CELLS // len(names)) if names else 0
    return EmptyRows(_count(table.id, names, looked_at), looked_at, names) if looked_at else EmptyRows(0, 0, names)


def _prompts(form: TransformForm) -> list[Prompt]:
    """What the model is told for each column: its own template, or the one of all."""
    own = [(output.prompt or "").strip() for output in form.declared]
    return [form.prompt.model_copy(update={"template": text}) if text else form.prompt for text in own or [""]]


@lru_cache(maxsize=64)
def _count(table_id: str, names: tuple[str, ...], rows: int) -> int:
    """A stored table never changes, so its rows are looked through once."""
    found = tables.read_rows(table_path(table_id), names, 0, rows)
    return sum(not any(_is_filled(row, name) for name in names) for row in found)


def _is_filled(row: Row, name: str) -> bool:
    return bool(cell_as_text(row.get(name)).strip())
