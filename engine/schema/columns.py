"""The columns of a generated table: sampled, computed, written by a model, or judged by one."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from engine.columns import Name, Output
from engine.declared import Declared
from engine.tables.model import Cell

Weights = dict[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]]
Choices = Weights | tuple[str, ...]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Decimals = Annotated[int, Field(ge=0, le=12)]
ID_NUMBER = re.compile(r"\{(\d{1,18})\}")  # in an id's pattern: where it counts, from which number


def _day(value: Any) -> Any:  # noqa: ANN401 anything that a file may hold
    """Text that is a date alone as that date: read as a date with time, a spec would change on its way through JSON."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == len("2025-01-31") else value
    except ValueError:
        return value


Moment = Annotated[datetime | date, BeforeValidator(_day)]


class Case(Declared):
    """Where the expression `if` is true, the column is `value` instead; the first that is true counts."""

    condition: str = Field(alias="if")
    value: Cell = None


class _Sampled(Declared):
    """What every sampled column has; `export` False makes it a helper that other columns may name."""

    name: Name
    when: tuple[Case, ...] = ()
    export: bool = True
    description: str = ""


class CategoryColumn(_Sampled):
    """One of `values`: a list of equal chances, or a mapping from value to weight."""

    sampler: Literal["category"]
    values: Choices


class SubcategoryColumn(_Sampled):
    """One of the values that belong to what column `of` holds in the same row."""

    sampler: Literal["subcategory"]
    of: Name
    values: dict[str, Choices]


class UniformColumn(_Sampled):
    """A number from `low` to `high`, each equally likely; 0 decimals make it an integer, `high` included."""

    sampler: Literal["uniform"]
    low: Finite
    high: Finite
    decimals: Decimals | None = None


class NormalColumn(_Sampled):
    """A number around `mean` with standard deviation `sd`, cut off at `minimum` and `maximum`."""

    sampler: Literal["normal"]
    mean: Finite
    sd: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    minimum: Finite | None = None
    maximum: Finite | None = None
    decimals: Decimals | None = None


class PoissonColumn(_Sampled):
    """A count with this mean."""

    sampler: Literal["poisson"]
    mean: Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)]


class BernoulliColumn(_Sampled):
    """True with probability `p`, else false."""

    sampler: Literal["bernoulli"]
    p: Annotated[float, Field(ge=0, le=1)]


class DateColumn(_Sampled):
    """A date from `start` to `end`, both included; a date with time when both have one."""

    sampler: Literal["date"]
    start: Moment
    end: Moment


class SequenceColumn(_Sampled):
    """start, start + step, start + 2 step … by row."""

    sampler: Literal["sequence"]
    start: int = 1
    step: int = 1


class IdColumn(_Sampled):
    """A pattern in which `{0001}` counts rows from that number with that many digits."""

    sampler: Literal["id"]
    pattern: str


class UuidColumn(_Sampled):
    """A random UUID (version 4), the same for the same seed."""

    sampler: Literal["uuid"]


class FakerColumn(_Sampled):
    """What Faker's provider `kind` makes for `locale`: name, city, company, iban and so on."""

    sampler: Literal["faker"]
    kind: str
    locale: str = "en_US"


class PersonColumn(_Sampled):
    """One invented person a row whose fields fit each other; each field is a column `<name>_<field>`."""

    sampler: Literal["person"]
    locale: str = "en_US"
    fields: tuple[str, ...] = ("first_name", "last_name", "gender", "age", "email", "city")
    min_age: Annotated[int, Field(ge=0, le=120)] = 18
    max_age: Annotated[int, Field(ge=0, le=120)] = 85


class TableColumn(_Sampled):
    """A cell of `column` of a table, by chance or row by row: the stored `dataset`, or `file` beside the schema."""

    sampler: Literal["table"]
    column: str
    dataset: str | None = None
    file: str | None = None
    order: Literal["random", "sequence"] = "random"


class ConstantColumn(_Sampled):
    """The same value in every row."""

    sampler: Literal["constant"]
    value: Cell


class ExpressionColumn(Declared):
    """What a safe expression over other columns of the row gives."""

    name: Name
    expression: str
    export: bool = True
    description: str = ""


class ModelColumn(Output):
    """A column that the model writes; its prompt may name columns as `{{ column }}`.

    `instructions` are the system message of its call; those of the schema hold where it has none.
    """

    prompt: str
    instructions: str = ""
    export: bool = True


class Rubric(Declared):
    """What a judge scores: `columns` (all without it) against `criteria`, from `minimum` to `maximum`."""

    criteria: str
    columns: tuple[str, ...] = ()
    minimum: int = 1
    maximum: int = 5


class JudgeColumn(Declared):
    """A model's typed score of other columns; the column `<name>_reason` says why."""

    name: Name
    judge: Rubric
    export: bool = True
    description: str = ""


SamplerColumn = Annotated[
    CategoryColumn
    | SubcategoryColumn
    | UniformColumn
    | NormalColumn
    | PoissonColumn
    | BernoulliColumn
    | DateColumn
    | SequenceColumn
    | IdColumn
    | UuidColumn
    | FakerColumn
    | PersonColumn
    | TableColumn
    | ConstantColumn,
    Field(discriminator="sampler"),
]


def _form(value: object) -> str:
    known = value.keys() if isinstance(value, dict) else type(value).model_fields if isinstance(value, Declared) else ()
    return next((key for key in ("sampler", "expression", "judge") if key in known), "prompt")


SchemaColumn = Annotated[
    Annotated[SamplerColumn, Tag("sampler")]
    | Annotated[ExpressionColumn, Tag("expression")]
    | Annotated[JudgeColumn, Tag("judge")]
    | Annotated[ModelColumn, Tag("prompt")],
    Discriminator(_form),
]


class Check(Declared):
    """What a row must keep to, and what happens to one that doesn't.

    One column's value is held against range, length, pattern, allowed values or JSON Schema; `rule` is an expression
    over all columns. `on_fail`: `drop` leaves the row out of the exported table, `mark` keeps it and says so in the
    column `check`, `redraw` draws it again and marks it if that doesn't help.
    """

    column: str | None = None
    rule: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    min_length: Annotated[int, Field(ge=0)] | None = None
    max_length: Annotated[int, Field(ge=0)] | None = None
    pattern: str | None = None
    values: tuple[str, ...] = ()
    json_schema: dict[str, Any] | None = None
    on_fail: Literal["drop", "mark", "redraw"] = "mark"


class Duplicates(Declared):
    """Which rows repeat others, and how often one is drawn again.

    Texts of `columns` (the model's own text columns without it) are compared: equal ones, and those at least `near`
    alike (0 to 1; None refuses only equal ones). After `redraws` the row fails. When of the last 50 rows more than
    `stop_share` were refused, the run pauses.
    """

    columns: tuple[str, ...] = ()
    near: Annotated[float, Field(ge=0.5, le=1)] | None = 0.9
    redraws: Annotated[int, Field(ge=0, le=20)] = 3
    stop_share: Annotated[float, Field(gt=0, le=1)] = 0.5


class Schema(Declared):
    """A generated table: the object that the app edits, the schema file holds and a run executes.

    `variation` adds sampled attributes of style to what the model is told and sets its temperature; `rows_per_call`
    asks for several rows at once. `instructions` are the system message of every model column.
    """

    rows: Annotated[int, Field(ge=1, le=10_000_000)] = 100
    seed: int = 0
    columns: tuple[SchemaColumn, ...]
    instructions: str = ""
    checks: tuple[Check, ...] = ()
    duplicates: Duplicates | Literal[False] = Duplicates()
    variation: Literal["none", "low", "medium", "high", "maximum"] = "none"
    rows_per_call: Annotated[int, Field(ge=1, le=50)] = 1
    describe: str = ""
