"""Stub."""
from collections.abc import Sequence

from engine.columns import ColumnType, Output


def needs_json(outputs: Sequence[Output], json_mode: bool) -> bool:
    return json_mode or len(outputs) > 1 or any(o.type not in (None, ColumnType.TEXT) for o in outputs)
def instruction_for(outputs: Sequence[Output]) -> str:
    return "JSON " + ",".join(o.name for o in outputs)
def instruction_for_rows(outputs: Sequence[Output], n: int) -> str:
    return "JSON rows"
def json_schema_of(outputs: Sequence[Output]) -> dict[str, object]:
    return {}
def json_schema_of_rows(outputs: Sequence[Output], n: int) -> dict[str, object]:
    return {}
