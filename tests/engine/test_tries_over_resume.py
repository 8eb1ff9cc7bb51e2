"""A request that no answer came to may have been billed: it is retried once by itself, however often a run goes on."""

import asyncio
from collections.abc import Awaitable
from pathlib import Path

import pytest

from engine.flow import RunEnd
from engine.results import Reservation
from handai_errors import ErrorKind, ProviderError
from providers.base import Completion
from storage.run_file import begin_execution, create_run_file, reopen_failed
from storage.run_reader import RunReader
from storage.run_writer import RunWriter
from tests.engine.scripted import Execution, Outcome, Settings, Stored, numbered

pytestmark = pytest.mark.anyio
NO_ANSWER = ProviderError(ErrorKind.TIMEOUT, "No answer came.")


async def gone_on(path: Path, stop_after: int | None = None, *, cut: bool = False) -> int:
    """An execution of the one row, never answered, from where its file stands; how often it was asked.

    It is stopped at request `stop_after`; `cut` breaks that request off, as a second stop does.
    """
    with RunReader(path) as reader:
        settings = Settings(
            attempts_so_far=reader.attempts_of_unfinished(), unknown_so_far=reader.unknown_of_unfinished()
        )

    async def cut_off() -> Completion:
        execution.runner.cancel()
        await asyncio.sleep(60)
        raise AssertionError

    def script(_row: int, number: int) -> Outcome | Awaitable[Outcome]:
        if number == stop_after:
            if cut:
                return cut_off()
            execution.runner.drain(RunEnd(stopped=True))
        return NO_ANSWER

    execution = Execution(path, script, settings)
    try:
        await execution.run(numbered(1))
    finally:
        await execution.writer.close()
    return execution.client.asked[0]


async def test_what_no_answer_came_to_is_retried_once_over_all_executions(tmp_path: Path) -> None:
    path = tmp_path / "run.db"
    create_run_file(path, {}, ())
    assert await gone_on(path, stop_after=1) == 1
    assert Stored(path).failed == set()
    assert await gone_on(path) == 1  # its one retry
    assert Stored(path).failed == {0}
    for _ in range(2):
        reopen_failed(path, None)
        assert await gone_on(path) == 1  # a person asked for it: once more, and never again by itself
        assert Stored(path).failed == {0}


async def test_what_a_kill_or_a_person_cut_off_is_no_failed_try(tmp_path: Path) -> None:
    path = tmp_path / "run.db"
    create_run_file(path, {}, ())
    for _ in range(3):
        assert await gone_on(path, stop_after=1, cut=True) == 1
    writer = RunWriter(path)
    await writer.reserve([Reservation(0, 0, 9, started_at=1.0)])
    await writer.close()
    assert begin_execution(path, 7) == 1
    with RunReader(path) as reader:
        assert reader.unknown_of_unfinished() == {}
    assert Stored(path).states()["unknown"] == 4
    assert await gone_on(path) == 2  # asked, and asked again once
