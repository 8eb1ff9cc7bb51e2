"""Whether an answer holds what its columns ask for: read tolerantly, checked locally, refused in words."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from engine.columns import ColumnType, Output
from engine.fitting import fit_value
from engine.patterns import pattern_of
from engine.tables.model import Cell
from engine.typed.dates import read_date
from engine.typed.portable import portable, without_nulls
from engine.typed.readings import (
    MisfitError,
    Reading,
    read_boolean,
    read_category,
    read_integer,
    read_number,
    read_text,
    reads_empty,
)
from engine.typed.refs import inlined
from engine.typed.schemas import schema_problems
from engine.typed.wire import item_of, travels_as_text
from engine.typed.words import described_type, shown_value
from handai_errors import HandaiError

_SHOWN_PROBLEMS = 12


class AnswerError(HandaiError):
    """An answer breaks what its columns ask for; `problems` are sentences that a model can act on."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        more = len(self.problems) - _SHOWN_PROBLEMS
        said = " ".join(self.problems[:_SHOWN_PROBLEMS]) + (f" And {more} more." if more > 0 else "")
        super().__init__(said, "Retry the failed rows, or loosen the columns.")


def fit_answer(values: Mapping[str, Any], outputs: Sequence[Output]) -> tuple[dict[str, Cell], bool]:
    """The validated values, and whether one was read out of another form; raises AnswerError with every problem."""
    keys = {output.name: _key(values, output.name) for output in outputs}
    missing = [output.name for output in outputs if output.required and keys[output.name] is None]
    problems = [f"The answer lacks {', '.join(missing)}."] if missing else []
    fitted: dict[str, Cell] = {}
    coerced = False
    for output in outputs:
        key = keys[output.name]
        if key is None:
            fitted[output.name] = None
            continue
        try:
            reading = fit_one(values[key], output)
        except MisfitError as misfit:
            problems.append(str(misfit))
        else:
            fitted[output.name], coerced = reading.value, coerced or reading.coerced
    if problems:
        raise AnswerError(problems)
    return fitted, coerced


def _key(values: Mapping[str, Any], name: str) -> str | None:
    """The answer's key for a column: its name, or the name in another letter case."""
    if name in values:
        return name
    wanted = name.strip().casefold()
    return next((key for key in reversed(list(values)) if key.strip().casefold() == wanted), None)


def fit_one(value: Any, output: Output) -> Reading:  # noqa: ANN401 any JSON
    """One column's value; raises MisfitError with the whole sentence."""
    try:
        value = fit_value(value)
    except ValueError:
        raise MisfitError(f'"{output.name}" is nested too deeply.') from None
    if output.type is None:
        return Reading(value)
    if reads_empty(value) and not _is_category(value, output):
        if output.required:
            raise MisfitError(f'"{output.name}" is empty: it must be {described_type(output)}.')
        return Reading(None, coerced=value is not None)
    try:
        return _checked(_read(value, output), output)
    except MisfitError as misfit:
        why = f" ({misfit})" if str(misfit) else ""
        told = f'"{output.name}" must be {described_type(output)}, not {shown_value(value)}{why}.'
        raise MisfitError(told) from None


def _is_category(value: object, output: Output) -> bool:
    if output.type is not ColumnType.CATEGORY or not isinstance(value, str):
        return False
    try:
        read_category(value, output.values)
    except MisfitError:
        return False
    return True


def _read(value: object, output: Output) -> Reading:
    return _READERS[output.type or ColumnType.TEXT](value, output)


def _read_list(value: object, output: Output) -> Reading:
    found, coerced = (value, False) if isinstance(value, list) else (_json_of(value), True)
    if not isinstance(found, list):
        raise MisfitError
    item = item_of(output)
    items: list[Any] = []
    for place, part in enumerate(found, start=1):
        if reads_empty(part) and not _is_category(part, item):
            coerced = True
            continue
        try:
            reading = _checked(_read(part, item), item)
        except MisfitError as misfit:
            why = f": {misfit}" if str(misfit) else ""
            raise MisfitError(f"item {place} is {shown_value(part)}{why}") from None
        items.append(reading.value)
        coerced = coerced or reading.coerced
    return Reading(items, coerced)


def _read_object(value: object, output: Output) -> Reading:
    found, coerced = (value, False) if isinstance(value, dict) else (_json_of(value), not travels_as_text(output))
    if not isinstance(found, dict):
        raise MisfitError
    schema = output.json_schema
    if not schema or not (problems := schema_problems(schema, found)):
        return Reading(found, coerced)
    if portable(schema) is not None:  # asked for as strict JSON, in which null stands for what is left out
        lean = without_nulls(found, inlined(schema))
        if not schema_problems(schema, lean):
            return Reading(lean, coerced)
    raise MisfitError("; ".join(problems))


_READERS: dict[ColumnType, Callable[[object, Output], Reading]] = {
    ColumnType.TEXT: lambda value, _: read_text(value),
    ColumnType.INTEGER: lambda value, _: read_integer(value),
    ColumnType.NUMBER: lambda value, _: read_number(value),
    ColumnType.BOOLEAN: lambda value, _: read_boolean(value),
    ColumnType.CATEGORY: lambda value, output: read_category(value, output.values),
    ColumnType.DATE: lambda value, _: read_date(value),
    ColumnType.LIST: _read_list,
    ColumnType.OBJECT: _read_object,
}


def _json_of(value: object) -> object:
    if not isinstance(value, str):
        return None
    try:
        return fit_value(orjson.loads(value))
    except ValueError:
        return None


def _checked(reading: Reading, output: Output) -> Reading:
    value = reading.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        _check_range(value, output)
    if output.type in {ColumnType.TEXT, ColumnType.LIST} and isinstance(value, str | list):
        _check_length(len(value), output)
    if (
        output.type is ColumnType.TEXT
        and output.pattern is not None
        and not pattern_of(output.pattern).fits(str(value))
    ):
        raise MisfitError
    return reading


def _check_range(number: float, output: Output) -> None:
    too_low = output.minimum is not None and number < output.minimum
    if too_low or (output.maximum is not None and number > output.maximum):
        raise MisfitError


def _check_length(length: int, output: Output) -> None:
    too_short = output.min_length is not None and length < output.min_length
    if too_short or (output.max_length is not None and length > output.max_length):
        raise MisfitError(f"it has {length}")
