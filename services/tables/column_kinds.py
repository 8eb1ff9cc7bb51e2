"""The kinds of column that a person can add to a schema, and texts of a form as values and back."""

import itertools
from collections.abc import Iterable
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from engine.schema.columns import (
    CategoryColumn,
    Choices,
    ExpressionColumn,
    JudgeColumn,
    ModelColumn,
    Schema,
    SchemaColumn,
)
from engine.schema.graph import column_names
from engine.tables.model import Cell

_COLUMN: TypeAdapter[SchemaColumn] = TypeAdapter(SchemaColumn)
_BLANK: dict[str, dict[str, Any]] = {
    "category": {"name": "category", "values": ["first", "second", "third"]},
    "subcategory": {"name": "subcategory", "of": "category", "values": {}},
    "uniform": {"name": "number", "low": 0, "high": 100, "decimals": 0},
    "normal": {"name": "amount", "mean": 50, "sd": 10, "decimals": 1},
    "poisson": {"name": "count", "mean": 3},
    "bernoulli": {"name": "yes", "p": 0.5},
    "date": {"name": "date", "start": date(2025, 1, 1), "end": date(2025, 12, 31)},
    "sequence": {"name": "number", "start": 1, "step": 1},
    "id": {"name": "id", "pattern": "ID-{0001}"},
    "uuid": {"name": "uuid"},
    "faker": {"name": "name", "kind": "name"},
    "person": {"name": "person"},
    "table": {"name": "value", "column": ""},
    "constant": {"name": "constant", "value": "text"},
    "expression": {"name": "computed", "expression": ""},
    "prompt": {"name": "text", "type": "text", "prompt": ""},
    "judge": {"name": "quality", "judge": {"criteria": ""}},
}
KINDS = tuple(_BLANK)


def kind_of(column: SchemaColumn) -> str:
    """The kind of a column, as `KINDS` has it."""
    if isinstance(column, ExpressionColumn):
        return "expression"
    if isinstance(column, ModelColumn):
        return "prompt"
    return "judge" if isinstance(column, JudgeColumn) else column.sampler


def blank_column(kind: str, schema: Schema) -> SchemaColumn:
    """A new column of a kind with values that make sense, under a name that is free."""
    data = dict(_BLANK[kind])
    data["name"] = free_plain_name(data["name"], taken_names(schema))
    if kind == "subcategory":
        parent = next((column for column in schema.columns if isinstance(column, CategoryColumn)), None)
        if parent is not None:
            data |= {"of": parent.name, "values": {value: ["one", "two"] for value in parent.values}}
    if kind not in {"expression", "prompt", "judge"}:
        data["sampler"] = kind
    return column_from(data)


def free_plain_name(wanted: str, taken: Iterable[str]) -> str:
    """`wanted`, or the first of `wanted_2`, `wanted_3` … that is free: a name that expressions can use as it is."""
    folded = {name.casefold() for name in taken}
    others = (f"{wanted}_{number}" for number in itertools.count(2))
    return next(name for name in itertools.chain((wanted,), others) if name.casefold() not in folded)


def column_from(data: dict[str, Any]) -> SchemaColumn:
    """The column in plain data; raises pydantic's ValidationError."""
    return _COLUMN.validate_python(data)


def changed(column: SchemaColumn, **changes: Any) -> SchemaColumn:  # noqa: ANN401 fields of every type
    """The column with other fields, validated; raises pydantic's ValidationError."""
    return column_from({**column.model_dump(by_alias=True), **changes})


def names_of(schema: Schema, *, without: SchemaColumn | None = None) -> tuple[str, ...]:
    """The names of a schema's columns as prompts and expressions may name them."""
    return tuple(name for column in schema.columns if column is not without for name in column_names(column))


def taken_names(schema: Schema) -> tuple[str, ...]:
    """The names that a new column can't have: those in the table, and those that a person's fields are made of."""
    return (*names_of(schema), *(column.name for column in schema.columns))


def choices_text(values: Choices, *, weighted: bool) -> str:
    """One value a line, with its weight after a colon if wanted."""
    if isinstance(values, dict):
        return "\n".join(f"{value}: {weight:.12g}" if weighted else value for value, weight in values.items())
    return "\n".join(f"{value}: 1" if weighted else value for value in values)


def choices_from(text: str, *, weighted: bool) -> Choices:
    """The values in such lines; a line without a weight has the weight 1."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return dict(_weighed(line) for line in lines) if weighted else tuple(lines)


def _weighed(line: str) -> tuple[str, float]:
    value, colon, weight = line.rpartition(":")
    try:
        number = float(weight.strip().removesuffix("%"))
    except ValueError:
        return line, 1.0
    usable = colon and value.strip() and 0 <= number < float("inf")
    return (value.strip(), number) if usable else (line, 1.0)


def lines_of(text: str) -> tuple[str, ...]:
    """The lines of a text that say something, each once."""
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def cell_from(text: str, before: Cell = None) -> Cell:
    """What a person means by a value: a number, true or false, nothing, else the text; what is not changed stays."""
    if text == cell_as_text(before):
        return before
    plain = text.strip()
    if not plain:
        return None
    if plain.casefold() in {"true", "false"}:
        return plain.casefold() == "true"
    for kind in (int, float):
        try:
            return kind(plain) if "_" not in plain and plain.casefold() not in {"nan", "inf", "-inf"} else text
        except ValueError:
            continue
    return text


def cell_as_text(value: Cell) -> str:
    """The same the other way round, for a text field."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
