"""A bundle from elsewhere becomes a run of this history, with its tables; checked whole before anything is kept."""

import re
import secrets
import shutil
import tempfile
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from engine.results import RunStatus
from engine.schema.columns import TableColumn
from engine.spec import GenerateInput, RunSpec
from engine.steps import steps_of
from engine.tables import format_of
from handai_db import RunRecord, check_foreign, find_damage, seal
from handai_errors import DamagedFileError, SpecError
from services.bundles import bundle_format as form
from services.bundles.bundle import drawn_hash
from services.bundles.bundle_format import BundledRun, BundledTable
from services.bundles.bundle_reading import Bundle, opened
from services.home import home, open_catalogue, run_path
from services.past import history
from services.running.runs import session_named
from services.running.views import view_of
from services.tables.chosen_rows import count_asked
from services.tables.datasets import forget_if_unused, store_upload
from services.tables.run_tables import sampled_path, sampler_of, table_of, tables_named

SESSION = "Opened bundles"
_NOT_FIT = "Nothing was opened. Ask for the bundle again."


@dataclass(frozen=True, slots=True)
class Opened:
    """The run that a bundle holds; `known` if it was in the history before, and nothing was added."""

    record: RunRecord
    known: bool


def open_bundle(path: Path, *, session: str | None = None) -> Opened:
    """Open a bundle as a run of the history; the same one again is recognised.

    Whatever is wrong with it is told and leaves nothing behind: InputError, DamagedFileError, NewerDatabaseError.
    """
    with opened(path) as bundle, ExitStack() as undo:
        run = bundle.manifest.run
        if (known := _known(run)) is not None:
            return Opened(known, known=True)
        folder = Path(undo.enter_context(tempfile.TemporaryDirectory(dir=home(), prefix=".bundle-")))
        tables = {table.path: folder / f"{n}{_ending(table)}" for n, table in enumerate(bundle.manifest.tables)}
        run_file = folder / "run.db"
        bundle.unpack({form.RUN_FILE: run_file, **tables})
        with ExitStack() as if_it_fails:
            _store_tables(bundle, tables, if_it_fails)
            record = _record(bundle)
            _check(record, run_file)
            record = _put_in(record, run, run_file, if_it_fails)
            record = _write_down(record, session or SESSION)
            if_it_fails.pop_all()
    return Opened(record, known=False)


def _known(run: BundledRun) -> RunRecord | None:
    """The run as it is in the history already: it was made here, or opened before."""
    with open_catalogue() as catalogue:
        here = catalogue.runs.get(run.id)
        if here is not None and here.created_at == run.created_at and here.dataset_id == run.dataset_id:
            return here
        return catalogue.runs.opened_from(run.id, run.created_at)


def _ending(table: BundledTable) -> str:
    format_of(table.filename)  # a name that no upload could have
    return PurePosixPath(table.path).suffix.lower()


def _store_tables(bundle: Bundle, tables: dict[str, Path], if_it_fails: ExitStack) -> None:
    """Keep the bundle's tables, read as uploads are: in a limited process."""
    for table in bundle.manifest.tables:
        with open_catalogue() as catalogue:
            is_new = catalogue.datasets.get(table.id) is None
        with tables[table.path].open("rb") as source:
            stored = store_upload(source, Path(table.filename).name, table.options, sample=table.sample)
        if is_new or stored.id != table.id:
            if_it_fails.callback(forget_if_unused, stored.id)
        if stored.id != table.id:
            raise DamagedFileError("A table in the bundle is not the one that its run is about.", _NOT_FIT)


def _record(bundle: Bundle) -> RunRecord:
    """The run as the history will know it; where it wrote its file elsewhere is no matter here."""
    run, spec = bundle.manifest.run, _with_plain_names(bundle.manifest.run.spec)
    source = spec.input
    needed = tables_named(source) if isinstance(source, GenerateInput) else {source.dataset}
    of_run = None if isinstance(source, GenerateInput) else source.dataset
    if run.dataset_id != of_run or needed != {table.id for table in bundle.manifest.tables}:
        raise DamagedFileError("The bundle's tables are not those of its run.", _NOT_FIT)
    return RunRecord(
        id=_free_id(run.id),
        session_id="",
        name=run.name,
        kind=source.kind,
        status=RunStatus.INTERRUPTED if run.status.is_live else run.status,
        reason=run.reason,
        cause=run.cause,
        remedy=run.remedy,
        spec=spec,
        provider=spec.model.provider,
        model=spec.model.model,
        dataset_id=run.dataset_id,
        total=run.total,
        preview=False,
        reuse_from=(),
        export={},
        figures={},
        request=None,
        created_at=run.created_at,
        started_at=run.started_at,
        finished_at=run.finished_at or run.created_at,
        origin={
            "run_id": run.id,
            "made_by": bundle.manifest.made_by,
            "made_at": bundle.manifest.made_at,
            "opened_at": time.time(),
        },
    )


def _with_plain_names(spec: RunSpec) -> RunSpec:
    """The spec in which no file's name leads to another folder."""
    source = spec.input
    if isinstance(source, GenerateInput):
        columns = tuple(
            column.model_copy(update={"file": _plain_name(column.file)}) if isinstance(column, TableColumn) else column
            for column in source.columns
        )
        return spec.model_copy(update={"input": source.model_copy(update={"columns": columns})})
    return spec.model_copy(update={"input": source.model_copy(update={"file": _plain_name(source.file)})})


def _plain_name(name: str | None) -> str | None:
    return re.split(r"[/\\]", name)[-1] if name else name


def _free_id(wanted: str) -> str:
    with open_catalogue() as catalogue:
        run_id = wanted
        while catalogue.runs.get(run_id) is not None or run_path(run_id).exists():
            run_id = f"{datetime.now().astimezone():%y%m%d}-{secrets.token_hex(3)}"
        return run_id


def _check(record: RunRecord, run_file: Path) -> None:
    """Raise unless the run's file is one, whole, and about this very table and spec."""
    source = record.spec.input
    try:
        if isinstance(source, GenerateInput):
            sampler_of(source)
            rows = reach = source.rows
        else:
            table = table_of(record)
            rows, reach = count_asked(source, table), table.rows
    except SpecError as error:
        raise DamagedFileError(f"The bundle's run doesn't fit its table. {error.cause}", _NOT_FIT) from error
    if rows != record.total:
        raise DamagedFileError("The bundle's run is about another number of rows than its table has.", _NOT_FIT)
    check_foreign(run_file, reach)
    damage = find_damage(run_file, rows=reach, steps=len(steps_of(record.spec, table_of(record).names)))
    if damage is not None:
        raise DamagedFileError(f"The bundle's run file is damaged. {damage.why}", _NOT_FIT)


def _put_in(record: RunRecord, run: BundledRun, run_file: Path, if_it_fails: ExitStack) -> RunRecord:
    """Move the run's files to their place; the run with its figures."""
    target = run_path(record.id)
    if_it_fails.callback(_remove, record.id)
    if isinstance(record.spec.input, GenerateInput) and run.drawn_sha256 is not None:
        sampler_of(record.spec.input).write(sampled_path(record.id), lambda _: None)
        if drawn_hash(table_of(record), record.total) != run.drawn_sha256:
            raise DamagedFileError(
                "This Handai draws another table from the bundle's schema than the one that made it.",
                "Nothing was opened. Open it with the version that its manifest names.",
            )
    shutil.move(run_file, target)
    target.chmod(0o600)
    record = replace(record, commits=seal(target))
    view = view_of(record)
    if view.damage:
        raise DamagedFileError(f"The bundle's run file can't be used. {view.damage}", _NOT_FIT)
    return replace(record, figures=view.figures())


def _write_down(record: RunRecord, session: str) -> RunRecord:
    """The last step: from now on the history has the run."""
    with open_catalogue() as catalogue:
        record = replace(record, session_id=session_named(catalogue, session, used=False).id)
        catalogue.runs.add(record)
    return record


def _remove(run_id: str) -> None:
    for path in history.run_files(run_id):
        with suppress(OSError):
            path.unlink(missing_ok=True)
