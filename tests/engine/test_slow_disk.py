"""A disk that is slow slows the requests: answers that are paid for never pile up before it."""

import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.results import Reservation
from storage import handover
from storage.run_batch import Batch
from storage.run_writer import RunWriter
from tests.engine.scripted import Settings, Stored, answer, executing, numbered

pytestmark = pytest.mark.anyio
ROWS = 400
IN_FLIGHT = 8


async def most_piled_up(path: Path, monkeypatch: pytest.MonkeyPatch, max_undurable: int) -> int:
    """The most rows that had been asked for and were not on the disk, at any commit of a run on a slow one."""
    piled_up: list[int] = []
    asked: list[Counter[int]] = []
    written = 0

    class Slow(Batch):
        def write(self, connection: sqlite3.Connection) -> None:
            nonlocal written
            if self.results:
                time.sleep(0.02)  # the sync of a bad disk, in the writer's own thread
            piled_up.append(asked[0].total() - written)
            super().write(connection)
            written += len(self.results)

    monkeypatch.setattr(handover, "Batch", Slow)
    async with executing(path, lambda _row, _number: answer(), Settings(IN_FLIGHT, max_undurable=max_undurable)) as run:
        asked.append(run.client.asked)
        await run.run(numbered(ROWS))
    assert len(Stored(path).done) == ROWS
    return max(piled_up)


async def test_requests_wait_for_a_slow_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await most_piled_up(tmp_path / "run.db", monkeypatch, 16) <= 16 + IN_FLIGHT


@pytest.mark.parametrize(("max_undurable", "is_bounded"), [(16, True), (100_000, False)])
async def test_the_queue_of_results_is_bounded_also_where_nobody_waits_for_reservations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, max_undurable: int, is_bounded: bool
) -> None:
    async def unwaited(self: RunWriter, requests: Sequence[Reservation], *, at_once: bool = False) -> None:
        self._give(lambda batch: batch.reserve(requests), at_once=at_once)

    monkeypatch.setattr(RunWriter, "reserve", unwaited)

    most = await most_piled_up(tmp_path / "run.db", monkeypatch, max_undurable)

    assert (most <= 16 + IN_FLIGHT) is is_bounded  # without its bound it grows: the test above can fail
