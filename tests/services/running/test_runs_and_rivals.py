"""What two processes, or a person in a hurry, can do to one run at the same time."""

import time
from pathlib import Path

import pytest

from engine.columns import Output
from engine.results import RunStatus
from engine.steps import steps_of
from handai_db import DatasetRecord, Lease, RunRecord
from handai_errors import ConflictError, SpecError
from services.home import home, open_catalogue
from services.running import checks, runs
from services.running.processes import own_lease
from services.tables import datasets
from tests.command_line import made_table
from tests.services.run_specs import spec_of

NOBODY = 2**22 + 1  # beyond the greatest pid


@pytest.fixture
def table(tmp_path: Path) -> DatasetRecord:
    return datasets.store_file(made_table(tmp_path / "in.csv", 3))


@pytest.fixture
def record(table: DatasetRecord) -> RunRecord:
    return runs.create(runs.NewRun(spec_of(table, "http://127.0.0.1:9/v1"), table.id))


def set_status(record: RunRecord, status: RunStatus) -> None:
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(record.id, status)


def take(lease: Lease) -> None:
    with open_catalogue() as catalogue:
        assert catalogue.leases.take(lease, lambda _: False) is None


def test_a_resumed_run_is_not_queued_again_by_one_who_saw_it_stopped(
    record: RunRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_status(record, RunStatus.STOPPED)
    seen = runs.get(record.id)
    runs.prepare_resume(record.id)
    take(own_lease(record.id))
    set_status(record, RunStatus.RUNNING)
    monkeypatch.setattr(runs, "get", lambda _: seen)  # the rival looked before

    with pytest.raises(ConflictError):
        runs.prepare_resume(record.id)

    with open_catalogue() as catalogue:
        assert catalogue.runs.live()[0].status is RunStatus.RUNNING


def test_a_queued_run_whose_process_never_comes_is_interrupted(
    record: RunRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert runs.get(record.id).status is RunStatus.QUEUED

    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 60)

    assert runs.get(record.id).status is RunStatus.INTERRUPTED


def test_a_stop_of_a_run_whose_process_is_gone_tells_that(record: RunRecord) -> None:
    set_status(record, RunStatus.RUNNING)
    take(Lease(record.id, NOBODY, 1.0))

    assert runs.stop(record.id) is RunStatus.INTERRUPTED
    assert runs.get(record.id).request is None


def test_a_session_is_got_or_created_by_its_name(table: DatasetRecord) -> None:
    def made(name: str) -> str:
        spec = spec_of(table, "http://127.0.0.1:9/v1")
        return runs.create(runs.NewRun(spec, table.id, session=name)).session_id

    assert made("Study") == made(" Study ") == made("Study")
    assert made("Other") != made("Study")
    with pytest.raises(SpecError):
        made(" ")


def test_the_latest_session_goes_on_for_twelve_hours(table: DatasetRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    def made() -> str:
        return runs.create(runs.NewRun(spec_of(table, "http://127.0.0.1:9/v1"), table.id)).session_id

    first, now = made(), time.time()
    monkeypatch.setattr(time, "time", lambda: now + 11 * 3600)
    assert made() == first
    monkeypatch.setattr(time, "time", lambda: now + 24 * 3600)
    assert made() != first


def test_several_outputs_are_asked_for_as_json_without_being_told(table: DatasetRecord) -> None:
    """As plain text only the first would ever be filled."""
    spec = spec_of(table, "http://127.0.0.1:9/v1")
    two = spec.model_copy(update={"outputs": (*spec.outputs, Output(name="second"))})

    assert checks.check(two, table.info).outputs == ("answer", "second")
    assert [step.json for step in steps_of(two, ["id", "text"])] == [True]


def test_the_folder_is_where_it_was_said_whoever_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """HANDAI_HOME may be empty, relative, or begin with a tilde."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    found = []
    for value in ("", "here", "~/there"):
        monkeypatch.setenv("HANDAI_HOME", value)
        found.append(home())

    assert found[0] != tmp_path
    assert found[1:] == [tmp_path / "here", tmp_path / "me" / "there"]
    assert found[1].stat().st_mode & 0o077 == 0
