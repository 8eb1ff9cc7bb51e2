"""The columns that a model is to compute, from flags and from a schema file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from cli.options import file_text
from engine.columns import Output
from engine.typed import outputs_from_json_schema, parse_output_flag
from handai_errors import SpecError


def declared_outputs(flags: Sequence[str], schema: Path | None) -> list[Output]:
    """The columns of a schema file, then those of the flags; raises SpecError."""
    outputs = [*(outputs_in(schema) if schema else ()), *(parse_output_flag(flag) for flag in flags)]
    names = [item.name for item in outputs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise SpecError(f"The column '{twice}' is declared twice.", "Give each column a name of its own.")
    return outputs


def outputs_in(path: Path) -> Sequence[Output]:
    """The columns in a schema file: Handai's own form has `columns` at its top, anything else is JSON Schema."""
    data = mapping_in(path, "schema")
    if "columns" not in data:
        return outputs_from_json_schema(data)
    try:
        return TypeAdapter(list[Output]).validate_python(data["columns"])
    except ValidationError as error:
        found = error.errors()[0]
        place = ".".join(str(part) for part in found["loc"])
        raise SpecError(f"{path}: columns.{place}: {found['msg']}.", "Mend it and start again.") from None


def mapping_in(path: Path, what: str) -> dict[str, Any]:
    """The mapping that a YAML or JSON file holds; raises SpecError."""
    import yaml  # most runs come from flags alone

    try:
        data = yaml.safe_load(file_text(path, what))
    except yaml.YAMLError as error:
        raise SpecError(f"{path} is neither valid YAML nor JSON: {error}", "Mend the line it names.") from None
    if not isinstance(data, dict):
        raise SpecError(f"{path} is empty or no mapping.", f"A {what} has keys and values.")
    return data
