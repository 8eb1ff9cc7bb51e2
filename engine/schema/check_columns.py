"""What can be wrong with one column on its own, sampler by sampler."""

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from engine.nearest import nearest
from engine.placeholders import cell_text
from engine.schema import columns as c
from engine.schema.check_values import (
    expression_problems,
    range_problems,
    repeated_values,
    span_problems,
)
from engine.schema.fakers import kinds, locales, unmakeable
from engine.schema.graph import column_names
from engine.schema.problems import MAX_TOLD, Place, Problem
from engine.tables.model import Cell
from engine.typed import check_output
from handai_errors import SpecError

MAX_SEQUENCE = 2**63 - 1
PERSON_FIELDS = (
    "first_name", "last_name", "name", "gender", "age", "birth_date", "email", "phone", "street", "city", "postcode",
    "country", "job", "company", "user_name",
)  # fmt: skip


def column_problems(here: Place, column: c.SchemaColumn, schema: c.Schema) -> Iterator[Problem]:
    """What is wrong with one column, besides the names it reads."""
    who = f"The column `{column.name}`"
    if isinstance(column, c.ExpressionColumn):
        yield from expression_problems((*here, "expression"), who, column.expression)
    elif isinstance(column, c.ModelColumn):
        yield from _model(here, who, column)
    elif isinstance(column, c.JudgeColumn):
        yield from _judge(here, who, column.judge)
    else:
        for number, case in enumerate(column.when):
            yield from expression_problems((*here, "when", number), who, case.condition)
            yield from _finite((*here, "when", number), who, case.value)
        yield from _sampled(here, who, column, schema)


def _sampled(here: Place, who: str, column: c.SamplerColumn, schema: c.Schema) -> Iterator[Problem]:
    if isinstance(column, c.SubcategoryColumn):
        yield from _subcategory(here, who, column, schema)
    elif isinstance(column, c.SequenceColumn):
        last = column.start + column.step * (schema.rows - 1)
        if max(abs(column.start), abs(last)) > MAX_SEQUENCE:
            yield Problem(here, f"{who} counts past the largest whole number.", "Use a smaller start or step.")
    elif isinstance(column, c.ConstantColumn):
        yield from _finite((*here, "value"), who, column.value)
    elif type(column) in _ALONE:
        yield from _ALONE[type(column)](here, who, column)


def _finite(place: Place, who: str, value: Cell) -> Iterator[Problem]:
    if isinstance(value, float) and not math.isfinite(value):
        yield Problem(place, f"{who} has a value that is no finite number.", "Leave it empty (null) instead.")


def _choices(place: Place, who: str, values: c.Choices) -> Iterator[Problem]:
    if not values:
        yield Problem(place, f"{who} has no values.", "List at least one, such as values: [warm, dry].")
    elif isinstance(values, Mapping) and not any(values.values()):
        yield Problem(place, f"{who} gives every value the weight 0.", "At least one weight must be above 0.")
    elif isinstance(values, Mapping) and not math.isfinite(sum(values.values())):
        yield Problem(place, f"{who} has weights that are too large.", "Weights such as 0.6 or 60 will do.")
    elif not isinstance(values, Mapping):
        yield from repeated_values(place, who, values)


def _category(here: Place, who: str, column: c.CategoryColumn) -> Iterator[Problem]:
    yield from _choices((*here, "values"), who, column.values)


def _subcategory(here: Place, who: str, column: c.SubcategoryColumn, schema: c.Schema) -> Iterator[Problem]:
    place = (*here, "values")
    if not column.values:
        yield Problem(place, f"{who} has no values.", f"List them for each value of `{column.of}`.")
        return
    for key, choices in column.values.items():
        yield from _choices((*place, key), f"{who}, for `{key}`,", choices)
    parent = next((other for other in schema.columns if column.of in column_names(other)), None)
    possible = _possible(parent)
    if possible is None:
        return
    missing = [value for value in possible if value not in column.values]
    if missing:
        told = ", ".join(f"`{value}`" for value in missing[:5]) + (" …" if len(missing) > 5 else "")
        yield Problem(place, f"{who} has no values for {told} of `{column.of}`.", "Add an entry for each.")
    known = set(possible)
    for key in [key for key in column.values if key not in known][:MAX_TOLD]:
        cause = f"{who} has values for `{key}`, which `{column.of}` never is."
        yield Problem((*place, key), cause, nearest(key, possible, noun="values"))


def _possible(column: c.SchemaColumn | None) -> list[str] | None:
    """The texts that a column can hold; None if that isn't known beforehand."""
    if isinstance(column, c.CategoryColumn):
        found = _likely(column.values)
    elif isinstance(column, c.SubcategoryColumn):
        found = [value for choices in column.values.values() for value in _likely(choices)]
    elif isinstance(column, c.BernoulliColumn):
        found = ["true", "false"]
    elif isinstance(column, c.ConstantColumn):
        found = [cell_text(column.value)]
    else:
        return None
    return list(dict.fromkeys((*found, *(cell_text(case.value) for case in column.when if case.value is not None))))


def _likely(choices: c.Choices) -> list[str]:
    return [value for value, weight in choices.items() if weight] if isinstance(choices, dict) else list(choices)


def _uniform(here: Place, who: str, column: c.UniformColumn) -> Iterator[Problem]:
    wrong = [*range_problems(here, who, "low", column.low, "high", column.high)]
    yield from wrong
    if not wrong and not math.isfinite(column.high - column.low):
        yield Problem(here, f"{who} has a range that is too wide.", "Bring low and high closer together.")
    elif not wrong and column.decimals is not None:
        yield from _reachable(here, who, column.low, column.high, column.decimals)


def _normal(here: Place, who: str, column: c.NormalColumn) -> Iterator[Problem]:
    yield from range_problems(here, who, "minimum", column.minimum, "maximum", column.maximum)
    low, high = column.minimum, column.maximum
    if low is not None and high is not None and low <= high and column.decimals is not None:
        yield from _reachable(here, who, low, high, column.decimals)


def _reachable(here: Place, who: str, low: float, high: float, decimals: int) -> Iterator[Problem]:
    scale = 10.0**decimals
    if abs(low) * scale < 2**53 and math.ceil(low * scale - 1e-9) > math.floor(high * scale + 1e-9):
        yield Problem(
            (*here, "decimals"),
            f"{who} has no number with {decimals} decimals from {low:g} to {high:g}.",
            "Give it more decimals or a wider range.",
        )


def _date(here: Place, who: str, column: c.DateColumn) -> Iterator[Problem]:
    start, end = column.start, column.end
    if isinstance(start, datetime) != isinstance(end, datetime):
        yield Problem(here, f"{who} has a date with a time and one without.", "Write both alike: 2026-01-31.")
    elif isinstance(start, datetime) and isinstance(end, datetime) and bool(start.tzinfo) != bool(end.tzinfo):
        yield Problem(here, f"{who} has a time zone at one end only.", "Write both alike.")
    else:
        yield from span_problems(here, who, start, end)


def _id(here: Place, who: str, column: c.IdColumn) -> Iterator[Problem]:
    places = c.ID_NUMBER.findall(column.pattern)
    if len(places) != 1:
        told = "no place for its number" if not places else "several places for its number"
        yield Problem((*here, "pattern"), f"{who} has {told}.", "Write one, such as TKT-{0001}.")


def _locale(here: Place, who: str, locale: str) -> Iterator[Problem]:
    if locale not in locales():
        cause = f"{who} has the locale `{locale}`, which Faker doesn't know."
        yield Problem((*here, "locale"), cause, nearest(locale, locales(), noun="locales"))


def _faker(here: Place, who: str, column: c.FakerColumn) -> Iterator[Problem]:
    wrong = [*_locale(here, who, column.locale)]
    yield from wrong
    if wrong:
        return
    if column.kind not in kinds(column.locale):
        cause = f"{who} has the kind `{column.kind}`, which Faker can't make for {column.locale}."
        yield Problem((*here, "kind"), cause, nearest(column.kind, kinds(column.locale), noun="kinds"))
    elif told := unmakeable(column.kind, column.locale):
        yield Problem((*here, "kind"), f"{who}: {told.cause}", told.remedy)


def _person(here: Place, who: str, column: c.PersonColumn) -> Iterator[Problem]:
    yield from _locale(here, who, column.locale)
    yield from range_problems(here, who, "min_age", column.min_age, "max_age", column.max_age)
    if not column.fields:
        yield Problem((*here, "fields"), f"{who} has no fields.", nearest("", PERSON_FIELDS, noun="fields"))
    for field in column.fields:
        if field not in PERSON_FIELDS:
            cause = f"{who} has the field `{field}`, which a person doesn't have."
            yield Problem((*here, "fields"), cause, nearest(field, PERSON_FIELDS, noun="fields"))


def _table(here: Place, who: str, column: c.TableColumn) -> Iterator[Problem]:
    if not column.dataset and not column.file:
        yield Problem(here, f"{who} doesn't say which table it takes its values from.", "Add `file` or `dataset`.")


def _model(here: Place, who: str, column: c.ModelColumn) -> Iterator[Problem]:
    if not column.prompt.strip():
        yield Problem((*here, "prompt"), f"{who} has an empty prompt.", "Write what the model should do.")
    try:
        check_output(column)
    except SpecError as error:
        named = error.cause.startswith(f"`{column.name}`")
        yield Problem(here, f"The column {error.cause}" if named else f"{who}: {error.cause}", error.remedy)


def _judge(here: Place, who: str, rubric: c.Rubric) -> Iterator[Problem]:
    place = (*here, "judge")
    if not rubric.criteria.strip():
        yield Problem(place, f"{who} has empty criteria.", "Write what makes a row good.")
    if rubric.minimum >= rubric.maximum:
        cause = f"{who} scores from {rubric.minimum} to {rubric.maximum}, which leaves no choice."
        yield Problem(place, cause, "Its minimum must be below its maximum.")


_ALONE: dict[type, Callable[[Place, str, Any], Iterator[Problem]]] = {
    c.CategoryColumn: _category,
    c.UniformColumn: _uniform,
    c.NormalColumn: _normal,
    c.DateColumn: _date,
    c.IdColumn: _id,
    c.FakerColumn: _faker,
    c.PersonColumn: _person,
    c.TableColumn: _table,
}
