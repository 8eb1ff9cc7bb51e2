"""What the lease's owner does to a run file around an execution; the counters always equal the tables."""

from pathlib import Path

import pytest

from engine.results import AttemptState
from handai_db import RunReader, RunWriter, begin_execution, end_execution, reopen_failed
from handai_errors import ErrorKind
from tests.storage.stored import assert_counters_equal_tables, done, ended, failed, new_run_file, query, reserved

pytestmark = pytest.mark.anyio


async def crashed_run(folder: Path) -> Path:
    """A file whose process died with two requests in flight, after a good and two failed rows."""
    path = new_run_file(folder)
    writer = RunWriter(path)
    await writer.reserve([reserved(row) for row in range(5)])
    await writer.reserve([reserved(1, 2, usd=0.5)])
    writer.attempt_ended(ended(0))
    writer.put(done(0))
    writer.attempt_ended(ended(1, state=AttemptState.FAILED, kind=ErrorKind.OVERLOADED, status=503))
    for row, kind in ((2, ErrorKind.REFUSAL), (3, ErrorKind.LENGTH)):
        writer.attempt_ended(ended(row, state=AttemptState.FAILED, kind=kind))
        writer.put(failed(row, kind))
    await writer.flush()
    await writer.close()
    return path


async def test_what_a_dead_process_left_in_flight_becomes_unknown(tmp_path: Path) -> None:
    path = await crashed_run(tmp_path)
    assert begin_execution(path, 7) == 2
    states = [tuple(row) for row in query(path, "SELECT row, number, state FROM attempts WHERE state = 'unknown'")]
    assert states == [(1, 2, "unknown"), (4, 1, "unknown")]
    assert_counters_equal_tables(path)
    with RunReader(path) as reader:
        assert "2 requests" in reader.events()[-1].message
        assert reader.attempts_of_unfinished() == {(1, 0): 2, (4, 0): 1}


async def test_a_second_begin_finds_nothing_more_to_recover(tmp_path: Path) -> None:
    path = await crashed_run(tmp_path)
    begin_execution(path, 7)
    assert begin_execution(path, 8) == 0
    assert_counters_equal_tables(path)


async def test_a_fresh_run_has_nothing_to_recover(tmp_path: Path) -> None:
    path = new_run_file(tmp_path)
    assert begin_execution(path, 7) == 0
    with RunReader(path) as reader:
        assert reader.events() == ()


async def test_executions_add_up_and_a_dead_one_ends_with_its_last_commit(tmp_path: Path) -> None:
    path = new_run_file(tmp_path)
    begin_execution(path, 7)
    begin_execution(path, 8)
    end_execution(path, "stopped", "Ended: stopped")
    rows = query(path, "SELECT pid, started_at, ended_at, status FROM executions ORDER BY id")
    assert [(row["pid"], row["status"]) for row in rows] == [(7, None), (8, "stopped")]
    assert all(row["ended_at"] >= row["started_at"] for row in rows)
    with RunReader(path) as reader:
        assert reader.duration_s(now=rows[1]["ended_at"] + 100) < 10
        assert reader.events()[-1].message == "Ended: stopped"


@pytest.mark.parametrize(("kind", "rows"), [(None, [2, 3]), ("length", [3]), ("auth", [])])
async def test_failed_rows_can_be_asked_again(tmp_path: Path, kind: str | None, rows: list[int]) -> None:
    path = await crashed_run(tmp_path)
    begin_execution(path, 7)
    with RunReader(path) as reader:
        assert reader.failed_rows(kind) == rows
    assert reopen_failed(path, kind) == len(rows)
    assert_counters_equal_tables(path)
    with RunReader(path) as reader:
        assert reader.finished_rows(5) == bytearray(0 if row in {1, 4, *rows} else 1 for row in range(5))
        assert {row for row, _ in reader.attempts_of_unfinished()} == {1, 4, *rows}
