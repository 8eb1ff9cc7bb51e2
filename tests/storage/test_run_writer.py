"""The one writer: what it said is on the disk, in groups, and when the disk fails everybody is told."""

import asyncio
import itertools
import json
import os
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.results import AttemptState, LiveState
from handai_db import RunReader, RunWriter, begin_execution
from handai_errors import DatabaseBusyError, DiskFullError, ErrorKind, StorageError
from providers.base import Usage
from storage import run_writer
from tests.storage.stored import (
    assert_counters_equal_tables,
    change,
    done,
    ended,
    failed,
    new_run_file,
    query,
    reserved,
)

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def writing(folder: Path, *, max_undurable: int = 256, give_up_s: float = 0.05) -> AsyncIterator[RunWriter]:
    path = folder / "run.db"
    writer = RunWriter(
        path if path.exists() else new_run_file(folder), max_undurable=max_undurable, give_up_s=give_up_s
    )
    try:
        async with asyncio.timeout(30):
            yield writer
    finally:
        await writer.close()


def limit_pages(writer: RunWriter, extra: int) -> None:
    """Let the database grow by a few pages only."""
    connection = writer._connection  # noqa: SLF001 the limit belongs to the connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages + extra}")


async def test_who_can_do_nothing_else_does_not_wait_for_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_writer, "FLUSH_INTERVAL_S", 3600.0)
    async with writing(tmp_path, max_undurable=2) as writer:
        await writer.reserve([reserved(0)], at_once=True)
        patient = asyncio.create_task(writer.reserve([reserved(1)]))
        await asyncio.sleep(0.1)
        assert not patient.done()
        await writer.reserve([reserved(2)], at_once=True)
        await patient  # in the same commit
        for row in range(3):
            writer.put(done(row))
        await writer.room()
        writer.put(done(3))
        await writer.flush()
        writer.put(done(4))  # which closing writes


async def test_a_reservation_is_on_the_disk_when_it_returns(tmp_path: Path) -> None:
    async with writing(tmp_path) as writer:
        await writer.reserve([reserved(0, usd=0.5), reserved(1)])
        rows = query(tmp_path / "run.db", "SELECT row, state, reserved_usd FROM attempts")
        assert [tuple(row) for row in rows] == [(0, "reserved", 0.5), (1, "reserved", None)]


async def test_what_was_flushed_counts(tmp_path: Path) -> None:
    async with writing(tmp_path) as writer:
        await writer.reserve([reserved(0, usd=0.5), reserved(1), reserved(2)])
        writer.attempt_ended(ended(0))
        writer.put(done(0, repaired=True))
        writer.attempt_ended(ended(1, state=AttemptState.FAILED, kind=ErrorKind.RATE_LIMIT, status=429, usage=Usage()))
        writer.attempt_ended(ended(2, state=AttemptState.UNKNOWN, kind=ErrorKind.TIMEOUT, status=None, usage=Usage()))
        writer.put(failed(2))
        writer.put(done(3, cached=True))
        writer.columns([("output", "output"), ("more", "more (2)")])
        writer.event("info", "hello")
        writer.live(LiveState(3, 8, "waiting 3 s"))
        await writer.flush()
        assert_counters_equal_tables(tmp_path / "run.db")
        with RunReader(tmp_path / "run.db") as reader:
            progress = reader.progress()
            assert (progress.done, progress.failed, progress.cached, progress.repaired) == (2, 1, 1, 1)
            assert (progress.attempts, progress.rate_limited, progress.unknown) == (3, 1, 1)
            assert (progress.in_flight, progress.slots, progress.waiting) == (3, 8, "waiting 3 s")
            assert reader.outputs() == (("output", "output"), ("more", "more (2)"))
            assert reader.events()[-1].message == "hello"


async def test_an_end_keeps_what_was_reserved(tmp_path: Path) -> None:
    async with writing(tmp_path) as writer:
        await writer.reserve([reserved(0, usd=0.5)])
        writer.attempt_ended(ended(0, state=AttemptState.UNKNOWN, usage=Usage()))
        await writer.flush()
        with RunReader(tmp_path / "run.db") as reader:
            assert reader.reserved_usd() == 0.5


async def test_a_released_reservation_leaves_no_trace_but_a_sent_one_stays(tmp_path: Path) -> None:
    async with writing(tmp_path) as writer:
        await writer.reserve([reserved(0), reserved(1)])
        writer.attempt_ended(ended(1, state=AttemptState.FAILED))
        writer.release([reserved(0), reserved(1)])
        await writer.flush()
        assert [row["row"] for row in query(tmp_path / "run.db", "SELECT row FROM attempts")] == [1]
        assert_counters_equal_tables(tmp_path / "run.db")


async def test_a_reservation_made_and_released_in_one_group_is_gone(tmp_path: Path) -> None:
    async with writing(tmp_path) as writer:
        async with asyncio.TaskGroup() as group:
            group.create_task(writer.reserve([reserved(0)]))
            await asyncio.sleep(0)
            writer.release([reserved(0)])
        await writer.flush()
        assert query(tmp_path / "run.db", "SELECT * FROM attempts") == []


async def test_a_reservation_given_back_and_made_again_in_one_group_stays(tmp_path: Path) -> None:
    async with writing(tmp_path) as writer:
        await writer.reserve([reserved(0), reserved(1)])
        writer.release([reserved(0), reserved(1)])
        await writer.reserve([reserved(0)])
        assert [row["row"] for row in query(tmp_path / "run.db", "SELECT row FROM attempts")] == [0]


async def test_reopened_rows_are_pending_again_and_good_ones_stay(tmp_path: Path) -> None:
    async with writing(tmp_path) as writer:
        for row in range(3):
            writer.attempt_ended(ended(row))
        writer.put(done(0))
        writer.put(failed(1))
        await writer.flush()
        writer.put(failed(2))
        writer.reopen([0, 1, 2, 99])
        writer.reopen([1])
        await writer.flush()
        assert [row["row"] for row in query(tmp_path / "run.db", "SELECT row FROM results")] == [0]
        assert_counters_equal_tables(tmp_path / "run.db")


async def test_results_are_committed_in_groups(tmp_path: Path) -> None:
    async with writing(tmp_path, max_undurable=1000) as writer:
        for row in range(500):
            writer.put(done(row, answered_at=1.0))
            if row % 50 == 0:
                await asyncio.sleep(0)
        await writer.flush()
        assert query(tmp_path / "run.db", "SELECT count(DISTINCT committed_at) AS n FROM results")[0]["n"] <= 10
        assert len(writer.lags_s) == 500
        assert set(writer.lag_figures()) == {"p50_ms", "p99_ms", "worst_ms"}


async def test_a_full_queue_stops_new_requests_until_the_disk_has_them(tmp_path: Path) -> None:
    async with writing(tmp_path, max_undurable=10) as writer:
        for row in range(10):
            await writer.room()
            writer.put(done(row))
        waiting = asyncio.ensure_future(writer.room())
        await asyncio.sleep(0)
        assert not waiting.done()
        await waiting
        assert query(tmp_path / "run.db", "SELECT count(*) AS n FROM results")[0]["n"] == 10


async def test_whoever_waited_for_room_and_left_takes_nobody_s_turn(tmp_path: Path) -> None:
    async with writing(tmp_path, max_undurable=1) as writer:
        writer.put(done(0))
        waiting = [asyncio.ensure_future(writer.room()) for _ in range(5)]
        await asyncio.sleep(0)
        for task in waiting[:3]:
            task.cancel()
        ended = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(end) for end in ended] == [asyncio.CancelledError] * 3 + [type(None)] * 2


AWKWARD: dict[str, str] = {
    "nul": "before\0after",
    "lone surrogate": "half \ud83d pair",
    "quotes": "'\"`\\; DROP TABLE results; --",
    "controls": "\x01\x1f\x7f\u2028\u2029\r\n\t",
    "empty": "",
    "emoji": "👩🏽‍🚀" * 50,
    "json": '[{"a": "\\u0000"}]',
    "one megabyte": "x" * 1_000_000,
}


@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD)
async def test_any_text_is_stored_and_never_taken_for_damage(tmp_path: Path, text: str) -> None:
    async with writing(tmp_path) as writer:
        writer.put(done(0, text))
        writer.put(failed(1, raw=text, finish_reason=text))
        writer.put(failed(2, raw=None) if not text else failed(2, raw=text))
        writer.event("error", text)
        writer.columns([("output", "output"), (text, text)])
        writer.attempt_ended(ended(0))
        await writer.flush()
    assert writer.failure is None
    fit = text.replace("\0", "\ufffd").replace("\ud83d", "\ufffd")
    with RunReader(tmp_path / "run.db") as reader:
        results = list(reader.iter_results())
        assert [item.raw for item in results[:2]] == [fit, fit]
        assert results[0].values in ({"output": text}, {"output": fit})
        assert reader.events()[-1].message == fit
        assert reader.outputs()[-1] == (fit, fit)


VALUES: list[Any] = [
    10**30,
    -(2**63),
    2**64 - 1,
    float("nan"),
    float("inf"),
    1e308,
    [["x"] * 3, {"k": None}],
    json.loads('{"a":' * 200 + "1" + "}" * 200),
    "\ud800",
    {"\udfff": {"\0": "\0"}},
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: str(value).encode("ascii", "replace").decode()[:12])
async def test_any_value_is_stored_and_read_back(tmp_path: Path, value: object) -> None:
    async with writing(tmp_path) as writer:
        writer.put(done(0, values={"output": value}, raw="raw"))
        await writer.flush()
    with RunReader(tmp_path / "run.db") as reader:
        found = reader.result(0)
        assert found
        assert found.values
        assert list(found.values) == ["output"]


async def test_counts_beyond_reason_do_not_end_the_writer(tmp_path: Path) -> None:
    async with writing(tmp_path) as writer:
        writer.attempt_ended(ended(0, usage=Usage(10**30, 5, float("nan"))))
        writer.put(done(0))
        with pytest.raises(StorageError):
            await writer.flush()
        with pytest.raises(StorageError):
            await writer.room()
    assert writer.failure is not None
    assert query(tmp_path / "run.db", "SELECT * FROM results") == []
    assert_counters_equal_tables(tmp_path / "run.db")


async def test_a_fault_in_the_writer_itself_is_told_to_everyone_who_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    async with writing(tmp_path, max_undurable=1) as writer:
        monkeypatch.setattr("storage.run_batch.Batch.write", broken)
        writer.put(done(0))
        room = asyncio.ensure_future(writer.room())
        ends = await asyncio.gather(room, writer.reserve([reserved(1)]), writer.flush(), return_exceptions=True)
        assert [isinstance(end, StorageError) for end in ends] == [True] * 3
        assert "ZeroDivisionError" in str(writer.failure)


async def test_a_fault_in_what_is_handed_over_is_the_callers_and_costs_nobody_else_anything(tmp_path: Path) -> None:
    async with writing(tmp_path) as writer:
        writer.put(done(0))
        with pytest.raises(TypeError):
            writer.columns(5)  # type: ignore[arg-type]  # a fault that no type checker saw
        writer.put(done(1))
        await writer.flush()
        assert writer.failure is None
    with RunReader(tmp_path / "run.db") as reader:
        assert [found.row for found in reader.iter_results()] == [0, 1]


async def put_for_ever(writer: RunWriter, written: list[int]) -> None:
    for row in itertools.count(1):
        await writer.room()
        writer.put(done(row, "x" * 3000))
        written.append(row)


async def test_a_full_disk_keeps_what_was_counted_and_nothing_hangs(tmp_path: Path) -> None:
    written: list[int] = []
    async with writing(tmp_path, max_undurable=20) as writer:
        writer.put(done(0))
        await writer.flush()
        limit_pages(writer, 20)
        with pytest.raises(DiskFullError):
            await put_for_ever(writer, written)
        with pytest.raises(DiskFullError):
            await writer.flush()
    stored = query(tmp_path / "run.db", "SELECT count(*) AS n FROM results")[0]["n"]
    assert 1 <= stored < 1 + len(written)
    assert_counters_equal_tables(tmp_path / "run.db")
    async with writing(tmp_path) as writer:  # space is back
        writer.put(done(99_999))
        await writer.flush()


def test_a_real_limit_on_the_file_s_size_pauses_too(tmp_path: Path) -> None:
    code = (
        "import asyncio, pathlib, resource, signal, sys\n"
        "sys.path.insert(0, '.')\n"
        "from tests.storage.test_run_writer import fill_until_full\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "sys.stdout.write(asyncio.run(fill_until_full(pathlib.Path(sys.argv[1]))))\n"
    )
    path = new_run_file(tmp_path)
    (tmp_path / "run.ballast").write_bytes(b"x")
    child = subprocess.run(
        [sys.executable, "-c", code, path],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (child.stdout, child.stderr) == ("DiskFullError", "")
    assert_counters_equal_tables(path)
    begin_execution(path, 1)
    assert query(path, "PRAGMA integrity_check")[0][0] == "ok"


async def fill_until_full(path: Path) -> str:
    """For the child process: write until the file may grow no more; the name of the error that comes."""
    writer = RunWriter(path, give_up_s=0.05)
    size = 400_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    try:
        for row in range(10_000):
            await writer.room()
            writer.put(done(row, "x" * 1000))
    except StorageError as error:
        await writer.close()
        return type(error).__name__
    return "never full"


async def test_the_ballast_is_given_back_to_write_what_was_paid_for(tmp_path: Path) -> None:
    async with writing(tmp_path) as writer:
        ballast = tmp_path / "run.ballast"
        assert ballast.stat().st_size >= 1_000_000
        assert ballast.stat().st_mode & 0o777 == 0o600
        limit_pages(writer, 0)
        writer.put(done(0, "x" * 9000))
        with pytest.raises(DiskFullError):
            await writer.flush()
        assert ballast.stat().st_size < 1_000_000  # the last of it is to note the run's end
        assert writer.lost == 1
        assert "1 answer could not be kept and will be asked again" in str(writer.told)


async def test_of_a_flush_larger_than_the_disk_all_that_fits_is_kept(tmp_path: Path) -> None:
    sizes = [9000, 9000, 900_000, 9000, 900_000, 9000]
    async with writing(tmp_path) as writer:
        await writer.reserve([reserved(row) for row in range(len(sizes) + 1)])
        limit_pages(writer, 40)
        for row, size in enumerate(sizes):
            writer.attempt_ended(ended(row))
            writer.put(done(row, "x" * size))
        writer.judged([(0, 0, "marked", "why")], "0:6")
        with pytest.raises(DiskFullError):
            await writer.flush()
        assert writer.lost == 2
    path = tmp_path / "run.db"
    assert [row["row"] for row in query(path, "SELECT row FROM results ORDER BY row")] == [0, 1, 3, 5]
    assert query(path, "SELECT count(*) AS n FROM attempts WHERE state = 'done'")[0]["n"] == len(sizes)
    assert query(path, "SELECT * FROM meta WHERE key = 'judged'") == query(path, "SELECT * FROM verdicts") == []
    assert_counters_equal_tables(path)


async def until_stored(folder: Path, rows: int) -> None:
    async with asyncio.timeout(20):
        while len(query(folder / "run.db", "SELECT row FROM results")) < rows:  # noqa: ASYNC110 the writer is a thread
            await asyncio.sleep(0.01)


async def test_what_did_not_fit_is_written_where_space_comes_back_in_time(tmp_path: Path) -> None:
    async with writing(tmp_path, give_up_s=5) as writer:
        limit_pages(writer, 20)
        writer.put(done(0))
        writer.put(done(1, "x" * 900_000))
        writer.judged([(1, 0, "marked", "why")], "0:2")
        await until_stored(tmp_path, 1)
        writer._connection.execute("PRAGMA max_page_count = 100000")  # noqa: SLF001 as above
        await until_stored(tmp_path, 2)
        assert (writer.lost, writer.told is writer.failure) == (0, True)
    assert [row["row"] for row in query(tmp_path / "run.db", "SELECT row FROM results ORDER BY row")] == [0, 1]
    assert len(query(tmp_path / "run.db", "SELECT * FROM verdicts")) == 1


async def test_after_a_loss_nothing_more_is_judged(tmp_path: Path) -> None:
    async with writing(tmp_path) as writer:
        limit_pages(writer, 20)
        writer.put(done(0, "x" * 900_000))
        with pytest.raises(DiskFullError):
            await writer.flush()
        writer.put(done(1))
        writer.judged([(1, 0, "marked", "why")], "0:2", [failed(2)])
    path = tmp_path / "run.db"
    assert [row["row"] for row in query(path, "SELECT row FROM results")] == [1]
    assert query(path, "SELECT * FROM meta WHERE key = 'judged'") == query(path, "SELECT * FROM verdicts") == []


async def test_the_ballast_goes_with_the_writer(tmp_path: Path) -> None:
    async with writing(tmp_path):
        assert (tmp_path / "run.ballast").exists()
    assert not (tmp_path / "run.ballast").exists()


async def test_no_room_for_ballast_is_no_reason_not_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, opened = new_run_file(tmp_path), os.open

    def full(name: Any, *rest: Any, **named: Any) -> int:  # noqa: ANN401 as os.open
        if str(name).endswith(".ballast"):
            raise OSError(28, "No space left on device")
        return opened(name, *rest, **named)

    monkeypatch.setattr(os, "open", full)
    writer = RunWriter(path)
    writer.put(done(0))
    await writer.flush()
    await writer.close()


async def test_a_held_file_is_told_as_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.connect.BUSY_TIMEOUT_MS", 20)
    path = new_run_file(tmp_path)
    async with writing(tmp_path) as writer:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(DatabaseBusyError):
                await writer.reserve([reserved(0)])
            with pytest.raises(DatabaseBusyError):
                await writer.room()
            other.execute("ROLLBACK")


async def test_a_short_hold_is_waited_out(tmp_path: Path) -> None:
    path = new_run_file(tmp_path)
    async with writing(tmp_path) as writer:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            waiting = asyncio.ensure_future(writer.reserve([reserved(0)]))
            await asyncio.sleep(0.1)
            assert not waiting.done()
            other.execute("ROLLBACK")
            await waiting
        assert writer.failure is None


async def test_after_the_end_nobody_waits_in_vain(tmp_path: Path) -> None:
    async with writing(tmp_path) as writer:
        writer.put(done(0))
    assert query(tmp_path / "run.db", "SELECT count(*) AS n FROM results")[0]["n"] == 1
    with pytest.raises(StorageError):
        await asyncio.wait_for(writer.flush(), 5)
    await writer.close()


async def test_closing_does_not_wait_long_for_a_reader(tmp_path: Path) -> None:
    path = new_run_file(tmp_path)
    writer = RunWriter(path)
    writer.put(done(0))
    writer.put(done(1))
    await writer.flush()
    with RunReader(path) as reader:
        rows = reader.iter_results()
        next(rows)  # an export in the middle of its work
        writer.put(done(2))
        began = time.monotonic()
        await writer.close()
        assert time.monotonic() - began < 10
        assert [item.row for item in rows] == [1]
    with RunReader(path) as reader:
        assert len(reader.between(0, 9)) == 3


async def test_a_writer_that_can_t_open_leaves_nothing_open(tmp_path: Path) -> None:
    path = new_run_file(tmp_path)
    change(path, "PRAGMA user_version = 99")
    with pytest.raises(StorageError):
        RunWriter(path)


async def test_the_pace_is_told_in_rows_not_in_their_steps(tmp_path: Path) -> None:
    async with writing(tmp_path) as writer:
        for row in range(6):
            writer.put(done(row, is_last=False))
            writer.put(replace(done(row), step=1))
            await writer.flush()
        assert sum(rows for _, rows in writer._finished) == 6  # noqa: SLF001 else it would take seconds to be told
