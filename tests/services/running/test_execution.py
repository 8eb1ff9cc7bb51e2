"""One execution in this process: how it is stopped, what breaks it off, and what it says at its end."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from engine.results import RunStatus
from handai_db import DatasetRecord, RunRecord
from handai_errors import DatabaseBusyError, DiskFullError, HandaiError
from services import answer_cache
from services.home import open_catalogue, run_path
from services.running import execution, listening, runs
from services.running.execution import execute
from services.tables import datasets
from tests.command_line import done_rows, made_table
from tests.fake_provider import FakeProvider
from tests.services.run_specs import spec_of

pytestmark = pytest.mark.anyio

ROWS = 12
IN_FLIGHT = 4


@pytest.fixture
def table(tmp_path: Path) -> DatasetRecord:
    return datasets.store_file(made_table(tmp_path / "in.csv", ROWS))


def made(table: DatasetRecord, provider: FakeProvider, *reuse_from: str) -> RunRecord:
    spec = spec_of(table, provider.url, concurrency=IN_FLIGHT)
    return runs.create(runs.NewRun(spec, table.id, reuse_from=reuse_from))


async def until(look: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not look():  # noqa: ASYNC110 nobody could set an event: another process's work is looked at
            await asyncio.sleep(0.01)


@asynccontextmanager
async def held_in_flight(record: RunRecord, provider: FakeProvider) -> AsyncIterator[asyncio.Task[RunStatus]]:
    """The run executing, its first requests in flight and kept there."""
    provider.configure(hold=True)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(execute(record.id, None))
        await until(lambda: provider.stats()["in_flight"] == IN_FLIGHT)
        yield task


async def test_a_stop_keeps_what_is_in_flight(table: DatasetRecord, fake_provider: FakeProvider) -> None:
    record = made(table, fake_provider)

    async with held_in_flight(record, fake_provider) as task:
        os.kill(os.getpid(), signal.SIGTERM)
        await until(lambda: runs.get(record.id).status is RunStatus.STOPPING)
        fake_provider.release()
        status = await task

    assert status is RunStatus.STOPPED
    assert done_rows(record.id) == IN_FLIGHT == fake_provider.stats()["total"]


async def test_a_second_stop_breaks_off_what_is_in_flight(table: DatasetRecord, fake_provider: FakeProvider) -> None:
    record = made(table, fake_provider)

    async with held_in_flight(record, fake_provider) as task:
        runs.stop(record.id)
        runs.stop(record.id)
        status = await task

    assert status is RunStatus.STOPPED
    view = runs.view(record.id)
    assert (view.done, view.failed, view.pending) == (0, 0, ROWS)
    assert view.progress is not None
    assert view.progress.unknown == IN_FLIGHT  # they may be billed, and are not forgotten


async def test_a_run_that_is_stopped_before_its_process_is_ready_asks_nothing(
    table: DatasetRecord, fake_provider: FakeProvider
) -> None:
    record = made(table, fake_provider)
    runs.stop(record.id)

    assert await execute(record.id, None) is RunStatus.STOPPED
    assert fake_provider.stats()["total"] == 0


async def test_a_stop_that_comes_with_the_last_rows_does_not_unmake_the_run(
    table: DatasetRecord, fake_provider: FakeProvider
) -> None:
    spec = spec_of(table, fake_provider.url, concurrency=IN_FLIGHT, limit=IN_FLIGHT)
    record = runs.create(runs.NewRun(spec, table.id))

    async with held_in_flight(record, fake_provider) as task:
        runs.stop(record.id)
        await until(lambda: runs.get(record.id).status is RunStatus.STOPPING)
        fake_provider.release()
        await task

    assert runs.get(record.id).status is RunStatus.COMPLETED


async def test_a_catalogue_that_cannot_be_written_does_not_cost_the_answers_in_flight(
    table: DatasetRecord, fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, tries = made(table, fake_provider), []

    def busy(*_: object) -> None:
        tries.append(1)
        raise DatabaseBusyError("Another program is holding handai.db.")

    monkeypatch.setattr(listening, "note_draining", busy)
    async with held_in_flight(record, fake_provider) as task:
        os.kill(os.getpid(), signal.SIGTERM)
        await until(lambda: len(tries) > 1)
        fake_provider.release()
        status = await task

    assert status is RunStatus.STOPPED
    assert done_rows(record.id) == IN_FLIGHT


@pytest.mark.parametrize(
    ("error", "reason"), [(DiskFullError("full"), "disk_full"), (DatabaseBusyError("locked"), "db_locked")]
)
async def test_a_disk_that_fails_before_the_first_row_pauses_the_run(
    table: DatasetRecord,
    fake_provider: FakeProvider,
    monkeypatch: pytest.MonkeyPatch,
    error: HandaiError,
    reason: str,
) -> None:
    record = made(table, fake_provider)

    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(execution, "begin_execution", fail)
        assert await execute(record.id, None) is RunStatus.PAUSED

    found = runs.get(record.id)
    assert (found.status, found.reason, found.cause) == (RunStatus.PAUSED, reason, error.cause)
    runs.prepare_resume(record.id)
    assert await execute(record.id, None) is RunStatus.COMPLETED


async def test_a_fault_of_ours_leaves_a_run_that_says_so_and_can_be_resumed(
    table: DatasetRecord, fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = made(table, fake_provider)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no client")

    with monkeypatch.context() as patch:
        patch.setattr(execution, "make_client", fail)
        with pytest.raises(HandaiError, match="no client"):
            await execute(record.id, None)

    found = runs.get(record.id)
    assert (found.status, "no client" in (found.cause or "")) == (RunStatus.INTERRUPTED, True)
    runs.prepare_resume(record.id)
    assert await execute(record.id, None) is RunStatus.COMPLETED


async def test_a_run_that_is_gone_or_damaged_gives_no_answers_and_costs_no_rows(
    table: DatasetRecord, fake_provider: FakeProvider
) -> None:
    damaged, gone = made(table, fake_provider), made(table, fake_provider)
    await execute(damaged.id, None)
    content = bytearray(run_path(damaged.id).read_bytes())
    run_path(damaged.id).write_bytes(content.replace(b"echo: ROW1", b"echo: ROW9"))
    run_path(gone.id).unlink()
    answer_cache.clear()
    record = made(table, fake_provider, gone.id, damaged.id)

    assert await execute(record.id, None) is RunStatus.COMPLETED

    view = runs.view(record.id)
    assert (view.done, view.failed) == (ROWS, 0)
    assert view.figures()["cached"] == ROWS - 3  # ROW1, ROW10 and ROW11


async def test_an_ended_run_has_no_owner(table: DatasetRecord, fake_provider: FakeProvider) -> None:
    record = made(table, fake_provider)
    await execute(record.id, None)

    with open_catalogue() as catalogue:
        assert catalogue.leases.get(record.id) is None
        assert catalogue.runs.live() == ()
