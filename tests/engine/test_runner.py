"""The runner over a real run file: every row ends once, nothing is lost on the way out, nothing hangs."""

import asyncio
import random
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.flow import RunEnd
from engine.job import Job
from engine.known import Reuse
from engine.results import PauseReason, RowResult, RowStatus
from engine.tables.model import Row
from handai_errors import DamagedFileError, ErrorKind, ProviderError, SpecError, TableError
from providers.base import Completion, Usage
from storage import handover, run_writer
from storage.run_batch import Batch
from tests.engine.scripted import Outcome, Settings, Stored, Watched, answer, executing, numbered, run_all

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_writer, "FLUSH_INTERVAL_S", 0.001)
    monkeypatch.setattr("storage.ballast.BALLAST_BYTES", 16)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.db"


def refuse(kind: ErrorKind, **more: float | bool) -> ProviderError:
    return ProviderError(kind, "no", **more)  # type: ignore[arg-type]  # each test passes the right ones


async def after(wait: Awaitable[object], outcome: Outcome) -> Outcome:
    await wait
    return outcome


# How rows end


async def test_every_row_is_asked_once_and_done(path: Path) -> None:
    async with executing(path, lambda _row, _number: answer()) as execution:
        end = await execution.run(numbered(300))
        assert set(execution.client.asked.values()) == {1}
        assert execution.limiter.live.in_flight == 0
    stored = Stored(path)
    assert end == RunEnd()
    assert stored.done == set(range(300))
    stored.check_clean()


async def test_no_rows_is_a_run_that_ended_well(path: Path) -> None:
    end, stored = await run_all(path, lambda _row, _number: answer(), 0)
    assert end == RunEnd()
    assert stored.status == {}


async def test_never_more_in_flight_than_asked_for(path: Path) -> None:
    async with executing(path, lambda _row, _number: after(asyncio.sleep(0.001), answer()), Settings(3)) as execution:
        await execution.run(numbered(40))
        assert execution.client.most_in_flight == 3


async def test_a_row_that_fails_does_not_touch_the_others(path: Path) -> None:
    end, stored = await run_all(path, lambda row, _number: refuse(ErrorKind.REFUSAL) if row == 7 else answer(), 30)
    assert end == RunEnd()
    assert stored.kinds == {7: "refusal"}
    assert len(stored.done) == 29
    stored.check_clean()


async def test_trouble_is_retried_up_to_max_attempts(path: Path) -> None:
    def script(row: int, number: int) -> Outcome:
        return refuse(ErrorKind.OVERLOADED) if row == 2 or (row == 1 and number < 3) else answer()

    end, stored = await run_all(path, script, 10, Settings(max_attempts=3))
    assert end == RunEnd()
    assert stored.kinds == {2: "overloaded"}
    assert [item for item in stored.attempts if item[0] == 1] == [(1, 1, "failed"), (1, 2, "failed"), (1, 3, "done")]
    stored.check_clean()


@pytest.mark.parametrize(
    "error", [ValueError("x"), KeyError("x"), RecursionError(), TimeoutError(), OSError(5, "x"), MemoryError()]
)
async def test_a_client_that_stumbles_costs_that_row_only(path: Path, error: Exception) -> None:
    end, stored = await run_all(path, lambda row, _number: error if row == 3 else answer(), 20)
    assert end == RunEnd()
    assert stored.kinds == {3: "internal"}
    assert len(stored.done) == 19
    stored.check_clean()


async def test_a_client_that_leaks_a_cancellation_costs_that_row_only(path: Path) -> None:
    """Libraries do that; a worker that dies of it silently would leave the run waiting for ever."""
    end, stored = await run_all(
        path, lambda row, _number: asyncio.CancelledError() if row < 5 else answer(), 20, Settings(concurrency=2)
    )
    assert end == RunEnd()
    assert set(stored.kinds) == set(range(5))
    assert len(stored.done) == 15
    stored.check_clean()


async def test_a_price_that_stumbles_costs_that_row_only(path: Path) -> None:
    def cost(usage: Usage) -> Usage:
        if usage.prompt_tokens == 99:
            raise ZeroDivisionError
        return usage

    end, stored = await run_all(
        path, lambda row, _number: answer(usage=Usage(99 if row == 4 else 1, 1)), 20, Settings(cost=cost)
    )
    assert end == RunEnd()
    assert stored.kinds == {4: "internal"}
    stored.check_clean()


async def test_a_row_that_can_t_be_rendered_is_recorded(path: Path) -> None:
    endless: list[Any] = []
    endless.append(endless)
    rows: list[tuple[int, Row]] = [(0, {"n": "0"}), (1, {"n": endless}), (2, {"n": "2"})]
    async with executing(path, lambda _row, _number: answer()) as execution:
        end = await execution.run(rows)
    stored = Stored(path)
    assert end == RunEnd()
    assert stored.done == {0, 2}
    assert stored.kinds == {1: "internal"}
    assert {row for row, _, _ in stored.attempts} == {0, 2}
    stored.check_clean()


async def test_an_answer_that_is_no_object_is_asked_again_then_failed(path: Path) -> None:
    end, stored = await run_all(
        path,
        lambda row, number: answer("[]" if row == 0 or number == 1 else '{"a": 1}'),
        3,
        Settings(json_mode=True, max_attempts=2),
    )
    assert end == RunEnd()
    assert stored.done == {1, 2}
    assert stored.kinds == {0: "invalid_output"}
    stored.check_clean()


async def test_a_storm_of_rate_limits_costs_no_attempts(path: Path) -> None:
    def script(_row: int, number: int) -> Outcome:
        return refuse(ErrorKind.RATE_LIMIT, retry_after_s=0.001) if number == 1 else answer()

    end, stored = await run_all(path, script, 12, Settings(max_attempts=1))
    assert end == RunEnd()
    assert stored.done == set(range(12))
    assert stored.states() == {"failed": 12, "done": 12}
    stored.check_clean()


async def test_attempts_are_numbered_on_from_earlier_executions(path: Path) -> None:
    _, stored = await run_all(path, lambda _row, _number: answer(), 2, Settings(attempts_so_far={(1, 0): 4}))
    assert stored.attempts == [(0, 1, "done"), (1, 5, "done")]


# What would fail every row


@pytest.mark.parametrize(
    ("kind", "reason"), [(ErrorKind.AUTH, PauseReason.AUTH), (ErrorKind.CREDITS, PauseReason.CREDITS)]
)
async def test_what_fails_every_row_pauses_and_costs_no_row(path: Path, kind: ErrorKind, reason: PauseReason) -> None:
    async with executing(path, lambda row, _number: refuse(kind) if row >= 20 else answer()) as execution:
        end = await execution.run(numbered(500))
        assert max(execution.client.asked) < 60
    stored = Stored(path)
    assert end.pause is reason
    assert isinstance(end.why, ProviderError)
    assert stored.failed == set()
    assert stored.done == set(range(20))
    assert any("Paused" in message for message in stored.events)
    stored.check_clean()


async def test_a_dead_server_pauses_and_its_rows_are_pending_again(path: Path) -> None:
    async with executing(path, lambda _row, _number: refuse(ErrorKind.CONNECTION, unsent=True)) as execution:
        end = await execution.run(numbered(1000))
        assert len(execution.client.asked) < 60
    stored = Stored(path)
    assert end.pause is PauseReason.CIRCUIT_BREAKER
    assert stored.status == {}
    stored.check_clean()


@pytest.mark.parametrize("concurrency", [1, 30, 100])
async def test_rows_in_flight_when_the_server_is_given_up_are_pending_too(path: Path, concurrency: int) -> None:
    def script(row: int, _number: int) -> Outcome | Awaitable[Outcome]:
        down = refuse(ErrorKind.OVERLOADED)
        return down if row < 10 else after(asyncio.sleep(0.02), down)

    end, stored = await run_all(path, script, 300, Settings(concurrency=concurrency, max_attempts=1))
    assert end.pause is PauseReason.CIRCUIT_BREAKER
    assert stored.status == {}
    stored.check_clean()


async def test_a_server_that_dies_halfway_keeps_what_it_answered(path: Path) -> None:
    end, stored = await run_all(
        path, lambda row, _number: refuse(ErrorKind.UPSTREAM) if row >= 100 else answer(), 400, Settings(max_attempts=2)
    )
    assert end.pause is PauseReason.CIRCUIT_BREAKER
    assert stored.done == set(range(100))
    assert stored.failed == set()
    stored.check_clean()


# The way out


async def test_a_stop_keeps_what_is_in_flight_and_leaves_the_rest_pending(path: Path) -> None:
    gate = asyncio.Event()
    async with executing(path, lambda _row, _number: after(gate.wait(), answer())) as execution:
        async with asyncio.TaskGroup() as group:
            running = group.create_task(execution.run(numbered(1000)))
            await execution.client.full.wait()
            execution.runner.drain(RunEnd(stopped=True))
            assert execution.runner.draining_for == RunEnd(stopped=True)
            await asyncio.sleep(0.005)
            gate.set()
        assert running.result() == RunEnd(stopped=True)
        assert execution.limiter.live.in_flight == 0
    stored = Stored(path)
    assert stored.done == set(range(8))
    assert len(stored.attempts) == 8
    stored.check_clean()


async def test_a_second_stop_breaks_off_and_tells_that_the_outcome_is_unknown(path: Path) -> None:
    never = asyncio.Event()
    async with executing(path, lambda _row, _number: after(never.wait(), answer())) as execution:
        async with asyncio.TaskGroup() as group:
            running = group.create_task(execution.run(numbered(1000)))
            await execution.client.full.wait()
            execution.runner.drain(RunEnd(stopped=True))
            await asyncio.sleep(0)
            execution.runner.cancel()
        assert running.result() == RunEnd(stopped=True)
    stored = Stored(path)
    assert stored.status == {}
    assert stored.states() == {"unknown": 8}
    stored.check_clean()


async def test_a_stop_before_the_first_row_sends_nothing(path: Path) -> None:
    async with executing(path, lambda _row, _number: answer()) as execution:
        execution.runner.drain(RunEnd(stopped=True))
        assert await execution.run(numbered(100)) == RunEnd(stopped=True)
        assert not execution.client.asked


async def test_a_stop_does_not_wait_for_a_back_off(path: Path) -> None:
    down = refuse(ErrorKind.OVERLOADED, retry_after_s=3600.0)
    async with executing(path, lambda _row, _number: down) as execution, asyncio.TaskGroup() as group:
        group.create_task(execution.run(numbered(20)))
        await execution.client.full.wait()
        await asyncio.sleep(0.01)
        execution.runner.drain(RunEnd(stopped=True))
    stored = Stored(path)
    assert stored.status == {}
    stored.check_clean()


@pytest.mark.parametrize("seed", range(12))
async def test_a_stop_or_a_cancel_at_any_moment_ends_clean(path: Path, seed: int) -> None:
    chance = random.Random(seed)

    def script(_row: int, _number: int) -> Awaitable[Outcome]:
        outcome: Outcome = answer()
        if chance.random() < 0.3:
            outcome = refuse(chance.choice([ErrorKind.OVERLOADED, ErrorKind.REFUSAL, ErrorKind.TIMEOUT]))
        return after(asyncio.sleep(chance.random() * 0.004), outcome)

    async with executing(path, script, Settings(concurrency=chance.choice([1, 4, 40]), max_undurable=4)) as execution:
        async with asyncio.TaskGroup() as group:
            running = group.create_task(execution.run(numbered(400)))
            await asyncio.sleep(chance.random() * 0.03)
            if seed % 2:
                execution.runner.drain(RunEnd(stopped=True))
                await asyncio.sleep(chance.random() * 0.003)
            if seed % 3:
                execution.runner.cancel()
            else:
                execution.runner.drain(RunEnd(stopped=True))
        assert running.done()
        assert execution.limiter.live.in_flight == 0
        assert execution.budget.reserved_usd == 0
    Stored(path).check_clean()


# Reading


async def test_the_reader_is_never_further_ahead_than_window_and_chunk(path: Path) -> None:
    never = asyncio.Event()
    watched = Watched(numbered(100_000))
    async with (
        executing(path, lambda _row, _number: after(never.wait(), answer())) as execution,
        asyncio.TaskGroup() as group,
    ):
        group.create_task(execution.run(watched))
        await execution.client.full.wait()
        await asyncio.sleep(0.01)
        assert watched.read <= 256
        execution.runner.cancel()
    stored = Stored(path)
    assert len(stored.attempts) <= 8 + 16
    stored.check_clean()


def _breaking(error: Exception) -> Iterator[tuple[int, Row]]:
    yield from numbered(300)
    raise error


@pytest.mark.parametrize("error", [TableError("The file is cut.", "Mend it."), OSError(5, "gone"), ValueError("?")])
async def test_a_table_that_breaks_off_ends_the_run_with_the_reason_and_keeps_answers(
    path: Path, error: Exception
) -> None:
    async with executing(path, lambda _row, _number: after(asyncio.sleep(0.001), answer())) as execution:
        end = await execution.run(_breaking(error))
    stored = Stored(path)
    assert isinstance(end.why, TableError)
    assert end.pause is None
    assert stored.failed == set()
    assert stored.states()["unknown"] == 0
    assert stored.done
    stored.check_clean()


def _reused(job: Job) -> RowResult | None:
    return RowResult(job.row, 0, 0, RowStatus.DONE, values={"output": "known"}, cached=True)


async def test_rows_that_are_known_already_are_taken_over_without_a_request(path: Path) -> None:
    def reuse(job: Job) -> RowResult | None:
        return _reused(job) if job.row % 2 else None

    async with executing(path, lambda _row, _number: answer(), Settings(reuse=reuse)) as execution:
        end = await execution.run(numbered(100))
        assert set(execution.client.asked) == set(range(0, 100, 2))
    stored = Stored(path)
    assert end == RunEnd()
    assert len(stored.done) == 100
    assert stored.counted[5] == 50
    stored.check_clean()


async def test_rows_taken_over_wait_for_the_disk_like_all_others(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a large table that is known already would be held in memory as a whole."""
    sizes: list[int] = []

    class Counted(Batch):
        def write(self, connection: sqlite3.Connection) -> None:
            sizes.append(len(self.results))
            super().write(connection)

    monkeypatch.setattr(handover, "Batch", Counted)
    end, stored = await run_all(path, lambda _row, _number: answer(), 1000, Settings(reuse=_reused, max_undurable=16))
    assert end == RunEnd()
    assert len(stored.done) == 1000
    assert max(sizes) <= 17


@pytest.mark.parametrize("reuse", [None, _reused], ids=["asked", "taken over"])
async def test_a_run_that_has_nothing_to_send_does_not_wait_for_the_next_commit(
    path: Path, monkeypatch: pytest.MonkeyPatch, reuse: Reuse | None
) -> None:
    monkeypatch.setattr(run_writer, "FLUSH_INTERVAL_S", 3600.0)
    end, stored = await run_all(path, lambda _row, _number: answer(), 200, Settings(4, reuse=reuse, max_undurable=16))
    assert end == RunEnd()
    assert len(stored.done) == 200


async def test_an_earlier_file_that_is_damaged_only_means_that_the_model_is_asked(path: Path) -> None:
    def reuse(_job: Job) -> RowResult | None:
        raise DamagedFileError("The file is damaged.")

    end, stored = await run_all(path, lambda _row, _number: answer(), 30, Settings(reuse=reuse))
    assert end == RunEnd()
    assert len(stored.done) == 30
    assert len([message for message in stored.events if "damaged" in message]) == 1
    stored.check_clean()


# Breaking off


async def test_a_run_that_is_broken_off_from_outside_leaves_no_reservation(path: Path) -> None:
    never = asyncio.Event()
    async with executing(path, lambda _row, _number: after(never.wait(), answer())) as execution:
        running = asyncio.ensure_future(execution.run(numbered(1000)))
        await execution.client.full.wait()
        await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.wait([running])
    stored = Stored(path)
    assert stored.states() == {"unknown": 8}
    stored.check_clean()


async def test_a_fault_s_text_is_redacted_before_it_is_stored(path: Path) -> None:
    key = "sk-or-v1-" + "a1b2" * 16
    await run_all(path, lambda _row, _number: ValueError(f"header {key}"), 1)
    assert key.encode() not in path.read_bytes()  # noqa: ASYNC240 a small file


# Money


async def test_a_cap_pauses_and_is_never_passed(path: Path) -> None:
    """Each request can cost 1000 tokens and some at a dollar per million, and does cost 1000."""
    spent = 0.0

    def script(_row: int, _number: int) -> Awaitable[Outcome]:
        nonlocal spent
        spent += 1000 / 1e6
        return after(asyncio.sleep(0.001), answer(usage=Usage(0, 1000, 1000 / 1e6)))

    async with executing(path, script, Settings(cap_usd=0.05, max_tokens=1000)) as execution:
        end = await execution.run(numbered(500))
        assert execution.budget.spent_usd == pytest.approx(spent)
        assert execution.budget.reserved_usd == pytest.approx(0.0, abs=1e-12)
        assert 0.045 <= spent <= 0.05
    stored = Stored(path)
    assert end.pause is PauseReason.BUDGET
    assert 45 <= len(stored.done) <= 50
    assert stored.failed == set()
    stored.check_clean()


async def test_a_cap_too_small_for_one_row_sends_nothing(path: Path) -> None:
    async with executing(path, lambda _row, _number: answer(), Settings(cap_usd=0.0001, max_tokens=1000)) as execution:
        end = await execution.run(numbered(50))
        assert not execution.client.asked
    assert end.pause is PauseReason.BUDGET


@pytest.mark.parametrize("fits", [1, 2, 5])
@pytest.mark.parametrize("failures", [0, 1, 2])
async def test_a_cap_that_only_few_requests_fit_under_at_once_slows_but_does_not_pause(
    path: Path, fits: int, failures: int
) -> None:
    """What is only reserved comes back: nobody pauses while there is money left."""

    def script(_row: int, number: int) -> Awaitable[Outcome]:
        cheap = answer(usage=Usage(1, 1, 1e-9))
        return after(asyncio.sleep(0.0005), refuse(ErrorKind.OVERLOADED, status=500) if number <= failures else cheap)

    async with executing(path, script, Settings(cap_usd=fits * 0.00105, max_tokens=1000)) as execution:
        end = await execution.run(numbered(15))
        assert execution.budget.holders == 0
    assert end == RunEnd()
    stored = Stored(path)
    assert len(stored.done) == 15
    stored.check_clean()


async def test_a_retry_waits_for_what_others_give_back_of_the_cap(path: Path) -> None:
    def script(row: int, number: int) -> Awaitable[Outcome]:
        if row == 0 and number == 1:
            return after(asyncio.sleep(0), refuse(ErrorKind.TIMEOUT))
        return after(asyncio.sleep(0.02), answer(usage=Usage(1, 1, 1e-9)))

    async with executing(path, script, Settings(cap_usd=2 * 0.00105, max_tokens=1000)) as execution:
        end = await execution.run(numbered(3))
        assert execution.budget.holders == 0
    assert end == RunEnd()
    stored = Stored(path)
    assert len(stored.done) == 3
    stored.check_clean()


async def test_a_retry_that_will_never_fit_under_the_cap_pauses(path: Path) -> None:
    async with executing(
        path, lambda _row, _number: refuse(ErrorKind.TIMEOUT), Settings(cap_usd=3.5 * 0.00101, max_tokens=1000)
    ) as execution:
        end = await execution.run(numbered(3))
        assert execution.budget.holders == 0
    stored = Stored(path)
    assert end.pause is PauseReason.BUDGET
    assert stored.states() == {"unknown": 3}
    assert stored.status == {}
    stored.check_clean()


async def test_a_cap_that_can_t_be_kept_ends_the_run_with_the_reason(path: Path) -> None:
    end, stored = await run_all(path, lambda _row, _number: answer(), 10, Settings(cap_usd=1.0, max_tokens=None))
    assert isinstance(end.why, SpecError)
    assert stored.attempts == []


async def test_unknown_outcomes_eat_the_cap(path: Path) -> None:
    def script(row: int, _number: int) -> Outcome:
        return refuse(ErrorKind.TIMEOUT) if row % 3 == 0 else answer(usage=Usage(1, 1, None))

    async with executing(path, script, Settings(cap_usd=0.0203, max_tokens=1000, max_attempts=1)) as execution:
        end = await execution.run(numbered(500))
        assert sum(execution.client.asked.values()) <= 20
        assert execution.budget.spent_usd <= 0.0203
    assert end.pause is PauseReason.BUDGET
    Stored(path).check_clean()


@pytest.mark.parametrize("cost", [-5.0, float("nan"), float("inf")])
async def test_a_provider_s_impossible_cost_counts_as_unknown(path: Path, cost: float) -> None:
    async with executing(
        path, lambda _row, _number: answer(usage=Usage(1, 1, cost)), Settings(cap_usd=0.0103, max_tokens=1000)
    ) as execution:
        end = await execution.run(numbered(100))
        assert len(execution.client.asked) <= 10
    assert end.pause is PauseReason.BUDGET
    Stored(path).check_clean()


# Anything


_ENDS: list[Callable[[], Outcome]] = [
    answer,
    answer,
    answer,
    lambda: answer(""),
    lambda: Completion(None),
    lambda: Completion("half", finish_reason="length"),
    lambda: RuntimeError("boom"),
    asyncio.CancelledError,
    *(lambda kind=kind: refuse(kind, retry_after_s=0.0) for kind in ErrorKind),
]


@settings(max_examples=25)
@given(
    ends=st.lists(st.lists(st.integers(0, len(_ENDS) - 1), min_size=1, max_size=4), min_size=1, max_size=40),
    concurrency=st.sampled_from([1, 2, 7, 30]),
    max_attempts=st.integers(1, 4),
    cap=st.none() | st.floats(0.001, 0.05),
)
def test_whatever_the_client_does_the_books_balance(
    ends: list[list[int]], concurrency: int, max_attempts: int, cap: float | None
) -> None:
    def script(row: int, number: int) -> Outcome:
        return _ENDS[ends[row][number - 1]]() if number <= len(ends[row]) else answer()

    chosen = Settings(concurrency, max_attempts, cap_usd=cap, max_tokens=1000, max_undurable=3)
    with tempfile.TemporaryDirectory() as folder:
        end, stored = asyncio.run(run_all(Path(folder) / "run.db", script, len(ends), chosen))
    pending = set(range(len(ends))) - stored.done - stored.failed
    assert len(stored.done) + len(stored.failed) + len(pending) == len(ends)
    assert not pending or end.pause is not None
    assert len({(row, number) for row, number, _ in stored.attempts}) == len(stored.attempts)
    stored.check_clean()
