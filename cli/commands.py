"""The commands that execute a run: transform, run, resume, retry."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from pydantic import SecretStr

from cli.options import (
    AsJson,
    Diagnostics,
    Lossless,
    ModelFlags,
    Out,
    Overwrite,
    Run,
    checked_spec,
    model_part,
    output_names,
    text_of,
)
from cli.progress import errors, run_in_foreground, write_line
from engine.results import RunStatus
from engine.spec import RunSpec, TransformInput
from engine.tables import ParseOptions
from handai_db import DatasetRecord, RunRecord
from handai_errors import NotFoundError
from services import exporting, keys, runs
from services.checks import check, sentence_on_privacy
from services.datasets import dataset, store_file
from services.exporting import Wanted
from services.views import RunView

EXIT_CODES = {
    RunStatus.COMPLETED: 0,
    RunStatus.PARTIAL: 3,
    RunStatus.FAILED: 3,
    RunStatus.PAUSED: 4,
    RunStatus.STOPPED: 4,
    RunStatus.INTERRUPTED: 4,
}


def transform(
    table: Annotated[Path, typer.Argument(metavar="INPUT", help="A csv, tsv, xlsx, json, jsonl or parquet file.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Where the table is written; the ending is the format.")],
    instructions: Annotated[
        str | None, typer.Option("-i", "--instructions", help="What the model should do with each row; @FILE reads it.")
    ] = None,
    columns: Annotated[str | None, typer.Option(help="The columns that the model sees, with commas; else all.")] = None,
    prompt: Annotated[
        str | None, typer.Option(help="A template with {{ column }} instead of the columns as JSON; @FILE reads it.")
    ] = None,
    output: Annotated[list[str] | None, typer.Option(help="A column to compute; repeat it for several keys.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N rows.")] = None,
    sheet: Annotated[str | None, typer.Option(help="The sheet of a workbook.")] = None,
    encoding: Annotated[str | None, typer.Option(help="The text's encoding, if the detected one is wrong.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="The cells' delimiter, if the detected one is wrong.")] = None,
    no_header: Annotated[bool, typer.Option("--no-header", help="The first row is data.")] = False,
    provider: Annotated[str | None, typer.Option(help="openai, anthropic, ollama, demo …")] = None,
    model: Annotated[str | None, typer.Option(help="The model's id.")] = None,
    base_url: Annotated[str | None, typer.Option(help="The provider's address, for custom and azure.")] = None,
    json_mode: Annotated[
        bool, typer.Option("--json-mode", help="Ask for a JSON object; its keys are columns.")
    ] = False,
    temperature: Annotated[float | None, typer.Option(min=0, max=2, help="Unset by default.")] = None,
    max_tokens: Annotated[int | None, typer.Option(min=1, help="The longest answer, in tokens.")] = None,
    concurrency: Annotated[str | None, typer.Option(help="Requests in flight: auto or a number.")] = None,
    rpm: Annotated[int | None, typer.Option(min=1, help="At most so many requests a minute.")] = None,
    max_attempts: Annotated[int | None, typer.Option(min=1, max=20, help="Attempts a row.")] = None,
    timeout: Annotated[float | None, typer.Option(min=0.1, help="Seconds that an attempt may take.")] = None,
    max_cost: Annotated[float | None, typer.Option(min=0, help="A cap in US dollars that is never passed.")] = None,
    session: Annotated[str | None, typer.Option(help="The session's name; made if it is new.")] = None,
    run_name: Annotated[str | None, typer.Option(help="The run's name.")] = None,
    diagnostics: Diagnostics = False,
    lossless_csv: Lossless = False,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Have a model work on every row of a table."""
    exporting.check_target(out, overwrite=overwrite)
    flags = ModelFlags(
        provider, model, base_url, temperature, max_tokens, json_mode, concurrency, rpm, max_attempts, timeout, max_cost
    )
    parts = model_part(flags)
    header = False if no_header else None
    options = ParseOptions(sheet=sheet, encoding=encoding, delimiter=delimiter, header=header)
    stored = store_file(table, options)
    source = _source(stored, columns, limit)
    spec = checked_spec(
        {
            "input": source.model_dump(),
            "prompt": {"instructions": text_of(instructions), "template": text_of(prompt) or None},
            "outputs": output_names(output or []),
            **parts,
        }
    )
    _start(spec, stored, out, Wanted(diagnostics, lossless_csv), run_name, session, as_json=as_json)


def run_spec(
    spec_file: Annotated[Path, typer.Argument(metavar="SPEC.yaml", help="A spec that the app exported.")],
    out: Out = None,
    session: Annotated[str | None, typer.Option(help="The session's name; made if it is new.")] = None,
    run_name: Annotated[str | None, typer.Option(help="The run's name.")] = None,
    diagnostics: Diagnostics = False,
    lossless_csv: Lossless = False,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Run a spec again, on the stored table or the file that it names."""
    if out:
        exporting.check_target(out, overwrite=overwrite)
    if not spec_file.is_file():
        raise NotFoundError(f"There is no file {spec_file}.", "Check the path.")
    spec = RunSpec.from_yaml(spec_file.read_text(encoding="utf-8"))
    stored = _table_of(spec, spec_file.parent)
    source = spec.input.model_copy(update={"dataset": stored.id})
    spec = spec.model_copy(update={"input": source})
    _start(spec, stored, out, Wanted(diagnostics, lossless_csv), run_name, session, as_json=as_json)


def resume(
    run: Run,
    out: Out = None,
    max_cost: Annotated[float | None, typer.Option(min=0, help="A new cap in US dollars.")] = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Go on with a stopped, paused or interrupted run; finished rows are not asked again."""
    record = runs.find(run)
    _check_new_target(record, out, overwrite=overwrite)
    key = keys.require_key(record.provider)
    _go_on(runs.prepare_resume(record.id, max_cost_usd=max_cost), key, out, as_json=as_json)


def retry(
    run: Run,
    out: Out = None,
    kind: Annotated[str | None, typer.Option(help="Only rows that failed with this kind of error.")] = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Ask again for the rows that failed."""
    record = runs.find(run)
    _check_new_target(record, out, overwrite=overwrite)
    key = keys.require_key(record.provider)
    _go_on(runs.prepare_retry(record.id, kind), key, out, as_json=as_json)


def _source(stored: DatasetRecord, columns: str | None, limit: int | None) -> TransformInput:
    chosen = tuple(name.strip() for name in columns.split(",")) if columns is not None else None
    return TransformInput(dataset=stored.id, file=stored.filename, parse=stored.options, columns=chosen, limit=limit)


def _table_of(spec: RunSpec, beside: Path) -> DatasetRecord:
    source = spec.input
    if not isinstance(source, TransformInput):
        raise NotFoundError("This spec generates rows, which this version can't do.", "Update Handai.")
    if source.file and (beside / source.file).is_file():
        return store_file(beside / source.file, source.parse)
    return dataset(source.dataset or "")


def _start(
    spec: RunSpec,
    stored: DatasetRecord,
    out: Path | None,
    wanted: Wanted,
    run_name: str | None,
    session: str | None,
    *,
    as_json: bool,
) -> None:
    plan = check(spec, stored.info)
    key = keys.require_key(spec.model.provider)
    for notice in (*stored.info.notices, *plan.notices, sentence_on_privacy(plan)):
        errors.print(notice, markup=False)
    if key is not None and (warning := keys.hint(spec.model.provider, key)):
        errors.print(warning, markup=False)
    export = {"path": str(out.resolve()) if out else None, **asdict(wanted)}
    _execute(runs.create(runs.NewRun(spec, stored.id, run_name, session, export=export)), key, as_json=as_json)


def _check_new_target(record: RunRecord, out: Path | None, *, overwrite: bool) -> None:
    if out:
        own = record.export.get("path") == str(out.resolve())
        exporting.check_target(out, overwrite=overwrite or own)


def _go_on(record: RunRecord, key: SecretStr | None, out: Path | None, *, as_json: bool) -> None:
    if out:
        runs.remember_export(record.id, {"path": str(out.resolve())})
    _execute(record, key, as_json=as_json)


def _execute(record: RunRecord, key: SecretStr | None, *, as_json: bool) -> None:
    view = run_in_foreground(record, key)
    written = _write_table(view) if view.status in {RunStatus.COMPLETED, RunStatus.PARTIAL} else None
    view = runs.view(record.id)
    for line in summary(view, written):
        errors.print(line, markup=False)
    if as_json:
        write_line(orjson.dumps(view.figures()).decode())
    raise typer.Exit(EXIT_CODES[view.status])


def _write_table(view: RunView) -> Path | None:
    export: dict[str, Any] = runs.get(view.record.id).export
    if not export.get("path"):
        return None
    target = Path(export["path"])
    wanted = Wanted(bool(export.get("diagnostics")), bool(export.get("lossless_csv")))
    info = exporting.export(view.record, target, wanted)
    runs.remember_export(view.record.id, {"written": str(target)})
    for notice in info.notices:
        errors.print(notice, markup=False)
    return target


def summary(view: RunView, written: Path | None) -> list[str]:
    """The end of a run in a few lines: honest counts first, then errors by kind with their remedy."""
    record = view.record
    counts = f"{view.done} of {record.total} rows done"
    counts += f", {view.failed} failed" if view.failed else ""
    counts += f", {view.pending} pending" if view.pending else ""
    cost = (
        "cost unknown"
        if view.cost_usd is None
        else f"${view.cost_usd:.4f}" + ("" if view.cost_complete else " or more")
    )
    reason = f" ({record.reason})" if record.reason else ""
    lines = [
        f"{str(record.status).capitalize()}{reason}: {counts} in {view.duration_s or 0:.1f} s, {cost}. Run {record.id}."
    ]
    lines += [f"  {group.count} × {group.kind}: {group.cause} {group.remedy}".rstrip() for group in view.errors]
    if record.cause:
        lines.append(f"{record.cause} {record.remedy or ''}".strip())
    if record.status.is_resumable:
        lines.append(f"Every finished row is safe. Go on with: handai resume {record.id}")
    elif view.failed:
        lines.append(f"Ask again for the failed rows with: handai retry {record.id}")
    if record.provider == "demo":
        lines.append("These answers come from the offline demo, no AI.")
    if written:
        lines.append(f"Written: {written}")
    return lines
