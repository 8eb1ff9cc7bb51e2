"""The JSON Schema that goes with a request, and how large it can be."""

import json
from collections.abc import Sequence
from typing import Any

from engine.bounded_schema import with_bounds
from engine.columns import Output
from engine.typed import json_schema_of, json_schema_of_rows
from providers.base import AnswerForm


def asked_schema(outputs: Sequence[Output], rows: int, form: AnswerForm) -> dict[str, Any]:
    """The schema of an answer about so many rows, in one of SCHEMA_FORMS."""
    schema = json_schema_of(outputs) if rows == 1 else json_schema_of_rows(outputs, rows)
    return with_bounds(schema, outputs, rows) if form is AnswerForm.BOUNDED_SCHEMA else schema


def largest_schema(outputs: Sequence[Output], rows: int) -> int:
    """An upper bound of the tokens of that schema in any form: no tokenizer makes more tokens than characters."""
    return len(json.dumps(asked_schema(outputs, rows, AnswerForm.BOUNDED_SCHEMA)))
