"""`handai generate`: a table is drawn from a schema, and a model writes what samplers can't."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import typer

from cli.execution import start
from cli.generate_options import (
    Describe,
    FreeColumn,
    FreeForm,
    Learn,
    Preview,
    Rows,
    RowsPerCall,
    SchemaArgument,
    SchemaFile,
    Seed,
    TableOut,
    TemplateName,
    Variation,
    VariationDial,
    Yes,
)
from cli.messages import errors
from cli.options import (
    AsJson,
    BaseUrl,
    Concurrency,
    DailyCap,
    Detach,
    Diagnostics,
    Fallback,
    Lossless,
    Manner,
    MaxAttempts,
    MaxCost,
    MaxTokens,
    Model,
    ModelFlags,
    NoCache,
    Overwrite,
    Provider,
    Route,
    Rpm,
    RunName,
    Session,
    Spacing,
    Temperature,
    Timeout,
    checked_spec,
    model_part,
)
from cli.preview import preview as show_preview
from cli.progress import write_line
from cli.schema_source import Source, found_schema
from engine.schema.columns import JudgeColumn, ModelColumn, Schema
from engine.spec import RunSpec
from services.results import exporting
from services.results.exporting import Wanted
from services.tables.schemas import generate_input, schema_yaml


def generate(
    schema_file: SchemaArgument = None,
    out: TableOut = None,
    schema: SchemaFile = None,
    template: TemplateName = None,
    describe: Describe = None,
    learn: Learn = None,
    free_form: FreeForm = False,
    column: FreeColumn = None,
    rows: Rows = None,
    seed: Seed = None,
    variation: VariationDial = None,
    rows_per_call: RowsPerCall = None,
    preview: Preview = False,
    yes: Yes = False,
    provider: Provider = None,
    model: Model = None,
    base_url: BaseUrl = None,
    temperature: Temperature = None,
    max_tokens: MaxTokens = None,
    concurrency: Concurrency = None,
    rpm: Rpm = None,
    spacing: Spacing = None,
    daily_cap: DailyCap = None,
    max_attempts: MaxAttempts = None,
    timeout: Timeout = None,
    max_cost: MaxCost = None,
    fallback: Fallback = None,
    no_cache: NoCache = False,
    route: Route = None,
    session: Session = None,
    run_name: RunName = None,
    diagnostics: Diagnostics = False,
    lossless_csv: Lossless = False,
    overwrite: Overwrite = False,
    detach: Detach = False,
    as_json: AsJson = False,
) -> None:
    """Generate a table from a schema: sampled, computed and model-written columns.

    Without -o the schema is printed, to be kept and changed: handai generate --template NAME > schema.yaml
    """
    if out is not None:
        exporting.check_target(out, overwrite=overwrite)
    flags = ModelFlags(
        provider, model, base_url, temperature, max_tokens, False, concurrency, rpm, max_attempts, timeout, max_cost
    )
    flags = replace(flags, spacing_s=spacing, daily_cap=daily_cap)
    flags = replace(flags, no_cache=no_cache, fallbacks=tuple(fallback or ()), routes=tuple(route or ()))
    source = Source(_one_file(schema_file, schema), template, describe, learn, free_form, tuple(column or ()))
    found = found_schema(source, flags, rows)
    found = _changed(found, rows=rows, seed=seed, variation=variation, rows_per_call=rows_per_call)
    name = run_name or f"{source.title} {datetime.now().astimezone():%H:%M}"
    manner = Manner(out, Wanted(diagnostics, lossless_csv), overwrite, name, session, detach, as_json)
    if preview:
        show_preview(spec_of(found, flags), manner)
    elif out is None or (source.is_proposed and not yes):
        _show(found, proposed=source.is_proposed)
    else:
        start(spec_of(found, flags), None, manner)


def spec_of(schema: Schema, flags: ModelFlags) -> RunSpec:
    """The run that makes a schema's table; what no model writes in needs no provider."""
    parts: dict[str, Any] = model_part(flags) if needs_model(schema) else {}
    if parts:
        parts["model"]["json_mode"] = False  # the columns' types decide
    return checked_spec({"input": generate_input(schema).model_dump(), **parts})


def needs_model(schema: Schema) -> bool:
    """Whether a model writes or judges any of it."""
    return any(isinstance(column, ModelColumn | JudgeColumn) for column in schema.columns)


def _one_file(argument: Path | None, option: Path | None) -> Path | None:
    if argument is not None and option is not None:
        raise typer.BadParameter("The schema file is named twice.")
    return argument if argument is not None else option


def _changed(schema: Schema, **changes: Any) -> Schema:  # noqa: ANN401 flags of every type
    given = {name: str(value) if isinstance(value, Variation) else value for name, value in changes.items()}
    given = {name: value for name, value in given.items() if value is not None}
    return Schema.model_validate({**schema.model_dump(), **given}) if given else schema


def _show(schema: Schema, *, proposed: bool) -> None:
    write_line(schema_yaml(schema).rstrip("\n"))
    if proposed:
        errors.print(
            "A model proposed this schema. Keep it in a file, change what you like, then run: "
            "handai generate schema.yaml -o table.csv. With --yes it is used as it comes.",
        )
    else:
        errors.print("Nothing was made yet: name a file with -o, or see the first rows with --preview.")
