"""The names of computed columns: never an input column's, never each other's."""

from collections.abc import Collection, Iterable, KeysView

from engine.columns import Output
from engine.schema.columns import ModelColumn, Schema
from engine.schema.graph import base_columns, column_names, model_columns
from engine.spec import DEFAULT_OUTPUT, GenerateInput, RunSpec


def free_name(wanted: str, taken: Collection[str]) -> str:
    """`wanted`, or the first of `wanted (2)`, `wanted (3)` … that is free; letter case does not tell names apart."""
    folded = {name.casefold() for name in taken}
    name, number = wanted, 1
    while name.casefold() in folded:
        number += 1
        name = f"{wanted} ({number})"
    return name


class OutputColumns:
    """Which key of an answer goes to which column, in order of first appearance."""

    def __init__(self, input_columns: Iterable[str], known: Iterable[tuple[str, str]] = ()) -> None:
        self._taken = list(input_columns)
        self._names: dict[str, str] = {}
        for key, name in known:
            self._names[key] = name
            self._taken.append(name)

    def name_for(self, key: str) -> str:
        """The column of `key`, made on first sight."""
        if key not in self._names:
            name = free_name(key.strip() or DEFAULT_OUTPUT, self._taken)
            self._names[key] = name
            self._taken.append(name)
        return self._names[key]

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """(key, column) in order."""
        return tuple(self._names.items())

    @property
    def named(self) -> KeysView[str]:
        """The keys that have a column so far; a view, which grows."""
        return self._names.keys()


def declared_outputs(spec: RunSpec) -> tuple[Output, ...]:
    """The columns known before the run: the declared ones, or one text column; none when JSON keys decide."""
    if isinstance(spec.input, GenerateInput):
        return tuple(column for column in model_columns(spec.input) if isinstance(column, ModelColumn))
    if spec.outputs or spec.model.json_mode:
        return spec.outputs
    return (Output(name=DEFAULT_OUTPUT),)


def planned_columns(spec: RunSpec, input_columns: Iterable[str]) -> OutputColumns:
    """The output columns as a run will begin with them."""
    if isinstance(spec.input, GenerateInput):
        return OutputColumns(input_columns, [(name, name) for name in filled_names(spec.input)])
    columns = OutputColumns(input_columns)
    for output in declared_outputs(spec):
        columns.name_for(output.name)
    return columns


def filled_names(schema: Schema) -> tuple[str, ...]:
    """The columns of a generated table that wait for a model, as declared."""
    drawn = drawn_names(schema)
    return tuple(name for column in schema.columns for name in column_names(column) if name not in drawn)


def drawn_names(schema: Schema) -> tuple[str, ...]:
    """The columns of a generated table that are there before a model is asked."""
    return tuple(name for column in base_columns(schema) for name in column_names(column))
