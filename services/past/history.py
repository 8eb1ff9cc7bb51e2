"""Sessions and runs of the past: found, renamed, moved, deleted for good, kept for so many days, backed up."""

import itertools
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.results import RunStatus
from handai_db import Catalogue, RunFilter, RunReader, RunRecord, SessionRecord, damaged_paths, private_directory
from handai_errors import ConflictError, DamagedFileError, NotFoundError
from services import answer_cache
from services.forms import drafts
from services.home import dataset_path, home, open_catalogue, run_path
from services.past.orphans import sweep_orphans
from services.past.sessions import begin, checked_name
from services.running import runs
from services.running.damage import glanced_damage
from services.running.views import figures_of
from services.tables.datasets import forget_if_unused, sweep
from services.tables.run_tables import datasets_of, sampled_path

_SUFFIXES = ("", "-wal", "-shm", "-journal")
_ENDINGS = (".log", ".ballast", ".count", ".sent", ".manifest.json", ".manifest.tmp")


@dataclass(frozen=True, slots=True)
class DiskUse:
    """Bytes on the disk: all of Handai's folder, run files, datasets."""

    total: int
    runs: int
    datasets: int


def sessions() -> tuple[SessionRecord, ...]:
    """Every session: pinned ones first, then those last used."""
    with open_catalogue() as catalogue:
        return catalogue.sessions.all()


def list_runs(wanted: RunFilter, limit: int = 500, offset: int = 0) -> tuple[RunRecord, ...]:
    """Runs that pass the filter, newest first, each with its true status."""
    runs.refresh_live()
    with open_catalogue() as catalogue:
        return catalogue.runs.list(wanted, limit, offset)


def add_session(name: str) -> SessionRecord:
    """A new session with that name."""
    return begin(name)


def figures_now(record: RunRecord) -> dict[str, Any]:
    """A listed run's figures: those kept at its end, or the run file's while they may have changed since."""
    if record.figures and not record.status.is_live and record.status is not RunStatus.INTERRUPTED:
        return {**record.figures, "damage": glanced_damage(record)}
    return figures_of(record)


def rename_run(run_id: str, name: str) -> None:
    """Give a run another name."""
    with open_catalogue() as catalogue:
        catalogue.runs.rename(run_id, checked_name(name))


def move_run(run_id: str, session_id: str) -> None:
    """Put a run into another session."""
    with open_catalogue() as catalogue:
        catalogue.runs.move(run_id, session_id)


def delete_run(run_id: str) -> None:
    """Delete a run, its file, and its dataset if no other run uses it. Raises ConflictError while it executes."""
    record = runs.get(run_id)
    if record.status.is_live:
        raise ConflictError(f"The run '{record.name}' is executing.", "Stop it first, then delete it.")
    with runs.leased(run_id):
        for path in run_files(run_id):
            path.unlink(missing_ok=True)  # before the run is forgotten: what is still listed can be deleted again
        answer_cache.forget(run_id)
        drafts.forget_cells(run_id)
        with open_catalogue() as catalogue:
            catalogue.runs.delete(run_id)
    for dataset_id in datasets_of(record):
        forget_if_unused(dataset_id)


def delete_session(session_id: str) -> int:
    """Delete a session with all its runs, previews included; returns how many runs. Raises ConflictError."""
    with open_catalogue() as catalogue:
        inside = catalogue.runs.list(RunFilter(session_id=session_id, previews=True), limit=-1)
    for record in inside:
        if runs.get(record.id).status.is_live:
            raise ConflictError(f"The run '{record.name}' is executing.", "Stop it first, then delete the session.")
    for record in inside:
        delete_run(record.id)
    with open_catalogue() as catalogue:
        catalogue.sessions.delete(session_id)
    return len(inside)


def delete_all() -> int:
    """Delete every session, run and dataset; settings stay. Returns how many runs. Raises ConflictError."""
    runs.refresh_live()
    with open_catalogue() as catalogue:
        if catalogue.runs.live():
            raise ConflictError("A run is executing.", "Stop it first, then delete everything.")
    deleted = sum(delete_session(session.id) for session in sessions())
    shutil.rmtree(home() / "datasets", ignore_errors=True)
    answer_cache.clear()
    with open_catalogue() as catalogue:
        for record in catalogue.datasets.unused(time.time() + 1):
            catalogue.datasets.delete_unused(record.id)
    return deleted


def keep_for(days: int) -> int:
    """Delete ended runs that are older than so many days; returns how many."""
    limit = time.time() - days * 86_400
    with open_catalogue() as catalogue:
        old = catalogue.runs.list(RunFilter(until=limit, previews=True), limit=-1)
    ended = [item for item in old if not runs.get(item.id).status.is_live and (item.finished_at or 0) < limit]
    for record in ended:
        delete_run(record.id)
    return len(ended)


def tidy(keep_days: int | None) -> None:
    """What a start cleans up: previews after a day, uploads nobody ran, and runs past their time."""
    limit = time.time() - 86_400
    with open_catalogue() as catalogue:
        old = [item for item in catalogue.runs.list(RunFilter(until=limit, previews=True), limit=-1) if item.preview]
    for record in old:
        if not runs.get(record.id).status.is_live:
            delete_run(record.id)
    if keep_days:
        keep_for(keep_days)
    sweep()
    sweep_orphans(limit)


def run_files(run_id: str) -> tuple[Path, ...]:
    """Every file that belongs to a run alone."""
    path = run_path(run_id)
    beside = tuple(path.with_name(path.name + suffix) for suffix in _SUFFIXES)
    more = tuple(path.with_suffix(ending) for ending in _ENDINGS)
    return (*beside, sampled_path(run_id), *more, *damaged_paths(path))


def disk_use_of(run_id: str) -> int:
    """Bytes of a run's files, its dataset left out."""
    return sum(path.stat().st_size for path in run_files(run_id) if path.exists())


def disk_use() -> DiskUse:
    """Bytes that Handai uses on the disk."""
    return DiskUse(_size(home()), _size(home() / "runs"), _size(home() / "datasets"))


def back_up(target: Path) -> Path:
    """Copy everything to a new folder inside `target`, consistent while runs execute; returns the folder."""
    if not target.is_dir():
        raise NotFoundError(f"There is no folder {target}.", "Create it first, or choose another.")
    folder = _new_folder(target, f"handai-backup-{datetime.now().astimezone():%Y%m%d-%H%M%S}")
    private_directory(folder / "runs")
    with open_catalogue() as catalogue:
        catalogue.database.copy_to(folder / "handai.db")
    records = _disowned(folder / "handai.db")
    for record in records:
        _copy_run(run_path(record.id), folder / "runs" / f"{record.id}.db")
        with suppress(FileNotFoundError):  # it has none, or not yet
            shutil.copyfile(sampled_path(record.id), folder / "runs" / sampled_path(record.id).name)
    for dataset_id in frozenset().union(*(datasets_of(record) for record in records)):
        if dataset_path(dataset_id).exists():
            shutil.copytree(dataset_path(dataset_id), private_directory(folder / "datasets") / dataset_id)
    return folder


def _new_folder(target: Path, name: str) -> Path:
    for number in itertools.count(1):
        with suppress(FileExistsError):
            folder = target / (name if number == 1 else f"{name}-{number}")
            folder.mkdir(mode=0o700)
            break
    return folder


def _disowned(copy: Path) -> tuple[RunRecord, ...]:
    """The runs of a copied catalogue, none of them executing: its runs' processes write the original."""
    with Catalogue(copy) as catalogue:
        for record in catalogue.runs.live():
            catalogue.runs.interrupt(record.id)
            if lease := catalogue.leases.get(record.id):
                catalogue.leases.give_back(record.id, lease.pid)
        return catalogue.runs.list(RunFilter(previews=True), limit=-1)


def _copy_run(source: Path, target: Path) -> None:
    if not source.exists():  # deleted a moment ago
        return
    try:
        with RunReader(source) as reader:
            reader.copy_to(target)
    except DamagedFileError:  # one bad file must not keep the others from being saved
        shutil.copyfile(source, target)


def backup_zip() -> bytes:
    """The same copy as one zip file; for a history that fits in memory."""
    with tempfile.TemporaryDirectory(dir=home(), prefix=".backup-") as folder:
        made = back_up(Path(folder))
        return Path(shutil.make_archive(str(made), "zip", folder, made.name)).read_bytes()


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) if folder.exists() else 0
