"""From a completion to column values, or to the kind of failure it is. Nothing partial is ever a result."""

from collections.abc import Sequence
from typing import Any

from engine.columns import ColumnType, Output
from engine.fitting import fit_text, fit_value
from engine.reading import ReadJson, complete_rows, read_json
from engine.tables.model import Cell
from engine.typed import AnswerError, fit_answer
from handai_errors import ErrorKind, ProviderError
from providers.base import Completion
from providers.values import value

_ONE_VALUE = {
    ColumnType.INTEGER,
    ColumnType.NUMBER,
    ColumnType.BOOLEAN,
    ColumnType.CATEGORY,
    ColumnType.DATE,
}


@value(frozen=True, slots=True)
class Parsed:
    """Values by answer key, and whether broken JSON had to be repaired or a value read out of another form."""

    values: dict[str, Cell]
    repaired: bool = False


def parse_completion(completion: Completion, outputs: Sequence[Output], *, json_mode: bool) -> Parsed:
    """The values in an answer; raises ProviderError with the kind that a refusal, a cut or a wrong form is."""
    _check_whole(completion)
    text = _said(completion, may_be_empty=not json_mode and _may_be_empty(outputs))
    if not json_mode:
        return _verbatim(text, outputs[0])
    read = read_json(text)
    if (alone := _only_value(read, text, outputs)) is not None:
        return alone
    values = _object(read, text)
    return _fitted(values, outputs, text, repaired=read.repaired) if outputs else Parsed(values, read.repaired)


def parse_rows(completion: Completion, outputs: Sequence[Output], count: int) -> list[Parsed | ProviderError]:
    """What each of `count` rows gets from one answer; raises ProviderError when it is no answer at all."""
    text = completion.text or ""
    cut = _cut_error(completion)
    if cut is None:
        _check_whole(completion)
        _said(completion)
    rows, repaired = (complete_rows(text), False) if cut else _rows(text)
    found: list[Parsed | ProviderError] = [_row(row, outputs, text, repaired=repaired) for row in rows[:count]]
    missing = cut or _invalid(f"The answer has {len(rows)} of {count} rows.", "Retry the missing ones.", text)
    return found + [missing] * (count - len(found))


def _check_whole(completion: Completion) -> None:
    raw = completion.text
    if completion.refusal:
        raise _failure(
            ErrorKind.REFUSAL,
            "The model refused to answer.",
            "Change the instructions or the model.",
            completion.refusal,
        )
    if completion.finish_reason == "content_filter":
        raise _failure(
            ErrorKind.CONTENT_FILTER, "The provider's filter stopped the answer.", "Change the row or the model.", raw
        )
    if completion.finish_reason == "error":
        raise _failure(ErrorKind.UPSTREAM, "The provider broke off while answering.", "It is tried again.", raw)
    if cut := _cut_error(completion):
        raise cut


def _cut_error(completion: Completion) -> ProviderError | None:
    if completion.refusal or completion.finish_reason != "length":
        return None
    tokens = completion.usage.completion_tokens
    at = f" at {tokens} tokens" if tokens else ""
    return _failure(
        ErrorKind.LENGTH, f"The answer was cut{at}.", "Raise max tokens and retry the failed rows.", completion.text
    )


def _said(completion: Completion, *, may_be_empty: bool = False) -> str:
    raw = completion.text
    if raw is not None and (may_be_empty or raw.strip()):
        return raw
    raise _invalid("The model gave an empty answer.", "Retry, or reword the instructions.", raw)


def _may_be_empty(outputs: Sequence[Output]) -> bool:
    return outputs[0].type is not None and not outputs[0].required


def _verbatim(text: str, output: Output) -> Parsed:
    if output.type is None:
        return Parsed({output.name: fit_text(text.strip())})
    return Parsed(_fitted({output.name: text}, (output,), text, repaired=False).values)


def _only_value(read: ReadJson, text: str, outputs: Sequence[Output]) -> Parsed | None:
    """A bare value in answer to a single typed column, such as `3`, `positive` or an object's own keys, if it fits."""
    if len(outputs) != 1:
        return None
    if isinstance(read.value, dict):
        if not _is_the_object_itself(read.value, outputs[0]):
            return None
        value: Any = _object(read, text)
    elif outputs[0].type in _ONE_VALUE and not isinstance(read.value, list):
        value = text if read.value is None else read.value
    elif outputs[0].type is ColumnType.LIST and isinstance(read.value, list) and not _wraps_object(read.value):
        value = read.value
    else:
        return None
    try:
        return Parsed(fit_answer({outputs[0].name: value}, outputs)[0], repaired=True)
    except AnswerError:
        return None


def _is_the_object_itself(value: dict[str, Any], output: Output) -> bool:
    keys = {key.strip().casefold() for key in value}
    return output.type is ColumnType.OBJECT and bool(keys) and output.name.strip().casefold() not in keys


def _wraps_object(value: list[Any]) -> bool:
    return len(value) == 1 and isinstance(value[0], dict)


def _object(read: ReadJson, text: str) -> dict[str, Cell]:
    if not isinstance(read.value, dict) or not read.value:
        raise _invalid("The answer is not a JSON object.", "Retry, or ask for the keys by name.", text)
    try:
        fit: dict[str, Cell] = fit_value(read.value)
    except ValueError:
        raise _invalid("The answer is nested too deeply.", "Ask for a flat JSON object.", text) from None
    return fit


def _fitted(values: dict[str, Any], outputs: Sequence[Output], text: str, *, repaired: bool) -> Parsed:
    try:
        fitted, coerced = fit_answer(values, outputs)
    except AnswerError as error:
        raise _invalid(error.cause, error.remedy, text) from None
    return Parsed(fitted, repaired or coerced)


def _rows(text: str) -> tuple[list[Any], bool]:
    read = read_json(text, several=True)
    value, repaired = read.value, read.repaired
    if isinstance(value, dict):
        lists = [item for item in value.values() if isinstance(item, list)]
        value = value.get("rows", lists[0] if len(value) == len(lists) == 1 else [value])
    if not isinstance(value, list):
        raise _invalid('The answer is not a JSON object with the list "rows".', "Ask for fewer rows a call.", text)
    return value, repaired


def _row(row: object, outputs: Sequence[Output], text: str, *, repaired: bool) -> Parsed | ProviderError:
    if not isinstance(row, dict) and len(outputs) == 1 and outputs[0].type is not ColumnType.OBJECT:
        row, repaired = {outputs[0].name: row}, True
    try:
        return _fitted(_object(ReadJson(row), text), outputs, text, repaired=repaired)
    except ProviderError as error:
        return error


def _invalid(cause: str, remedy: str, raw: str | None) -> ProviderError:
    return _failure(ErrorKind.INVALID_OUTPUT, cause, remedy, raw)


def _failure(kind: ErrorKind, cause: str, remedy: str, raw: str | None) -> ProviderError:
    return ProviderError(kind, cause, remedy, status=200, raw=raw)
