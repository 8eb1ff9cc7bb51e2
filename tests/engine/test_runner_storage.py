"""The runner when the disk gives way under it: it pauses, tells why, and what counts is what is stored."""

import sqlite3
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import pytest

from engine.flow import RunEnd
from engine.results import PauseReason
from handai_errors import DiskFullError, ErrorKind, ProviderError, StorageError
from providers.base import CompletionRequest, Message
from providers.router import make_client
from storage import handover, run_writer
from storage.connect import open_run_writer
from storage.run_batch import Batch
from tests.engine.scripted import Execution, Outcome, Settings, Stored, Watched, answer, executing, numbered
from tests.fake_faults import FAULTS
from tests.fake_provider import FakeProvider

pytestmark = pytest.mark.anyio

_NOT_HERE = {"401", "402", "404", "429_quota", "html", "redirect", "429"}  # they pause the run or make it wait
_FAULTS = sorted(set(FAULTS) - _NOT_HERE)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_writer, "FLUSH_INTERVAL_S", 0.001)
    monkeypatch.setattr("storage.ballast.BALLAST_BYTES", 16)
    monkeypatch.setattr(run_writer, "_RETRY_S", 0.001)


def fill_disk(monkeypatch: pytest.MonkeyPatch, pages: int) -> None:
    """Let the writer's file grow to so many pages and no further."""

    def limited(path: Path) -> sqlite3.Connection:
        connection = open_run_writer(path)
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    monkeypatch.setattr(run_writer, "open_run_writer", limited)


@pytest.mark.parametrize("concurrency", [1, 8, 64])
async def test_a_full_disk_pauses_and_what_counts_is_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, concurrency: int
) -> None:
    fill_disk(monkeypatch, pages=400)  # room for the first flush, however many answers came at once
    path, long = tmp_path / "run.db", "x" * 3000
    async with executing(path, lambda _row, _number: answer(long), Settings(concurrency, give_up_s=0.02)) as execution:
        end = await execution.run(numbered(2000))
        assert len(execution.client.asked) < 700
    stored = Stored(path)
    assert end.pause is PauseReason.DISK_FULL
    assert isinstance(end.why, DiskFullError)
    assert stored.done
    assert stored.counted == stored.in_tables


async def test_after_a_full_disk_the_next_execution_does_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.db"
    with monkeypatch.context() as patch:
        fill_disk(patch, pages=200)  # room for a few flushes of the 400 that the rows take
        async with executing(path, lambda _row, _number: answer("x" * 3000), Settings(give_up_s=0.02)) as execution:
            await execution.run(numbered(200))
    done = Stored(path).done
    assert 0 < len(done) < 200
    attempts = {(row, 0): number for row, number, _ in Stored(path).attempts if row not in done}
    execution = Execution(path, lambda _row, _number: answer(), Settings(attempts_so_far=attempts))
    try:
        await execution.run(item for item in numbered(200) if item[0] not in done)
        assert done.isdisjoint(execution.client.asked)
    finally:
        await execution.writer.close()
    assert Stored(path).done == set(range(200))


@pytest.mark.parametrize("after", [0, 1, 5])
async def test_a_writer_that_breaks_ends_the_run_loudly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    class Broken(Batch):
        writes = 0

        def write(self, connection: sqlite3.Connection) -> None:
            Broken.writes += 1
            if Broken.writes > after:
                raise RuntimeError("no")
            super().write(connection)

    monkeypatch.setattr(handover, "Batch", Broken)
    path = tmp_path / "run.db"
    async with executing(path, lambda _row, _number: answer(), Settings(max_undurable=4)) as execution:
        end = await execution.run(numbered(1000))
    assert end.pause is not None
    assert isinstance(end.why, StorageError)
    stored = Stored(path)
    assert stored.counted == stored.in_tables


async def test_a_disk_that_fails_while_rows_are_taken_over_pauses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when no row needs a request, so that nobody else would notice."""

    class Full(Batch):
        def write(self, connection: sqlite3.Connection) -> None:
            if self.results:
                raise RuntimeError("no")
            super().write(connection)

    monkeypatch.setattr(handover, "Batch", Full)
    unreadable: list[Any] = []
    unreadable.append(unreadable)
    watched = Watched((row, {"n": unreadable}) for row in range(3000))
    path = tmp_path / "run.db"
    async with executing(path, lambda _row, _number: answer(), Settings(max_undurable=4)) as execution:
        end = await execution.run(watched)
    assert isinstance(end.why, StorageError)
    assert watched.read <= 512
    assert Stored(path).status == {}


async def test_a_full_disk_during_back_off_leaves_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_disk(monkeypatch, pages=30)
    path = tmp_path / "run.db"
    slow = ProviderError(ErrorKind.OVERLOADED, "slow " * 500, retry_after_s=0.002)
    async with executing(
        path, lambda _row, number: slow if number < 15 else answer(), Settings(max_attempts=20, give_up_s=0.02)
    ) as execution:
        end = await execution.run(numbered(300))
        assert execution.limiter.live.in_flight == 0
    stored = Stored(path)
    assert end.pause is PauseReason.DISK_FULL
    assert stored.counted == stored.in_tables


async def test_over_the_wire_every_fault_leaves_the_books_balanced(tmp_path: Path) -> None:
    """The real client and a real server on this machine that misbehaves in every way that does not pause a run."""
    path = tmp_path / "run.db"
    with FakeProvider(faults=dict.fromkeys(_FAULTS, 0.3 / len(_FAULTS))) as provider:
        client = make_client("custom", base_url=provider.url, api_key=None)

        def script(row: int, _number: int) -> Awaitable[Outcome]:
            return client.complete(CompletionRequest("m", (Message("user", f"ROW{row}"),), timeout_s=0.2))

        async with executing(path, script, Settings(16, max_attempts=4)) as execution:
            end = await execution.run(numbered(60))
            asked = execution.client.asked.total()
        await client.aclose()
    stored = Stored(path)
    assert len(stored.attempts) == asked
    assert end == RunEnd()
    assert len(stored.done) + len(stored.failed) == 60
    assert len(stored.done) > 30
    stored.check_clean()
