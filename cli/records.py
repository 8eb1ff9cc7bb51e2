"""The commands about runs that are there: stop, history, show, delete, providers, doctor."""

import sys
import time
from datetime import datetime
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Column, Table

from cli import answered
from cli.execution import summary
from cli.messages import errors
from cli.options import AsJson, Run
from cli.progress import write_line
from handai_db import AnsweredBy, RunFilter, RunRecord
from handai_errors import ConflictError
from providers.specs import PROVIDERS
from services import doctor as examination
from services.models.provider_view import provider_view
from services.past import history
from services.past.totals import By
from services.running import runs
from services.running.views import similar_words, view_of

_STOP_PATIENCE_S = 600.0
_POLL_S = 0.2
_LABELS = {"demo": "offline demo, no AI", "none": "no model"}

# A pipe has no width of its own, and a/b:free is a name.
output = Console(highlight=False, emoji=False, width=None if sys.stdout.isatty() else 200)


def stop(
    run: Run,
    now: Annotated[bool, typer.Option("--now", help="Break off what is in flight; it may be billed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Stop a run; requests in flight finish and are kept."""
    record = runs.find(run)
    if not record.status.is_live:
        raise ConflictError(f"The run {record.id} is not executing: it is {record.status}.", "Nothing is left to stop.")
    for _ in range(2 if now else 1):
        runs.stop(record.id)
    patience = time.monotonic() + _STOP_PATIENCE_S
    while runs.get(record.id).status.is_live and time.monotonic() < patience:
        time.sleep(_POLL_S)
    _tell(runs.get(record.id), as_json=as_json)


def show(
    run: Run,
    spec: Annotated[
        bool, typer.Option("--spec", help="Print the run's spec as YAML, which `handai run` takes.")
    ] = False,
    row: Annotated[
        int | None, typer.Option(min=1, help="Tell who answered this row, counted from 1; with --curl, its request.")
    ] = None,
    call: Annotated[int, typer.Option(min=1, help="Which of the row's model calls --curl is about.")] = 1,
    as_curl: Annotated[
        bool, typer.Option("--curl", help="Print a row's request as a curl command; the key is left out.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Tell how a run stands, or print its spec or the request of one of its rows."""
    record = runs.find(run)
    if as_curl:
        from services.results.curl import curl_of

        write_line(curl_of(record, (row or 1) - 1, call - 1))
    elif spec:
        write_line(record.spec.to_yaml().rstrip("\n"))
    elif row is not None:
        for line in answered.attempts_of(record, row - 1):
            write_line(line)
    else:
        _tell(record, as_json=as_json, found=answered.answered_by(record))


def list_history(
    as_json: AsJson = False,
    search: Annotated[str | None, typer.Option(help="Words in the name, session, model or prompt.")] = None,
    status: Annotated[str | None, typer.Option(help="Only runs with this status.")] = None,
    provider: Annotated[str | None, typer.Option(help="Only runs with this provider.")] = None,
    model: Annotated[str | None, typer.Option(help="Only runs with this model.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = 200,
    totals: Annotated[
        bool, typer.Option("--totals", help="Runs, rows, tokens and cost by month and model, of all runs.")
    ] = False,
    by: Annotated[By | None, typer.Option(help="With --totals: added up by month, provider or model.")] = None,
) -> None:
    """List the runs, newest first; or what they come to."""
    if totals or by:
        from cli.totals import tell

        tell(by, as_json=as_json)
        return
    found = history.list_runs(RunFilter(text=search, status=status, provider=provider, model=model), limit)
    views = [view_of(record) for record in found]
    if as_json:
        write_line(orjson.dumps([view.figures() for view in views]).decode())
        return
    table = Table(Column("run", no_wrap=True), "name", "status", "done", "model", "cost", "started", box=None)
    for view in views:
        record = view.record
        cost = "?" if view.cost_usd is None else f"${view.cost_usd:.4f}"
        began = f"{datetime.fromtimestamp(record.created_at).astimezone():%Y-%m-%d %H:%M}"
        label = _LABELS.get(record.provider, record.model)
        done = f"{view.done}/{record.total}" + (f", {view.failed} failed" if view.failed else "")
        table.add_row(record.id, record.name, str(record.status), done, label, cost, began)
    output.print(table)


def delete(
    run: Run,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Delete a run and its files for good."""
    record = runs.find(run)
    if not yes:
        typer.confirm(f"Delete the run '{record.name}' ({record.id}) and its files for good?", abort=True, err=True)
    history.delete_run(record.id)
    errors.print(f"Deleted: {record.id}")


def providers(as_json: AsJson = False) -> None:
    """List the providers, whether a key is there, and how they did in the runs so far."""
    if as_json:
        write_line(orjson.dumps([provider_view(spec.id).figures() for spec in PROVIDERS]).decode())
        return
    table = Table("provider", "name", "default model", "key", "requests", "answered", box=None)
    for spec in PROVIDERS:
        view = provider_view(spec.id)
        key, figures = view.key.in_force, view.metrics.all
        state = f"{key.shown} from {key.source}" if key else ("missing" if spec.requires_api_key else "not needed")
        rate = "" if figures.success_rate is None else f"{figures.success_rate:.0%}"
        table.add_row(spec.id, spec.name, view.defaults.model, state, f"{figures.requests:,}", rate)
    output.print(table)


def doctor() -> None:
    """Tell what is installed, reachable and configured."""
    findings = examination.examine()
    table = Table("", "what", "detail", box=None)
    signs = {"ok": "✓", "note": "·", "problem": "✗"}
    for finding in findings:
        table.add_row(signs[finding.level], finding.what, finding.detail)
    output.print(table)
    if any(finding.level == "problem" for finding in findings):
        raise typer.Exit(1)


def _tell(record: RunRecord, *, as_json: bool, found: tuple[AnsweredBy, ...] = ()) -> None:
    view = view_of(record)
    by = answered.line_of(record, found)
    if as_json:
        who = {"answered_by": answered.figures_of(found)} if by else {}
        write_line(orjson.dumps(view.figures() | who).decode())
        return
    for line in (*summary(view, None), *(line for line in (by, similar_words(view)) if line)):
        output.print(line, markup=False, soft_wrap=True)
