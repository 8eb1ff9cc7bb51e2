"""Rows in the model's own words: a schema made of a description alone, for who doesn't want to build one."""

from collections.abc import Sequence
from typing import Literal

from engine.columns import ColumnType
from engine.schema.columns import ModelColumn, Schema
from engine.typed import parse_output_flag

TEXT_COLUMN = "text"
Variation = Literal["none", "low", "medium", "high", "maximum"]
_INSTRUCTIONS = (
    "You invent rows of a table. Each row stands alone, is as concrete as a real one, and differs from what comes to "
    "mind first. Real people, addresses and companies don't occur."
)


def free_form_schema(
    description: str,
    columns: Sequence[str] | None = None,
    rows: int = 100,
    rows_per_call: int = 1,
    seed: int = 0,
    variation: Variation = "high",
) -> Schema:
    """A schema whose columns a model writes together; a column is a name, or name:type as `--output` has it.

    Without columns each row is one text. Raises SpecError for a column that can't be.
    """
    said = description.strip().replace("{{", "{").replace("}}", "}")  # a description has no placeholders
    prompt = f"Write one row for this:\n{said}"
    return Schema(
        rows=rows,
        seed=seed,
        columns=tuple(_column(name, prompt) for name in columns or (TEXT_COLUMN,)),
        instructions=_INSTRUCTIONS,
        variation=variation,
        rows_per_call=rows_per_call,
        describe=description.strip(),
    )


def _column(declared: str, prompt: str) -> ModelColumn:
    output = parse_output_flag(declared)
    fields = output.model_dump(exclude={"prompt"})
    return ModelColumn.model_validate({**fields, "type": output.type or ColumnType.TEXT, "prompt": prompt})
