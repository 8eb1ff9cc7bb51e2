"""A schema file, YAML or JSON, read with the line of every mistake and what was probably meant."""

from collections.abc import Mapping

from pydantic import ValidationError

from engine.schema.check import problems_of
from engine.schema.columns import Schema
from engine.schema.places import Placed, parse
from engine.schema.problems import Problem, as_error
from engine.schema.shape import shape_problems
from engine.schema.words import pydantic_problems
from engine.schema.write import schema_to_yaml

__all__ = ["read_schema", "schema_from", "schema_to_yaml"]


def read_schema(text: str, name: str = "schema", *, check: bool = True) -> Schema:
    """The schema in a YAML or JSON document; raises SpecError with up to ten problems, each with its line.

    With `check` False only its form is read: whether it can make a table is left to `check_schema`.
    """
    return _schema(parse(text, name), name, check=check)


def schema_from(data: Mapping[str, object], name: str = "schema", *, check: bool = True) -> Schema:
    """The schema that plain data (of a form, or of a model's proposal) describes; SpecError in the same words."""
    return _schema(Placed(dict(data)), name, check=check)


def _schema(placed: Placed, name: str, *, check: bool) -> Schema:
    data = placed.data
    if isinstance(data, dict) and data.get("kind") == "generate":  # an exported spec's `input` is a schema as well
        data = {key: value for key, value in data.items() if key != "kind"}
    wrong: list[Problem] = [*placed.problems, *shape_problems(data)]
    schema, rest = _validated(data)
    wrong += [problem for problem in rest if not _told(problem, wrong)]
    if schema is not None and check and not wrong:
        wrong += problems_of(schema)
    if wrong or schema is None:
        raise as_error(wrong, placed.lines, name)
    return schema


def _validated(data: object) -> tuple[Schema | None, list[Problem]]:
    if not isinstance(data, dict):
        return None, []
    try:
        return Schema.model_validate(data), []
    except ValidationError as error:
        return None, [*pydantic_problems(error, data)]


def _told(problem: Problem, told: list[Problem]) -> bool:
    """Whether a mistake in its keys, around or inside it, was already told."""
    return any(
        problem.place[: len(other.place)] == other.place or other.place[: len(problem.place)] == problem.place
        for other in told
    )
