"""`handai transform`: a model works on every row of a table."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.execution import start
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
    Similar,
    Spacing,
    Temperature,
    Timeout,
    checked_spec,
    model_part,
    text_of,
)
from cli.outputs import declared_outputs
from cli.personas import PersonaName, name_of, told
from cli.row_conditions import Where, WhereAny, conditions_of
from engine.spec import RunSpec, TransformInput
from engine.tables import ParseOptions
from handai_db import DatasetRecord
from services.results import exporting
from services.results.exporting import Wanted
from services.tables.datasets import store_file
from services.tables.example_files import with_examples_in

_OUTPUT_HELP = (
    "A column to compute, for example score, or with its type: 'score:integer(1..5)', "
    "'mood:category(good,bad)'. Types: text, integer, number, boolean, category, date, list, object. Repeat it."
)

_Instructions = Annotated[
    str | None, typer.Option("-i", "--instructions", help="What the model should do with each row; @FILE reads it.")
]
_Prompt = Annotated[
    str | None, typer.Option(help="A template with {{ column }} instead of the columns as JSON; @FILE reads it.")
]
_Schema = Annotated[
    Path | None, typer.Option(help="The columns to compute from a file: a JSON Schema, or a mapping with `columns`.")
]
_Examples = Annotated[
    Path | None,
    typer.Option(
        help="Rows with right answers, shown to the model before each row: a table file with the columns that the "
        "model sees and one for each answer."
    ),
]
_JsonMode = Annotated[
    bool | None, typer.Option("--json-mode/--no-json-mode", help="Ask for a JSON object; its keys are columns.")
]


def transform(
    context: typer.Context,
    table: Annotated[Path, typer.Argument(metavar="INPUT", help="A csv, tsv, xlsx, json, jsonl or parquet file.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Where the table is written; the ending is the format.")],
    instructions: _Instructions = None,
    persona: PersonaName = None,
    columns: Annotated[str | None, typer.Option(help="The columns that the model sees, with commas; else all.")] = None,
    prompt: _Prompt = None,
    output: Annotated[list[str] | None, typer.Option(help=_OUTPUT_HELP)] = None,
    schema: _Schema = None,
    json_mode: _JsonMode = None,
    examples: _Examples = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N rows.")] = None,
    where: Where = None,
    where_any: WhereAny = False,
    sheet: Annotated[str | None, typer.Option(help="The sheet of a workbook.")] = None,
    encoding: Annotated[str | None, typer.Option(help="The text's encoding, if the detected one is wrong.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="The cells' delimiter, if the detected one is wrong.")] = None,
    no_header: Annotated[bool, typer.Option("--no-header", help="The first row is data.")] = False,
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
    similar: Similar = None,
    session: Session = None,
    run_name: RunName = None,
    diagnostics: Diagnostics = False,
    lossless_csv: Lossless = False,
    overwrite: Overwrite = False,
    detach: Detach = False,
    as_json: AsJson = False,
) -> None:
    """Have a model work on every row of a table."""
    _check(context.args, out, overwrite=overwrite)
    flags = ModelFlags(
        provider, model, base_url, temperature, max_tokens, json_mode, concurrency, rpm, max_attempts, timeout, max_cost
    )
    flags = replace(flags, fallbacks=tuple(fallback or ()), routes=tuple(route or ()), similar=similar)
    flags = replace(flags, no_cache=no_cache, spacing_s=spacing, daily_cap=daily_cap)
    text, chosen = told(persona, instructions)
    declared: dict[str, Any] = {
        "prompt": {"instructions": text, "template": text_of(prompt) or None},
        "outputs": [item.model_dump() for item in declared_outputs(output or [], schema)],
        **model_part(flags),
    }
    stored = store_file(table, _reading(sheet, encoding, delimiter, no_header=no_header))
    spec = _spec(stored, _source(stored, columns, limit, where, any_of=where_any), declared, examples)
    name = name_of(run_name, chosen, Path(stored.filename).stem)
    start(spec, stored, Manner(out, Wanted(diagnostics, lossless_csv), overwrite, name, session, detach, as_json))


def _check(more: list[str], out: Path, *, overwrite: bool) -> None:
    if more:
        told_how = f'If "{more[0]}" is what the model should do, say it with -i: -i "{more[0]}"'
        raise typer.BadParameter(f"INPUT is one table. {told_how}")
    exporting.check_target(out, overwrite=overwrite)


def _reading(sheet: str | None, encoding: str | None, delimiter: str | None, *, no_header: bool) -> ParseOptions:
    return ParseOptions(sheet=sheet, encoding=encoding, delimiter=delimiter, header=False if no_header else None)


def _spec(stored: DatasetRecord, source: TransformInput, declared: Mapping[str, Any], examples: Path | None) -> RunSpec:
    spec = checked_spec({"input": source.model_dump(), **declared})
    return with_examples_in(spec, examples, stored) if examples else spec


def _source(
    stored: DatasetRecord, columns: str | None, limit: int | None, where: list[str] | None, *, any_of: bool
) -> TransformInput:
    chosen = tuple(name.strip() for name in columns.split(",")) if columns is not None else None
    return TransformInput(
        dataset=stored.id,
        file=stored.filename,
        parse=stored.options,
        columns=chosen,
        only_where=conditions_of(where, [column.name for column in stored.info.columns], any_of=any_of),
        limit=limit,
    )
