"""The schema that a command names: a file, a template, a description, or a table to learn from."""

from dataclasses import dataclass
from pathlib import Path

import typer

from cli.options import ModelFlags
from engine.schema.columns import Schema
from engine.schema.templates import template
from services.schema_files import read_schema_file


@dataclass(frozen=True, slots=True)
class Source:
    """Where a schema comes from; exactly one is said."""

    file: Path | None = None
    template: str | None = None
    describe: str | None = None
    learn: Path | None = None


def found_schema(source: Source, flags: ModelFlags) -> Schema:
    """The schema; raises a usage error unless exactly one source is said, SpecError when it can't be used."""
    said = [value for value in (source.file, source.template, source.describe, source.learn) if value is not None]
    if len(said) != 1:
        raise typer.BadParameter("Name one of: a schema file, --template, --describe, --learn.")
    if source.template is not None:
        return template(source.template).schema
    if source.describe is not None:
        return _proposed(source.describe, flags)
    if source.learn is not None:
        return _learned(source.learn)
    assert source.file is not None  # noqa: S101 the only one left
    return read_schema_file(source.file)


def _proposed(describe: str, flags: ModelFlags) -> Schema:
    raise NotImplementedError


def _learned(table: Path) -> Schema:
    raise NotImplementedError
