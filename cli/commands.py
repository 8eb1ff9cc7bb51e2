"""The commands that execute a run that is described or there already: run, resume, retry."""

from pathlib import Path
from typing import Annotated

import typer

from cli.execution import check_again, go_on, start
from cli.generate import spec_of
from cli.options import (
    AsJson,
    Detach,
    Diagnostics,
    Lossless,
    Manner,
    ModelFlags,
    Out,
    Overwrite,
    Run,
    RunName,
    Session,
    file_text,
)
from cli.outputs import mapping_in
from engine.spec import GenerateInput, RunSpec, TransformInput
from handai_db import DatasetRecord, RunRecord
from handai_errors import ConflictError, ErrorKind, NotFoundError, SpecError
from services.models import keys
from services.results import again, exporting
from services.results.again import Which
from services.results.exporting import Wanted
from services.running import runs
from services.tables.datasets import dataset, store_file
from services.tables.schema_files import read_schema_file, with_tables


def run_spec(
    spec_file: Annotated[
        Path, typer.Argument(metavar="SPEC.yaml", help="A spec that was exported, or a schema of a table to generate.")
    ],
    out: Out = None,
    session: Session = None,
    run_name: RunName = None,
    diagnostics: Diagnostics = False,
    lossless_csv: Lossless = False,
    overwrite: Overwrite = False,
    detach: Detach = False,
    as_json: AsJson = False,
) -> None:
    """Run a spec again, on the stored table or the file that it names; or generate the table of a schema."""
    if out:
        exporting.check_target(out, overwrite=overwrite)
    spec, stored = _read(spec_file)
    wanted = Wanted(diagnostics, lossless_csv)
    start(spec, stored, Manner(out, wanted, overwrite, run_name, session, detach, as_json))


def resume(
    run: Run,
    out: Out = None,
    max_cost: Annotated[float | None, typer.Option(min=0, help="A new cap in US dollars.")] = None,
    overwrite: Overwrite = False,
    detach: Detach = False,
    as_json: AsJson = False,
) -> None:
    """Go on with a stopped, paused or interrupted run; finished rows are not asked again."""
    record = runs.find(run)
    check_again(record, out, overwrite=overwrite)
    key = keys.require_key(record.provider, base_url=record.spec.model.base_url)
    queued = runs.prepare_resume(record.id, max_cost_usd=max_cost)
    go_on(queued, key, Manner(out, overwrite=overwrite, detach=detach, as_json=as_json))


def retry(
    run: Run,
    out: Out = None,
    kind: Annotated[
        ErrorKind | None,
        typer.Option(metavar="KIND", help="Only rows that failed so, for example refusal; a wrong one lists all."),
    ] = None,
    rows: Annotated[
        str | None, typer.Option(help="These rows instead, whatever they were answered: '3, 7-12'.")
    ] = None,
    empty: Annotated[bool, typer.Option("--empty", help="The rows with empty answers instead.")] = False,
    stale: Annotated[bool, typer.Option("--stale", help="The rows answered with older settings instead.")] = False,
    overwrite: Overwrite = False,
    detach: Detach = False,
    as_json: AsJson = False,
) -> None:
    """Ask again for the rows that failed, or for others: what they were answered stays on record."""
    record = runs.find(run)
    check_again(record, out, overwrite=overwrite)
    wanted = _asked_again(record, rows, empty=empty, stale=stale)
    key = keys.require_key(record.provider, base_url=record.spec.model.base_url)
    queued = runs.prepare_retry(record.id, kind) if wanted is None else again.prepare_again(record.id, wanted)
    go_on(queued, key, Manner(out, overwrite=overwrite, detach=detach, as_json=as_json))


def _asked_again(record: RunRecord, rows: str | None, *, empty: bool, stale: bool) -> list[int] | None:
    """The rows that are named or meant; None without any, for those that failed."""
    if rows is None and not empty and not stale:
        return None
    chosen = set(again.rows_named(record, rows) if rows is not None else ())
    chosen |= set(again.rows_that(record, Which.EMPTY) if empty else ())
    chosen |= set(again.rows_that(record, Which.STALE) if stale else ())
    if not chosen:
        raise ConflictError("There is no such row to ask again.", "Look at the run's rows.")
    return sorted(chosen)


def _read(path: Path) -> tuple[RunSpec, DatasetRecord | None]:
    """The run that a file describes and its stored table, if it works on one."""
    data = mapping_in(path, "spec")
    if "columns" in data and "input" not in data:
        return _spec_of_schema(path), None
    spec = RunSpec.from_yaml(file_text(path, "spec"))
    source = spec.input
    if isinstance(source, GenerateInput):
        return spec.model_copy(update={"input": with_tables(source, path.parent)}), None
    stored = _table_of(source, path)
    return spec.model_copy(update={"input": source.model_copy(update={"dataset": stored.id})}), stored


def _spec_of_schema(path: Path) -> RunSpec:
    schema = read_schema_file(path)
    try:
        return spec_of(schema, ModelFlags())
    except SpecError as error:
        raise SpecError(
            f"A model writes in this schema's table. {error.cause}",
            f"Say which one: handai generate {path} -o OUT --provider openai --model MODEL",
        ) from None


def _table_of(source: TransformInput, spec_file: Path) -> DatasetRecord:
    beside = spec_file.parent / source.file if source.file else None
    if beside is not None and beside.is_file():
        return store_file(beside, source.parse)
    try:
        return dataset(source.dataset or "")
    except NotFoundError:
        name = source.file or "its table"
        raise NotFoundError(
            f"The spec works on {name}, which is neither beside {spec_file} nor stored any more.",
            f"Put {name} into {spec_file.resolve().parent}, then run it again.",
        ) from None
