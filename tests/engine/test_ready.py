"""Jobs that may be sent reach the workers that wait for them, in order, and none is lost with a worker that ends."""

import asyncio

import pytest

from engine.job import Job, Member
from engine.plan import RunPlan
from engine.ready import ReadyJobs
from engine.spec import RunSpec

pytestmark = pytest.mark.anyio
PATIENCE_S = 5.0
SPEC = {
    "input": {"kind": "transform", "dataset": "d"},
    "prompt": {"instructions": "Say it."},
    "model": {"provider": "custom", "base_url": "http://127.0.0.1:9/v1", "model": "m"},
}


def job(row: int) -> Job:
    return RunPlan(RunSpec.checked(SPEC), ("n",)).job([Member(row, {"n": row})])


async def waiting(ready: ReadyJobs, workers: int) -> list["asyncio.Task[Job | None]"]:
    tasks = [asyncio.create_task(ready.get()) for _ in range(workers)]
    await asyncio.sleep(0)
    return tasks


async def test_who_has_waited_longest_gets_the_first() -> None:
    ready = ReadyJobs()
    workers = await waiting(ready, 3)
    for row in range(3):
        ready.put(job(row))
    async with asyncio.timeout(PATIENCE_S):
        got = [await worker for worker in workers]
    assert [found.row for found in got if found is not None] == [0, 1, 2]
    assert not ready


async def test_a_job_goes_to_another_when_the_one_it_woke_is_cancelled() -> None:
    ready = ReadyJobs()
    first, second = await waiting(ready, 2)
    ready.put(job(7))
    first.cancel()
    async with asyncio.timeout(PATIENCE_S):
        found = await second
    assert found is not None
    assert found.row == 7
    assert first.cancelled()


async def test_one_that_was_cancelled_before_is_passed_over() -> None:
    ready = ReadyJobs()
    first, second = await waiting(ready, 2)
    first.cancel()
    await asyncio.sleep(0)
    ready.put(job(7))
    async with asyncio.timeout(PATIENCE_S):
        assert await second is not None


async def test_what_nobody_has_got_can_be_taken_back() -> None:
    ready = ReadyJobs()
    (worker,) = await waiting(ready, 1)
    ready.put(job(0))
    ready.put(None)
    ready.put(job(1))
    assert [found.row for found in ready.take_all()] == [0, 1]
    assert not ready
    ready.put(None)
    async with asyncio.timeout(PATIENCE_S):
        assert await worker is None
