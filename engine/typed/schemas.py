"""JSON Schemas that people bring: checked once, read without the network, held against values."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson

from engine.fitting import to_json
from handai_errors import SpecError

if TYPE_CHECKING:
    from jsonschema_rs import Validator

_SHOWN_PROBLEMS = 3
_SHOWN = 200  # characters
_MAX_SCHEMA = 100_000  # characters


def check_json_schema(schema: dict[str, Any], name: str) -> None:
    """Raise SpecError if the schema of column `name` can't be used."""
    text = to_json(schema)
    if len(text) > _MAX_SCHEMA:
        raise SpecError(f"The JSON Schema of `{name}` is too long.", f"It has at most {_MAX_SCHEMA:,} characters.")
    try:
        _validator_of(text)
    except ValueError as error:
        said = str(error).partition("\n")[0].rstrip(".")
        raise SpecError(f"The JSON Schema of `{name}` can't be used: {said}.", "Correct the schema.") from None


def schema_problems(schema: dict[str, Any], value: object) -> tuple[str, ...]:
    """How a value breaks a JSON Schema, with the place of each break; only the first few of many."""
    validator = _validator_of(to_json(schema))
    found = []
    for error in validator.iter_errors(value):
        place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.instance_path)
        found.append(f"{place.lstrip('.')}: {error.message[:_SHOWN]}".removeprefix(": "))
        if len(found) == _SHOWN_PROBLEMS:
            break
    return tuple(found)


@lru_cache(maxsize=64)
def _validator_of(text: str) -> "Validator":
    import jsonschema_rs  # loads only where a schema is used

    # Rust's plain regular expressions can't hang, and nothing a schema points to is fetched.
    return jsonschema_rs.validator_for(orjson.loads(text), offline=True, pattern_options=jsonschema_rs.RegexOptions())
