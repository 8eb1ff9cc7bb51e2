"""Runs: made, started, stopped, resumed, retried and found."""

import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from engine.outputs import drawn_names, planned_columns
from engine.results import RunStatus
from engine.spec import GenerateInput, RunSpec
from handai_db import Catalogue, RunRecord, SessionRecord, create_run_file, reopen_failed
from handai_errors import ConflictError, NotFoundError, SpecError
from services.dev_mode import refuse_in_dev_mode
from services.home import open_catalogue, run_path
from services.models import key_hosts, keys
from services.running.carried_marks import carry_marks
from services.running.checks import check
from services.running.damage import refuse_damaged
from services.running.fallback import accesses_of
from services.running.mending import mend, meta_of
from services.running.processes import WARM, is_alive, own_lease
from services.running.views import RunView, view_of
from services.tables.datasets import dataset
from services.tables.run_tables import sampler_of

SESSION_HOURS = 12
_START_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class NewRun:
    """What a person asks for beside the spec: names, a preview, runs whose answers are taken over, the export."""

    spec: RunSpec
    dataset_id: str | None = None
    name: str | None = None
    session: str | None = None
    preview: bool = False
    reuse_from: tuple[str, ...] = ()
    export: dict[str, Any] | None = None


def create(new: NewRun) -> RunRecord:
    """A checked run, written down and queued; nothing is sent. Raises SpecError or NotFoundError.

    Without a dataset it generates its rows.
    """
    table = dataset(new.dataset_id) if new.dataset_id is not None else None
    plan = check(new.spec, table.info if table else None, new.dataset_id)
    if isinstance(plan.spec.input, GenerateInput):
        sampler_of(plan.spec.input)  # what can't be drawn is told now, not by the run
    accesses_of(plan.spec.model)  # nor is a fallback's missing key
    about = Path(table.filename).stem if table else "Generated"
    with open_catalogue() as catalogue:
        session = _session_for(catalogue, new.session, table.filename if table else about)
        record = RunRecord(
            id=_new_id(),
            session_id=session.id,
            name=new.name or f"{about} {_today():%H:%M}",
            kind=plan.spec.input.kind,
            status=RunStatus.QUEUED,
            reason=None,
            cause=None,
            remedy=None,
            spec=plan.spec,
            provider=plan.spec.model.provider,
            model=plan.spec.model.model,
            dataset_id=table.id if table else None,
            total=plan.rows,
            preview=new.preview,
            reuse_from=new.reuse_from,
            export=new.export or {},
            figures={},
            request=None,
            created_at=time.time(),
            started_at=None,
            finished_at=None,
        )
        names = [column.name for column in table.info.columns] if table else _drawn(plan.spec)
        create_run_file(run_path(record.id), meta_of(record, plan.steps), planned_columns(record.spec, names).pairs)
        carry_marks(catalogue, record)
        catalogue.runs.add(record)
        catalogue.sessions.touch(session.id)
    return record


def launch(record: RunRecord, typed_key: SecretStr | None = None) -> None:
    """Have a run executed in its own process; raises InputError when its key is missing."""
    refuse_in_dev_mode(record.provider)
    model = record.spec.model
    WARM.start(record.id, keys.require_key(record.provider, typed_key, model.base_url), accesses_of(model))


def start(new: NewRun, typed_key: SecretStr | None = None) -> RunRecord:
    """Create a run and have it executed; the key is checked first."""
    model = new.spec.model
    key_hosts.remember_meant(model.provider, model.base_url, typed=typed_key is not None)
    keys.require_key(model.provider, typed_key, model.base_url)
    record = create(new)
    launch(record, typed_key)
    return record


def stop(run_id: str) -> RunStatus:
    """Ask a run to stop; asked again, it breaks off what is in flight. Returns its status now."""
    record = get(run_id)
    if not record.status.is_live:
        return record.status
    with open_catalogue() as catalogue:
        again = record.request is not None
        catalogue.runs.ask(run_id, "cancel" if again else "stop")
        catalogue.runs.note_draining(run_id, RunStatus.STOPPING)
    return get(run_id).status


def prepare_resume(run_id: str, *, max_cost_usd: float | None = None) -> RunRecord:
    """Queue a stopped, paused or interrupted run again; its finished rows stay. Raises ConflictError."""
    record = get(run_id)
    refuse_in_dev_mode(record.provider)
    if record.status.is_live:
        raise ConflictError("This run is executing.", "Stop it first, or wait until it ends.")
    if not record.status.is_resumable:
        raise ConflictError(f"This run is {record.status}: no row is pending.", "Retry its failed rows instead.")
    refuse_damaged(record)
    return _requeue(record, max_cost_usd)


def prepare_retry(run_id: str, kind: str | None = None) -> RunRecord:
    """Make failed rows pending, of one kind or all, and queue the run again; of a damaged run also those that are lost.

    Raises ConflictError.
    """
    record = get(run_id)
    refuse_in_dev_mode(record.provider)
    if record.status.is_live:
        raise ConflictError("This run is executing.", "Stop it first, or wait until it ends.")
    with leased(run_id):
        mended = mend(record)
        reopened = reopen_failed(run_path(run_id), kind)
    if not reopened and not mended and not record.status.is_resumable:
        raise ConflictError("No failed row is there to retry.", "Look at the run's rows.")
    return _requeue(record, None)


def requeue(record: RunRecord) -> RunRecord:
    """Queue a run that nobody executes, after its rows were made pending; raises ConflictError."""
    return _requeue(record, None)


def remember_export(run_id: str, export: dict[str, Any]) -> None:
    """Note where and how a run's table is written; a resume or retry writes the same file again."""
    with open_catalogue() as catalogue:
        record = _existing(catalogue.runs.get(run_id), run_id)
        catalogue.runs.set_export(run_id, {**record.export, **export})


def get(run_id: str) -> RunRecord:
    """The run with this id, with its true status; raises NotFoundError."""
    with open_catalogue() as catalogue:
        return _with_true_status(catalogue, _existing(catalogue.runs.get(run_id), run_id))


def find(reference: str) -> RunRecord:
    """The run a person means: id, beginning of an id, exact name or "last"; raises NotFoundError."""
    with open_catalogue() as catalogue:
        found = catalogue.runs.matching(reference)
        if len(found) > 1 and found[0].id != reference:
            choices = ", ".join(f"{item.id} ({item.name})" for item in found[:5])
            raise NotFoundError(f"'{reference}' can mean several runs: {choices}.", "Give more of the id.")
        return _with_true_status(catalogue, _existing(found[0] if found else None, reference))


def view(run_id: str) -> RunView:
    """The run as it is now."""
    return view_of(get(run_id))


def refresh_live() -> None:
    """Notice runs whose process is gone."""
    with open_catalogue() as catalogue:
        for record in catalogue.runs.live():
            _with_true_status(catalogue, record)


def _existing(record: RunRecord | None, reference: str) -> RunRecord:
    if record is None:
        raise NotFoundError(f"There is no run '{reference}'.", "The history lists all runs.")
    return record


def _with_true_status(catalogue: Catalogue, record: RunRecord) -> RunRecord:
    if not record.status.is_live or _is_executed(catalogue, record):
        return record
    with catalogue.database.transaction():  # it may have ended, or been taken, since it was looked at
        newest = _existing(catalogue.runs.get(record.id), record.id)
        if newest.status.is_live and not _is_executed(catalogue, newest):
            catalogue.runs.interrupt(record.id)
    return _existing(catalogue.runs.get(record.id), record.id)


def _is_executed(catalogue: Catalogue, record: RunRecord) -> bool:
    lease = catalogue.leases.get(record.id)
    if lease is not None and is_alive(lease):
        return True
    # The lease of a killed process stays until the next one takes it.
    return record.status is RunStatus.QUEUED and time.time() - _queued_at(record) < _START_PATIENCE_S


def _queued_at(record: RunRecord) -> float:
    return max(record.created_at, record.finished_at or 0.0, float(record.export.get("queued_at", 0.0)))


def _requeue(record: RunRecord, max_cost_usd: float | None) -> RunRecord:
    table = dataset(record.dataset_id) if record.dataset_id else None
    spec = record.spec
    accesses_of(spec.model)
    if max_cost_usd is not None:
        limits = spec.limits.model_copy(update={"max_cost_usd": max_cost_usd})
        spec = check(spec.model_copy(update={"limits": limits}), table.info if table else None, record.dataset_id).spec
    with open_catalogue() as catalogue, catalogue.database.transaction():
        newest = _existing(catalogue.runs.get(record.id), record.id)
        if newest.status.is_live:  # someone else was faster
            raise ConflictError("This run is executing.", "Stop it first, or wait until it ends.")
        catalogue.runs.set_spec(record.id, spec)
        catalogue.runs.set_export(record.id, {**newest.export, "queued_at": time.time()})
        catalogue.runs.ask(record.id, None)
        catalogue.runs.set_status(record.id, RunStatus.QUEUED)
        catalogue.sessions.touch(record.session_id)
        return _existing(catalogue.runs.get(record.id), record.id)


@contextmanager
def leased(run_id: str) -> Iterator[None]:
    """Hold a run's lease for a change by hand."""
    lease = own_lease(run_id)
    with open_catalogue() as catalogue:
        if catalogue.leases.take(lease, is_alive) is not None:
            raise ConflictError("Another process is executing this run.", "Wait for it, or stop it first.")
    try:
        yield
    finally:
        with open_catalogue() as catalogue:
            catalogue.leases.give_back(run_id, lease.pid)


def _session_for(catalogue: Catalogue, name: str | None, about: str) -> SessionRecord:
    if name is not None:
        return session_named(catalogue, name.strip())
    latest = max(catalogue.sessions.all(), key=lambda item: item.used_at, default=None)
    if latest is not None and time.time() - latest.used_at < SESSION_HOURS * 3600:
        return latest
    return catalogue.sessions.add(secrets.token_hex(5), f"{_today():%Y-%m-%d} {about}")


def session_named(catalogue: Catalogue, name: str, *, used: bool = True) -> SessionRecord:
    """The session of this name or id; made if it is new, `used` if the next runs go on in it."""
    if not name:
        raise SpecError("The session's name is empty.", "Give it a name.")
    with catalogue.database.transaction():  # two commands at once must not make two
        found = next((item for item in catalogue.sessions.all() if name in (item.id, item.name)), None)
        return found or catalogue.sessions.add(secrets.token_hex(5), name, used=used)


def _new_id() -> str:
    return f"{_today():%y%m%d}-{secrets.token_hex(3)}"


def _today() -> datetime:
    return datetime.now().astimezone()


def _drawn(spec: RunSpec) -> Sequence[str]:
    return drawn_names(spec.input) if isinstance(spec.input, GenerateInput) else ()
