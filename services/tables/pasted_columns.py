"""Typed columns that a person pastes: the command line's `--output` notation, or a JSON Schema."""

import itertools
import shlex

import orjson

from engine.columns import Output
from engine.typed import outputs_from_json_schema, parse_output_flag
from handai_errors import SpecError

_FLAG = "--output"


def pasted_outputs(text: str) -> tuple[Output, ...]:
    """The columns in a pasted text; raises SpecError in plain words."""
    if text.lstrip().startswith("{"):
        return _from_json_schema(text)
    found = [parse_output_flag(part) for part in _parts(text)]
    if not found:
        raise SpecError("There is nothing to add.", "Write for example sentiment:category(positive,negative).")
    return tuple(found)


def added(outputs: tuple[Output, ...], more: tuple[Output, ...]) -> tuple[Output, ...]:
    """The columns with more of them; one with a name that is there takes its place."""
    new = {output.name: output for output in more}
    kept = tuple(new.pop(output.name, output) for output in outputs)
    return (*kept, *new.values())


def _parts(text: str) -> list[str]:
    if _FLAG not in text:
        return [line.strip() for line in text.splitlines() if line.strip()]
    try:
        words = shlex.split(text.replace("\\\n", " "))
    except ValueError:
        raise SpecError("A quotation mark is missing.", 'Write --output "name:type" for each column.') from None
    after = [right for left, right in itertools.pairwise(words) if left == _FLAG]
    return after + [word.removeprefix(f"{_FLAG}=") for word in words if word.startswith(f"{_FLAG}=")]


def _from_json_schema(text: str) -> tuple[Output, ...]:
    try:
        schema = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise SpecError(f"The JSON Schema is not valid JSON: {error}.", "Mend it and paste it again.") from None
    return outputs_from_json_schema(schema)
