"""A model's proposal read as a schema or as columns: what can't be used is left out, and told in words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import json_repair
import yaml
from pydantic import ValidationError

from engine.columns import ColumnType, Output
from engine.schema.check import problems_of
from engine.schema.columns import Schema, SchemaColumn
from engine.schema.graph import column_names
from engine.schema.propose import COLUMNS_KEY, SCHEMA_KEY
from engine.schema.propose_loose import plain_column, with_placeholders
from engine.schema.words import pydantic_problems
from engine.tables.model import Cell
from engine.typed import check_output
from handai_errors import SpecError

_FENCE = re.compile(r"```[a-z]*\n(.*?)```", re.DOTALL)
_MOST_COLUMNS = 60
_AGAIN = "Describe the table in other words and try again, or build it yourself."


@dataclass(frozen=True, slots=True)
class Proposal:
    """A schema that a model proposed, and what of its answer was left out."""

    schema: Schema
    notes: tuple[str, ...] = ()


def schema_from_answer(value: Cell) -> Schema:
    """The schema in a model's answer; raises SpecError in plain words."""
    return proposal_from_answer(value).schema


def proposal_from_answer(value: Cell) -> Proposal:
    """The same with what was left out of it."""
    data = _mapping(value)
    notes: list[str] = []
    loose = [plain_column(item) for item in _items(data) if isinstance(item, Mapping)][:_MOST_COLUMNS]
    columns = [column for item in loose if (column := _column(item, notes)) is not None]
    columns = _mended(_shown(columns))
    said = data.get("instructions")
    schema = Schema(columns=tuple(columns), instructions=said if isinstance(said, str) else "")
    schema = _usable(schema, notes)
    if not schema.columns:
        raise SpecError(" ".join(("The answer holds no schema that can be used.", *notes[:3])), _AGAIN)
    return Proposal(schema, tuple(dict.fromkeys(notes)))


def outputs_from_answer(value: Cell) -> tuple[Output, ...]:
    """The columns that a model suggests; raises SpecError in plain words."""
    outputs: dict[str, Output] = {}
    for item in _items(_mapping(value)):
        output = _output(item) if isinstance(item, Mapping) else None
        if output is not None:
            outputs.setdefault(output.name.casefold(), output)
    if not outputs:
        raise SpecError("The answer suggests no column that can be used.", "Try again, or add the columns yourself.")
    return tuple(outputs.values())


def _mapping(value: Cell) -> dict[str, Any]:
    """The answer's object, whatever is wrapped around it."""
    if isinstance(value, str):
        value = _parsed(value)
    if isinstance(value, list):
        return {COLUMNS_KEY: value}
    if not isinstance(value, dict):
        raise SpecError("The answer holds no schema.", _AGAIN)
    inner = value.get(SCHEMA_KEY)
    return _mapping(inner) if COLUMNS_KEY not in value and isinstance(inner, dict | list | str) else value


def _parsed(text: str) -> Any:  # noqa: ANN401 any JSON
    fenced = _FENCE.search(text)
    inner = (fenced[1] if fenced else text).strip()
    if inner[:1] not in {"{", "["}:
        try:
            return yaml.safe_load(inner)
        except yaml.YAMLError:
            pass
    return json_repair.loads(inner)


def _items(data: Mapping[str, Any]) -> list[Any]:
    """The columns as a list; models also write a mapping from name to column."""
    found = data.get(COLUMNS_KEY)
    if isinstance(found, Mapping):
        return [{"name": name, **item} for name, item in found.items() if isinstance(item, Mapping)]
    return found if isinstance(found, list) else []


def _column(item: dict[str, Any], notes: list[str]) -> SchemaColumn | None:
    """The column, without keys that it can't have; None and a note when it can't be used."""
    name = str(item.get("name", "")).strip() or "without a name"
    data: dict[str, Any] = {COLUMNS_KEY: [{**item, "name": name}]}
    for _ in range(5):
        try:
            return Schema.model_validate(data).columns[0]
        except ValidationError as error:
            dropped = [key for key in (_drop(data, fault) for fault in error.errors()) if key]
            notes += [f"`{key}` of the column `{name}` was left out." for key in dropped]
            if not dropped:
                why = next((problem.cause for problem in pydantic_problems(error, data)), "its form is not a column's")
                break
    else:
        why = "it has too many unknown keys"
    notes.append(f"The column `{name}` was left out: {why.rstrip('.')}.")
    return None


def _drop(data: Any, fault: Mapping[str, Any]) -> str | None:  # noqa: ANN401 any JSON
    """Take a key out that its place doesn't have; its name, or None for any other fault."""
    if fault["type"] != "extra_forbidden":
        return None
    *way, key = fault["loc"]
    for step in way:  # a union's own steps are not in the data
        inner = data.get(step) if isinstance(data, dict) else data[step] if isinstance(step, int) else None
        data = inner if isinstance(inner, dict | list) else data
    return str(key) if isinstance(data, dict) and data.pop(key, None) is not None else None


def _shown(columns: Sequence[SchemaColumn]) -> list[SchemaColumn]:
    """The columns; where all are helpers, none is meant to be."""
    if any(column.export for column in columns):
        return list(columns)
    return [column.model_copy(update={"export": True}) for column in columns]


def _mended(columns: Sequence[SchemaColumn]) -> list[SchemaColumn]:
    """Prompts whose {name} is meant as {{ name }}."""
    names = [name for column in columns for name in column_names(column)]
    mended = []
    for column in columns:
        prompt = getattr(column, "prompt", None)
        changes = {"prompt": with_placeholders(prompt, names)} if isinstance(prompt, str) else {}
        mended.append(column.model_copy(update=changes) if changes else column)
    return mended


def _usable(schema: Schema, notes: list[str]) -> Schema:
    """The schema without the columns that would make it fail, and without those that need them."""
    while schema.columns:
        problems = [*problems_of(schema)]
        if not problems:
            return schema
        wrong = {
            problem.place[1]: problem.cause
            for problem in reversed(problems)
            if problem.place[:1] == (COLUMNS_KEY,) and len(problem.place) > 1
        }
        if not wrong:
            raise SpecError(problems[0].cause, problems[0].remedy)
        for place, cause in wrong.items():
            notes.append(f"The column `{schema.columns[int(place)].name}` was left out: {cause}")
        kept = tuple(column for place, column in enumerate(schema.columns) if place not in wrong)
        schema = schema.model_copy(update={"columns": kept})
    return schema


def _output(item: Mapping[str, Any]) -> Output | None:
    """One suggested column; plain text where its type doesn't hold."""
    name = " ".join(str(item.get("name", "")).split())[:200]
    if not name:
        return None
    column = plain_column({**item, "name": name, "prompt": "-"})
    fields = {key: value for key, value in column.items() if key in _FIELDS}
    described = str(item.get("description") or "")
    for candidate in (fields, {"type": ColumnType.TEXT}):
        try:
            output = Output.model_validate({**candidate, "name": name, "description": described})
            check_output(output)
        except (ValidationError, SpecError):
            continue
        return output
    return None


_FIELDS = frozenset({"type", "values", "minimum", "maximum", "items", "required"})
