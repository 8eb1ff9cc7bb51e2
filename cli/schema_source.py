"""The schema that a command names: a file, a template, a description, or a table to learn from."""

from dataclasses import dataclass
from pathlib import Path

import typer

from cli.messages import errors
from cli.options import ModelFlags, model_part
from cli.progress import run_in_foreground
from engine.schema.columns import Schema
from engine.schema.free_form import free_form_schema
from engine.schema.templates import template
from engine.spec import ModelSettings
from handai_errors import SpecError
from services.forms import proposals
from services.models import keys
from services.running import runs
from services.tables.schema_files import read_schema_file
from services.tables.schemas import learn_from_file

_ROWS = 100
_LONGEST_TITLE = 40  # characters


@dataclass(frozen=True, slots=True)
class Source:
    """Where a schema comes from, exactly one is said; `columns` are those of a free-form table."""

    file: Path | None = None
    template: str | None = None
    describe: str | None = None
    learn: Path | None = None
    free_form: bool = False
    columns: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What a run made from it may be called."""
        path = self.file or self.learn
        return path.stem if path else self.template or (self.describe or "")[:_LONGEST_TITLE].strip()

    @property
    def is_proposed(self) -> bool:
        """Whether a model makes up the schema."""
        return self.describe is not None and not self.is_free_form

    @property
    def is_free_form(self) -> bool:
        """Whether the model makes up whole rows instead of filling in a schema."""
        return self.free_form or bool(self.columns)


def found_schema(source: Source, flags: ModelFlags, rows: int | None) -> Schema:
    """The schema; raises a usage error unless exactly one source is said, SpecError when it can't be used."""
    said = [value for value in (source.file, source.template, source.describe, source.learn) if value is not None]
    if len(said) != 1:
        raise typer.BadParameter("Name one of: a schema file, --template, --describe, --learn.")
    if source.is_free_form and source.describe is None:
        raise typer.BadParameter("--free-form and --column go with --describe.")
    if source.file is not None:
        return read_schema_file(source.file)
    if source.template is not None:
        return template(source.template).schema
    if source.learn is not None:
        return _learned(source.learn, rows or _ROWS)
    if source.is_free_form:
        return _free_form(source)
    return _proposed(source.describe or "", flags, rows or _ROWS)


def _free_form(source: Source) -> Schema:
    if not (source.describe or "").strip():
        raise SpecError("Nothing is described.", "Say in a sentence or two what each row should be.")
    return free_form_schema(source.describe or "", source.columns or None)


def _learned(table: Path, rows: int) -> Schema:
    learned = learn_from_file(table, rows)
    for note in learned.notes:
        errors.print(note)
    return learned.schema


def _proposed(describe: str, flags: ModelFlags, rows: int) -> Schema:
    model = ModelSettings.model_validate(model_part(flags)["model"])
    new = proposals.proposal_run(describe, model, rows)
    key = keys.require_key(model.provider, base_url=model.base_url)
    errors.print(f"Asking {model.model} for a schema …")
    view = run_in_foreground(runs.create(new), key)
    found = proposals.proposal(view.record.id)
    for note in found.notes:
        errors.print(note)
    return found.schema
