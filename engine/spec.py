"""The RunSpec: all that decides what a run does, without secrets; the same object everywhere."""

from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, field_validator

from engine.backoff import DEFAULT_BACKOFF, Backoff
from engine.columns import Output
from engine.conditions import Conditions
from engine.declared import Declared
from engine.examples import Example
from engine.routing import Routing
from engine.schema.columns import Schema
from engine.tables.model import ParseOptions
from handai_errors import SpecError

DEFAULT_OUTPUT = "output"
DEFAULT_MAX_ATTEMPTS = 4
DEFAULT_TIMEOUT_S = 120.0
MAX_CONCURRENCY = 1000


class TransformInput(Declared):
    """Rows of an uploaded dataset; `columns` None shows the model every column.

    `dataset` is the id of a stored dataset; `file` and `parse` let the spec be run again on another machine.
    `rows` are the only rows to ask, counted from 0 and in order; of them only those that `only_where` holds for are
    asked, and of these the first `limit`.
    """

    kind: Literal["transform"] = "transform"
    dataset: str | None = None
    file: str | None = None
    parse: ParseOptions = ParseOptions()
    columns: tuple[str, ...] | None = None
    rows: Annotated[tuple[Annotated[int, Field(ge=0)], ...], Field(min_length=1)] | None = None
    only_where: Conditions | None = None
    limit: Annotated[int, Field(ge=1)] | None = None

    @field_validator("rows")
    @classmethod
    def _in_order(cls, rows: tuple[int, ...] | None) -> tuple[int, ...] | None:
        if rows is not None and any(later <= earlier for earlier, later in pairwise(rows)):
            raise ValueError("the rows must be in order, each one once")
        return rows

    @property
    def leaves_out(self) -> bool:
        """Whether rows of the table may be left out in between; they stay in its file as they are."""
        return self.rows is not None or self.only_where is not None


class GenerateInput(Schema):
    """Rows drawn from a schema."""

    kind: Literal["generate"] = "generate"


class Prompt(Declared):
    """What the model is told: instructions, and a template with `{{ column }}` or the selected columns as JSON."""

    instructions: str = ""
    template: str | None = None


class ModelSettings(Declared):
    """Which model answers, and how; None leaves a setting to the provider.

    `fallbacks` are asked when `model` fails, in order: `provider:model`, or a model of the same provider. `routing`
    is for aggregators: whom they ask.
    """

    provider: str
    model: Annotated[str, Field(min_length=1)]
    base_url: str | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    json_mode: bool = False
    seed: int | None = None
    fallbacks: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    routing: Routing | None = None


NO_MODEL = ModelSettings(provider="none", model="none")  # of a generated table that no model writes in


class Limits(Declared):
    """How fast, how often and how expensively a run may ask.

    `cache` takes the answer to an equal request that was paid for before, and keeps this run's for later ones.
    `spacing_s` are at least so many seconds from one request to the next; with `daily_requests` the run pauses until
    the next day when it has sent so many.
    `similar` lets a row of a table take the answer of an earlier row whose text is at least so alike; 1 is equal.
    """

    concurrency: Literal["auto"] | Annotated[int, Field(ge=1, le=MAX_CONCURRENCY)] = "auto"
    rpm: Annotated[int, Field(ge=1)] | None = None
    spacing_s: Annotated[float, Field(gt=0, le=86_400)] | None = None
    daily_requests: Annotated[int, Field(ge=1)] | None = None
    max_attempts: Annotated[int, Field(ge=1, le=20)] = DEFAULT_MAX_ATTEMPTS
    timeout_s: Annotated[float, Field(gt=0, le=3600)] = DEFAULT_TIMEOUT_S
    backoff: Backoff = DEFAULT_BACKOFF
    max_cost_usd: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    cache: bool = True
    similar: Annotated[float, Field(ge=0.8, le=1)] | None = None


class RunSpec(Declared):
    """One run, declared: input, prompt, outputs, examples that are shown with each row, model and limits."""

    version: Literal[1] = 1
    input: Annotated[TransformInput | GenerateInput, Field(discriminator="kind")]
    prompt: Prompt = Prompt()
    outputs: tuple[Output, ...] = ()
    examples: tuple[Example, ...] = ()
    model: ModelSettings = NO_MODEL
    limits: Limits = Limits()

    def to_yaml(self) -> str:
        """The spec as a YAML document that `from_yaml` reads back equal."""
        from engine.spec_file import as_yaml  # a run's first request waits for what is imported before it

        return as_yaml(self.model_dump(mode="json"))

    @classmethod
    def from_yaml(cls, text: str) -> Self:
        """The spec in a YAML document; raises SpecError with every problem named by its place."""
        from engine.spec_file import mapping_in

        return cls.checked(mapping_in(text))

    @classmethod
    def checked(cls, data: dict[str, Any]) -> Self:
        """The spec in plain data; raises SpecError in plain words."""
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise SpecError(_problems(error), "Mend these settings and start again.") from None


def _problems(error: ValidationError) -> str:
    found = [f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors()]
    return "These settings can't be used: " + "; ".join(found) + "."
