"""What a person sets on the Generate page, keys excepted: a schema under way, to a RunSpec and back."""

import orjson
from pydantic import SecretStr

from engine.schema.check import problems_of
from engine.schema.columns import JudgeColumn, ModelColumn, Schema
from engine.schema.graph import base_columns, column_names
from engine.schema.problems import as_error
from engine.schema.variation import without_variation
from engine.spec import NO_MODEL, GenerateInput, RunSpec
from engine.tables import Row
from handai_errors import HandaiError, InputError, SpecError
from services.forms.model_form import ModelForm, Readiness, key_problems, model_changes, model_part, remembered
from services.preferences import Preferences
from services.running.checks import check
from services.tables.run_tables import sampler_of

NO_COLUMNS = Schema(columns=())


class GenerateForm(ModelForm):
    """The page's settings as they stand, right or wrong; `begun` once there is a schema to work on.

    `described` and `described_rows` are what a model is asked to propose a schema for.
    """

    begun: bool = False
    draft: Schema = NO_COLUMNS
    described: str = ""
    described_rows: int = 100

    @property
    def needs_model(self) -> bool:
        """Whether any column is written or judged by a model."""
        return any(isinstance(column, ModelColumn | JudgeColumn) for column in self.draft.columns)


def from_preferences(saved: Preferences) -> GenerateForm:
    """A fresh form with what the person set last time."""
    return GenerateForm.model_validate({**remembered(saved), "json_mode": False})


def with_schema(form: GenerateForm, schema: Schema) -> GenerateForm:
    """The form at work on a schema."""
    plain = Schema.model_validate(schema.model_dump(include=set(Schema.model_fields)))
    return form.model_copy(update={"draft": without_variation(plain), "begun": True})


def from_spec(spec: RunSpec, base: GenerateForm) -> GenerateForm:
    """The form that would make `spec` again; what a spec doesn't say stays as in `base`."""
    source = spec.input
    if not isinstance(source, GenerateInput):
        raise SpecError("This run worked on a table.", "Its settings can't fill the Generate page.")
    asks = spec.model.provider != NO_MODEL.provider
    changes = {**model_changes(spec, base), "json_mode": False} if asks else {}
    return with_schema(base.model_copy(update=changes), source)


def to_spec(form: GenerateForm, rows: int | None = None) -> RunSpec:
    """The run that the form asks for; raises SpecError."""
    source = form.draft.model_dump()
    if rows is not None:
        source["rows"] = rows
    rest = model_part(form) if form.needs_model else {}
    return RunSpec.checked({"input": {"kind": "generate", **source}, **rest})


def schema_problems(schema: Schema) -> tuple[InputError, ...]:
    """What has to be mended in the schema, each thing on its own."""
    return tuple(as_error([problem]) for problem in problems_of(schema))


def readiness(form: GenerateForm, typed_key: SecretStr | None) -> Readiness:
    """Whether the form can run: its plan, or every problem that can be seen at once."""
    problems = [*schema_problems(form.draft)]
    plan = None
    if not problems:
        try:
            plan = check(to_spec(form))
        except InputError as error:
            problems.append(error)
    if form.needs_model:
        problems += key_problems(form.provider, typed_key)
    return Readiness(plan, tuple(problems))


def sample_rows(schema: Schema, count: int) -> list[Row]:
    """The first rows as far as no model is needed: exactly those that a run would draw. Raises HandaiError."""
    problems = problems_of(schema)
    if problems:
        raise as_error(problems)
    if not base_columns(schema):
        return []
    sampler = sampler_of(schema)
    drawn = [sampler.row(index, 0) for index in range(min(count, schema.rows))]
    shown = [name for column in schema.columns if column.export for name in column_names(column)]
    return [{name: row[name] for name in shown if name in row} for row in drawn]


def sample_or_why(schema: Schema, count: int) -> tuple[list[Row], HandaiError | None]:
    """The same for a page: the rows, or why there are none."""
    try:
        return sample_rows(schema, count), None
    except HandaiError as error:
        return [], error


def asked(spec: RunSpec) -> bytes:
    """Equal for specs that make the same rows of the same columns, however many or how fast."""
    return orjson.dumps((spec.input.model_dump(mode="json", exclude={"rows"}), spec.model.model_dump()))


def asked_now(form: GenerateForm) -> bytes | None:
    """What the form would ask for as it stands; None while it can't run."""
    try:
        return asked(check(to_spec(form)).spec)
    except InputError:
        return None
