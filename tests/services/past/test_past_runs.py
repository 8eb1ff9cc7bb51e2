"""Runs of the past: deleted for good, backed up while others execute, and settings that survive damage."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from engine.results import RunStatus
from handai_db import DatasetRecord, Lease, RunFilter, RunRecord
from handai_errors import ConflictError
from services import preferences
from services.home import catalogue_path, home, open_catalogue, run_path
from services.past import history
from services.running import runs
from services.running.execution import execute
from services.running.processes import own_lease
from services.tables import datasets
from tests.command_line import made_table
from tests.fake_provider import FakeProvider
from tests.services.run_specs import spec_of


@pytest.fixture
def table(tmp_path: Path) -> DatasetRecord:
    return datasets.store_file(made_table(tmp_path / "in.csv", 5))


@pytest.fixture
def done(table: DatasetRecord, fake_provider: FakeProvider) -> RunRecord:
    record = runs.create(runs.NewRun(spec_of(table, fake_provider.url), table.id))
    asyncio.run(execute(record.id, None))
    return record


@pytest.fixture
def executing(table: DatasetRecord) -> Iterator[RunRecord]:
    """A run that this very process holds."""
    record = runs.create(runs.NewRun(spec_of(table, "http://127.0.0.1:9/v1"), table.id))
    with open_catalogue() as catalogue:
        catalogue.leases.take(own_lease(record.id), lambda _: False)
        catalogue.runs.set_status(record.id, RunStatus.RUNNING)
    yield record
    with open_catalogue() as catalogue:
        catalogue.leases.give_back(record.id, own_lease(record.id).pid)


def test_what_is_left_of_a_deletion_that_failed_can_be_deleted(
    done: RunRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files go first: what is still listed can be deleted again, what is not listed is gone."""

    def fail(*_: object, **__: object) -> None:
        raise PermissionError("not now")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", fail)
        with pytest.raises(PermissionError):
            history.delete_run(done.id)
    history.delete_run(done.id)

    assert history.list_runs(RunFilter()) == ()
    assert [path for path in history.run_files(done.id) if path.exists()] == []


def test_an_executing_run_is_not_deleted_even_if_its_status_is_behind(
    done: RunRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    rival = own_lease(done.id)
    monkeypatch.setattr("os.getpid", lambda: 1)  # the lease's owner is another process
    with open_catalogue() as catalogue:
        catalogue.leases.take(rival, lambda _: False)

    with pytest.raises(ConflictError):
        history.delete_run(done.id)

    assert run_path(done.id).exists()


def test_everything_is_deleted_but_never_while_a_run_executes(done: RunRecord, executing: RunRecord) -> None:
    with pytest.raises(ConflictError):
        history.delete_all()
    assert run_path(done.id).exists()

    with open_catalogue() as catalogue:
        catalogue.runs.set_status(executing.id, RunStatus.STOPPED)
        catalogue.leases.give_back(executing.id, own_lease(executing.id).pid)
    assert history.delete_all() == 2

    assert history.disk_use().datasets == history.disk_use().runs == 0
    assert history.sessions() == ()
    assert b"ROW1" not in b"".join(path.read_bytes() for path in home().rglob("*") if path.is_file())


def test_runs_are_kept_for_so_many_days(done: RunRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    assert history.keep_for(1) == 0
    with open_catalogue() as catalogue:
        catalogue.database.change("UPDATE runs SET created_at = 1, finished_at = 2")

    assert history.keep_for(1) == 1
    assert history.list_runs(RunFilter()) == ()


def test_a_backup_taken_while_a_run_executes_opens_and_can_be_resumed(
    tmp_path: Path, done: RunRecord, executing: RunRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = history.back_up(tmp_path)
    monkeypatch.setenv("HANDAI_HOME", str(folder))

    found = {record.id: record.status for record in history.list_runs(RunFilter())}
    assert found == {done.id: RunStatus.COMPLETED, executing.id: RunStatus.INTERRUPTED}
    assert runs.prepare_resume(executing.id).status is RunStatus.QUEUED
    assert [path for path in folder.rglob("*") if path.stat().st_mode & 0o077] == []


def test_two_backups_in_one_second_are_two(tmp_path: Path, done: RunRecord) -> None:
    assert history.back_up(tmp_path) != history.back_up(tmp_path)


def test_one_damaged_run_does_not_keep_the_others_from_being_backed_up(tmp_path: Path, done: RunRecord) -> None:
    damaged = runs.create(runs.NewRun(done.spec, done.dataset_id or ""))
    run_path(damaged.id).write_bytes(b"not a database at all" * 100)

    folder = history.back_up(tmp_path)

    assert (folder / "runs" / f"{done.id}.db").exists()
    assert (folder / "runs" / f"{damaged.id}.db").read_bytes() == run_path(damaged.id).read_bytes()


def test_a_table_that_is_uploaded_again_is_not_swept_away(done: RunRecord, tmp_path: Path) -> None:
    history.delete_run(done.id)
    table = datasets.store_file(tmp_path / "in.csv")
    with open_catalogue() as catalogue:
        catalogue.database.change("UPDATE datasets SET created_at = 1")
    again = datasets.store_file(tmp_path / "in.csv")

    assert datasets.sweep() == 0
    assert again.id == table.id
    assert datasets.table_path(table.id).exists()


@pytest.mark.parametrize("broken", ["{not json", '{"provider": 7}', "[]", '{"nobody": "knows"}', "null"])
def test_settings_that_cannot_be_read_any_more_fall_back(broken: str) -> None:
    preferences.save(preferences.Preferences(provider="openai"))
    with closing(sqlite3.connect(catalogue_path())) as connection, connection:
        connection.execute("UPDATE settings SET value = ?", (broken,))

    assert preferences.load() == preferences.Preferences()


def test_a_lease_of_a_dead_process_does_not_keep_a_run_from_being_deleted(done: RunRecord) -> None:
    with open_catalogue() as catalogue:
        catalogue.leases.take(Lease(done.id, 2**22 + 1, 1.0), lambda _: False)

    history.delete_run(done.id)

    with open_catalogue() as catalogue:
        assert catalogue.leases.get(done.id) is None
