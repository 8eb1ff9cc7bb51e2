"""The columns that a model fills: their types and what an answer must keep to."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from engine.declared import Declared

Name = Annotated[str, Field(min_length=1, max_length=200)]


class ColumnType(StrEnum):
    """What a cell of a typed column holds; a date is ISO text (YYYY-MM-DD) wherever it is stored."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CATEGORY = "category"
    DATE = "date"
    LIST = "list"
    OBJECT = "object"


class Output(Declared):
    """One column that a model fills.

    Without a type it takes the answer's text, or in JSON mode the value as it comes. `values` are the allowed
    categories. `minimum` and `maximum` bound numbers, `min_length` and `max_length` texts and lists. `items` is the
    type of a list's items. `json_schema` describes an object. `prompt` is a template of its own; columns without one
    share the run's prompt, and columns with the same prompt share a call. A column that is not required may be empty.
    """

    name: Name
    type: ColumnType | None = None
    description: str = ""
    required: bool = True
    values: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    min_length: Annotated[int, Field(ge=0)] | None = None
    max_length: Annotated[int, Field(ge=1)] | None = None
    pattern: str | None = None
    items: ColumnType | None = None
    json_schema: dict[str, Any] | None = None
    prompt: str | None = None
