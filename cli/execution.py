"""From a spec to a run that was executed, its table written and its end told; in this terminal or without it."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import typer
from pydantic import SecretStr

from cli.messages import errors
from cli.options import Manner
from cli.progress import run_in_foreground, tell, write_line
from engine.results import RunStatus
from engine.spec import NO_MODEL, RunSpec
from handai_db import DatasetRecord, RunRecord
from handai_errors import HandaiError
from services.home import PROJECT, home, run_log_path
from services.models import keys
from services.results import exporting
from services.results.exporting import Wanted
from services.running import runs
from services.running.checks import check, sentence_on_privacy
from services.running.views import RunView

FINISH = "_finish"
EXIT_CODES = {
    RunStatus.COMPLETED: 0,
    RunStatus.PARTIAL: 3,
    RunStatus.FAILED: 3,
    RunStatus.PAUSED: 4,
    RunStatus.STOPPED: 4,
    RunStatus.INTERRUPTED: 4,
}


def exit_code(status: RunStatus) -> int:
    """The code of a run's end; one whose end could not be noted counts as interrupted."""
    return EXIT_CODES.get(status, EXIT_CODES[RunStatus.INTERRUPTED])


def start(spec: RunSpec, stored: DatasetRecord | None, manner: Manner) -> None:
    """Check a spec, tell what a person should know, execute it and exit with the code of its end."""
    record, key = begin(spec, stored, manner)
    if manner.detach:
        detach(record, as_json=manner.as_json)
    else:
        execute(record, key, as_json=manner.as_json)


def begin(
    spec: RunSpec, stored: DatasetRecord | None, manner: Manner, *, preview: bool = False
) -> tuple[RunRecord, SecretStr | None]:
    """The run of a spec, checked and written down, with its key; what a person should know is told."""
    plan = check(spec, stored.info if stored else None, stored.id if stored else None)
    if manner.out is not None:
        exporting.check_fits(manner.out, plan.rows)
    model = plan.spec.model
    key = keys.require_key(model.provider, base_url=model.base_url)
    advice = (f"{plan.advice} handai check {model.provider} {model.model}",) if plan.advice else ()
    for notice in (*(stored.info.notices if stored else ()), *plan.notices, *advice, sentence_on_privacy(plan)):
        errors.print(notice)
    if key is not None and (warning := keys.hint(model.provider, key)):
        errors.print(warning)
    table, name, session = stored.id if stored else None, manner.run_name, manner.session
    return runs.create(runs.NewRun(spec, table, name, session, preview=preview, export=manner.export)), key


def detach(record: RunRecord, *, as_json: bool) -> None:
    """Have a process of its own execute a run and write its table; its keys are where this process found them."""
    log = os.open(run_log_path(record.id), os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        subprocess.Popen(
            [sys.executable, str(PROJECT / "handai_cli.py"), FINISH, record.id],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
            env={**os.environ, "HANDAI_HOME": str(home())},
        )
    finally:
        os.close(log)
    errors.print(
        f"The run {record.id} goes on without this terminal. See how it stands with: handai show {record.id}; "
        f"stop it with: handai stop {record.id}",
    )
    if as_json:
        write_line(orjson.dumps(runs.view(record.id).figures()).decode())


def execute(record: RunRecord, key: SecretStr | None, *, as_json: bool) -> None:
    """Execute a run in this process, write its table, tell its end and exit with its code."""
    view = run_in_foreground(record, key)
    written: Path | None = None
    problem: HandaiError | None = None
    if view.status in {RunStatus.COMPLETED, RunStatus.PARTIAL}:
        try:
            written = write_table(view.record)
        except HandaiError as error:  # the rows are safe: the run's end is told first
            problem = error
    view = runs.view(record.id)
    for line in summary(view, written):
        errors.print(line)
    if as_json:
        write_line(orjson.dumps(view.figures()).decode())
    if problem is not None:
        tell(problem)
        errors.print(f"No row is lost. Write the table with: handai export {record.id} -o FILE")
    raise typer.Exit(1 if problem is not None else exit_code(view.status))


def check_again(record: RunRecord, out: Path | None, *, overwrite: bool) -> None:
    """Raise before a run goes on if its table could not be written in the end: much may have changed since."""
    target = out.resolve() if out else remembered_target(record)
    if target is not None:
        exporting.check_target(target, overwrite=overwrite or may_replace(record, target))


def remembered_target(record: RunRecord) -> Path | None:
    """Where a run's table is to be written."""
    path = record.export.get("path")
    return Path(path) if path else None


def may_replace(record: RunRecord, target: Path) -> bool:
    """Whether a file at `target` may be replaced: the run wrote it, or the person allowed it for this place."""
    allowed = bool(record.export.get("overwrite")) and record.export.get("path") == str(target)
    return allowed or record.export.get("written") == str(target)


def write_table(record: RunRecord) -> Path | None:
    """Write a run's table where it was asked for; None if it was not."""
    record = runs.get(record.id)
    target = remembered_target(record)
    if target is None:
        return None
    exporting.check_target(target, overwrite=may_replace(record, target))
    export: dict[str, Any] = record.export
    wanted = Wanted(bool(export.get("diagnostics")), bool(export.get("lossless_csv")))
    info = exporting.export(record, target, wanted)
    runs.remember_export(record.id, {"written": str(target)})
    for notice in info.notices:
        errors.print(notice)
    return target


def go_on(record: RunRecord, key: SecretStr | None, manner: Manner) -> None:
    """Execute a run that was queued again."""
    changes: dict[str, Any] = {"path": str(manner.out.resolve())} if manner.out else {}
    if manner.overwrite:
        changes["overwrite"] = True
    if changes:
        runs.remember_export(record.id, changes)
    if manner.detach:
        detach(record, as_json=manner.as_json)
    else:
        execute(record, key, as_json=manner.as_json)


def finish(run: str) -> None:
    """The body of a detached run: not for people."""
    record = runs.get(run)
    execute(record, keys.require_key(record.provider, base_url=record.spec.model.base_url), as_json=False)


def summary(view: RunView, written: Path | None) -> list[str]:
    """The end of a run in a few lines: honest counts first, then errors by kind with their remedy."""
    record = view.record
    if view.damage:  # its counts can't be told
        return [f"{str(record.status).capitalize()}. Run {record.id}.", view.damage]
    reason = f" ({record.reason})" if record.reason else ""
    took = f"in {view.duration_s or 0:.1f} s{_cost(view)}"
    lines = [f"{str(record.status).capitalize()}{reason}: {_counts(view)} {took}. Run {record.id}."]
    lines += [f"  {group.count} × {group.kind}: {group.cause} {group.remedy}".rstrip() for group in view.errors]
    if record.cause:
        lines.append(f"{record.cause} {record.remedy or ''}".strip())
    if view.progress and view.progress.unknown:
        lines.append(
            f"Possibly billed twice: {view.progress.unknown}. So many requests were sent without an answer coming back."
        )
    if record.status.is_live:
        lines.append("How it ended could not be noted: the disk is full, or another program is holding handai.db.")
    if record.status.is_resumable or record.status.is_live:
        lines.append(f"Every finished row is safe. Go on with: handai resume {record.id}")
    elif view.failed:
        lines.append(f"Ask again for the failed rows with: handai retry {record.id}")
    if record.provider == "demo":
        lines.append("These answers come from the offline demo, no AI.")
    if written:
        lines.append(f"Written: {written}")
    return lines


def _counts(view: RunView) -> str:
    found = view.progress
    counts = [
        f"{view.done} of {view.record.total} rows done",
        f"{view.failed} failed" if view.failed else "",
        f"{view.pending} pending" if view.pending else "",
    ]
    if found is not None:
        counts += [
            f"{found.fallbacks} answered by a fallback" if found.fallbacks else "",
            f"{found.cached} asked before" if found.cached else "",
            f"{found.refused} refused and drawn again" if found.refused else "",
            f"{found.dropped} left out by checks" if found.dropped else "",
            f"{found.marked} marked by checks" if found.marked else "",
        ]
    return ", ".join(part for part in counts if part)


def _cost(view: RunView) -> str:
    if view.record.provider == NO_MODEL.provider:
        return ""
    if view.cost_usd is None:
        return ", cost unknown"
    return f", ${view.cost_usd:.4f}" + ("" if view.cost_complete else " or more")
