"""The runner where its helpers fail: a cap that can't be kept, a damaged earlier run, an abort from outside."""

import asyncio
from pathlib import Path

import pytest

from engine.flow import RunEnd
from engine.job import Job
from engine.results import RowResult
from handai_errors import DamagedFileError, SpecError
from tests.engine.scripted import Settings, Stored, answer, executing, numbered, run_all

pytestmark = pytest.mark.anyio


async def test_a_cap_that_can_t_be_kept_ends_the_run_with_the_reason(tmp_path: Path) -> None:
    end, stored = await run_all(tmp_path / "run.db", lambda _row, _number: answer(), 50, Settings(cap_usd=1.0))
    assert isinstance(end.why, SpecError)
    assert stored.attempts == []
    stored.check_clean()


async def test_a_damaged_earlier_run_only_means_that_the_model_is_asked(tmp_path: Path) -> None:
    def reuse(_job: Job) -> RowResult | None:
        raise DamagedFileError("Row 3 of old.db is not what was written.", "Restore it.")

    end, stored = await run_all(tmp_path / "run.db", lambda _row, _number: answer(), 20, Settings(reuse=reuse))
    assert end == RunEnd()
    assert stored.done == set(range(20))
    assert sum("old.db" in message for message in stored.events) == 1
    stored.check_clean()


async def test_a_key_in_a_fault_s_text_is_not_stored(tmp_path: Path) -> None:
    key = "sk-or-" + "x" * 20
    path = tmp_path / "run.db"
    _, stored = await run_all(path, lambda _row, _number: RuntimeError(f"bad header {key}"), 1)
    assert stored.kinds == {0: "internal"}
    assert key.encode() not in path.read_bytes()


async def test_an_abort_from_outside_leaves_no_reservation_that_was_never_sent(tmp_path: Path) -> None:
    path, never = tmp_path / "run.db", asyncio.Event()

    async def wait() -> BaseException:
        await never.wait()
        return RuntimeError()

    async with executing(path, lambda _row, _number: wait()) as execution:
        running = asyncio.ensure_future(execution.run(numbered(100)))
        await execution.client.full.wait()
        await asyncio.sleep(0.05)
        running.cancel()
        await asyncio.wait([running])
        assert running.cancelled()
    stored = Stored(path)
    assert stored.states() == {"unknown": 8}
    stored.check_clean()
