"""Looks into a run file: whole or told as damaged, safe beside a writer, never writing."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from engine.results import AttemptState
from handai_db import RunControl, RunReader, RunWriter, begin_execution
from handai_errors import DamagedFileError, ErrorKind, StorageError
from providers.base import Usage
from storage.connect import open_run_reader
from tests.storage.stored import change, done, ended, failed, new_run_file, query, reserved

pytestmark = pytest.mark.anyio


async def filled(folder: Path, rows: int = 10) -> Path:
    """A closed file: rows 3 and 6 failed, row 9 has no result, the others are good; committed out of order."""
    path = new_run_file(folder)
    writer = RunWriter(path)
    for row in reversed(range(rows)):
        writer.attempt_ended(ended(row))
        if row in {3, 6}:
            writer.put(failed(row, ErrorKind.REFUSAL if row == 3 else ErrorKind.LENGTH, raw="no"))
        elif row != 9:
            writer.put(done(row, f"text {row}"))
    await writer.flush()
    await writer.close()
    return path


async def test_results_are_found_by_row_by_page_and_by_age(tmp_path: Path) -> None:
    with RunReader(await filled(tmp_path)) as reader:
        assert list(reader.between(2, 5)) == [2, 3, 4]
        assert reader.between(2, 3)[2].values == {"output": "text 2"}
        assert [item.row for item in reader.newest(3)] == [0, 1, 2]
        assert reader.failed_rows(None) == [3, 6]
        assert reader.failed_rows("length") == [6]
        assert [item.row for item in reader.iter_results()] == [0, 1, 2, 3, 4, 5, 6, 7, 8]
        assert reader.result(9) is None
        assert reader.finished_rows(12) == bytearray([1] * 9 + [0] * 3)
        assert reader.finished_rows(2) == bytearray([1, 1])
        assert reader.attempts_of_unfinished() == {(9, 0): 1}


async def test_a_failed_result_tells_kind_cause_remedy_and_keeps_the_raw_answer(tmp_path: Path) -> None:
    with RunReader(await filled(tmp_path)) as reader:
        found = reader.result(3)
        assert found
        assert (found.status, found.kind, found.cause, found.remedy) == ("failed", "refusal", "cause 3", "remedy")
        assert (found.raw, found.values) == ("no", None)


async def test_errors_are_grouped_by_kind_most_first(tmp_path: Path) -> None:
    path = new_run_file(tmp_path)
    writer = RunWriter(path)
    for row, kind in enumerate([ErrorKind.LENGTH, ErrorKind.REFUSAL, ErrorKind.LENGTH]):
        writer.put(failed(row, kind))
    await writer.flush()
    await writer.close()
    with RunReader(path) as reader:
        assert [(group.kind, group.count, group.cause) for group in reader.errors()] == [
            ("length", 2, "cause 2"),
            ("refusal", 1, "cause 1"),
        ]


async def test_attempts_of_a_row_come_in_order(tmp_path: Path) -> None:
    path = new_run_file(tmp_path)
    writer = RunWriter(path)
    writer.attempt_ended(ended(5, 2))
    writer.attempt_ended(ended(5, 1, AttemptState.FAILED, kind=ErrorKind.OVERLOADED, status=503, usage=Usage()))
    await writer.flush()
    await writer.close()
    with RunReader(path) as reader:
        found = reader.attempts(5)
        assert [(item.number, item.state, item.kind, item.cost_usd) for item in found] == [
            (1, "failed", "overloaded", None),
            (2, "done", None, 0.25),
        ]
        assert reader.attempts(6) == ()


async def test_what_may_have_been_billed_without_a_known_cost_counts_with_its_reservation(tmp_path: Path) -> None:
    """A resumed run's cap begins with it: what an answer without a cost may have cost is not free."""
    path = new_run_file(tmp_path)
    writer = RunWriter(path)
    await writer.reserve([reserved(row, usd=1.0) for row in range(6)])
    writer.attempt_ended(ended(0))
    writer.attempt_ended(ended(1, state=AttemptState.UNKNOWN, status=None, usage=Usage()))
    writer.attempt_ended(ended(2, usage=Usage(1, None, None)))
    writer.attempt_ended(ended(3, state=AttemptState.FAILED, kind=ErrorKind.LENGTH, usage=Usage()))
    writer.attempt_ended(ended(4, state=AttemptState.FAILED, kind=ErrorKind.OVERLOADED, status=503, usage=Usage()))
    await writer.flush()
    await writer.close()
    with RunReader(path) as reader:
        assert reader.reserved_usd() == 4.0  # rows 1, 2, 3, and 5 that nobody heard of again


async def test_only_good_answers_are_found_again_by_their_request(tmp_path: Path) -> None:
    path = new_run_file(tmp_path)
    writer = RunWriter(path)
    writer.put(done(1, "text 1"))
    writer.put(failed(2, request_hash=(2).to_bytes(16, "big")))
    await writer.flush()
    await writer.close()
    before = path.read_bytes()
    with RunReader(path) as reader:
        for _ in range(2):
            found = reader.find_done((1).to_bytes(16, "big"))
            assert found
            assert found.values == {"output": "text 1"}
        assert reader.find_done((2).to_bytes(16, "big")) is None
        assert reader.find_done(b"") is None
    assert path.read_bytes() == before


DAMAGE = [
    'UPDATE results SET data = \'{"output":"other"}\' WHERE row = 4',
    "UPDATE results SET raw = raw || ' ' WHERE row = 4",
    "UPDATE results SET status = 'failed' WHERE row = 4",
    "UPDATE results SET row = 40 WHERE row = 4",
    "UPDATE results SET sha256 = '' WHERE row = 4",
    "UPDATE results SET data = NULL WHERE row = 4",
]


@pytest.mark.parametrize("sql", DAMAGE)
async def test_a_row_that_is_not_what_was_written_is_told(tmp_path: Path, sql: str) -> None:
    path = await filled(tmp_path)
    change(path, sql)
    with RunReader(path) as reader, pytest.raises(DamagedFileError, match="Row"):
        list(reader.iter_results())


async def test_a_flipped_byte_never_comes_out_as_a_result(tmp_path: Path) -> None:
    path = await filled(tmp_path)
    data = bytearray(path.read_bytes())
    place = data.find(b"text 4")
    data[place] ^= 1
    path.write_bytes(data)
    with RunReader(path) as reader, pytest.raises(DamagedFileError):
        list(reader.iter_results())


async def test_a_cut_file_is_told(tmp_path: Path) -> None:
    path = await filled(tmp_path, rows=2000)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(StorageError), RunReader(path) as reader:
        list(reader.iter_results())


async def test_a_reader_sees_whole_commits_while_a_writer_writes(tmp_path: Path) -> None:
    path = new_run_file(tmp_path)
    writer = RunWriter(path, max_undurable=8)
    seen: list[int] = []

    async def watch() -> None:
        while not seen or seen[-1] < 100:
            with RunReader(path) as reader:
                progress, stored = reader.progress(), sum(1 for _ in reader.iter_results())
            assert progress.done <= stored <= 100
            seen.append(progress.done)
            await asyncio.sleep(0.01)

    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        group.create_task(watch())
        for row in range(100):
            await writer.room()
            writer.put(done(row))
        await writer.flush()
    await writer.close()
    assert seen == sorted(seen)


async def test_a_copy_made_while_a_writer_writes_is_consistent(tmp_path: Path) -> None:
    path = new_run_file(tmp_path)
    writer = RunWriter(path, max_undurable=8)
    for row in range(60):
        await writer.room()
        writer.put(done(row))
        if row == 30:
            with RunReader(path) as reader:
                await asyncio.to_thread(reader.copy_to, tmp_path / "copy.db")
    await writer.close()
    with RunReader(tmp_path / "copy.db") as copy:
        kept = copy.progress().done
        assert 20 <= kept <= 60
        assert sum(1 for _ in copy.iter_results()) == kept


async def test_a_finished_file_is_whole_without_its_log(tmp_path: Path) -> None:
    path = await filled(tmp_path)
    for beside in (path.with_name("run.db-wal"), path.with_name("run.db-shm")):
        beside.unlink(missing_ok=True)
    with RunReader(path) as reader:
        assert reader.progress().done == 7
        assert len(list(reader.iter_results())) == 9


async def test_a_finished_file_read_beside_its_end_is_whole_without_its_log(tmp_path: Path) -> None:
    path = new_run_file(tmp_path)
    writer = RunWriter(path)
    with RunReader(path) as reader:
        reader.progress()  # a page that looks on keeps the log from going with its last writer
        for row in range(50):
            writer.put(done(row))
        await writer.flush()
        await writer.close()
        shutil.copy(path, tmp_path / "alone.db")
    with RunReader(tmp_path / "alone.db") as reader:
        assert len(list(reader.iter_results())) == 50


async def test_a_reader_changes_nothing(tmp_path: Path) -> None:
    path = await filled(tmp_path)
    before = path.read_bytes()
    with RunReader(path) as reader:
        reader.progress()
        list(reader.iter_results())
    with closing(open_run_reader(path)) as connection, pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("DELETE FROM results")
    assert path.read_bytes() == before
    log = path.with_name("run.db-wal")
    assert not log.exists() or log.stat().st_size == 0


async def test_what_a_killed_writer_committed_is_read_from_its_log(tmp_path: Path) -> None:
    path = new_run_file(tmp_path)
    writer = RunWriter(path)
    for row in range(5):
        writer.put(done(row))
    await writer.flush()
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for name in ("run.db", "run.db-wal"):
        shutil.copy(tmp_path / name, crashed / name)
    await writer.close()
    with RunReader(crashed / "run.db") as reader:
        assert reader.progress().done == 5
    begin_execution(crashed / "run.db", 1)
    assert query(crashed / "run.db", "SELECT count(*) AS n FROM results")[0]["n"] == 5


async def test_a_person_s_request_is_heard_and_a_deleted_run_is_broken_off(tmp_path: Path) -> None:
    path = tmp_path / "handai.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE runs (id, request)")
        connection.execute("INSERT INTO runs VALUES ('a', NULL), ('b', 'stop')")
        connection.commit()
    heard = []
    for run_id in ("a", "b", "gone"):
        async with RunControl(path, run_id) as control:
            heard.append(await control.request())
    assert heard == [None, "stop", "cancel"]


async def test_a_catalogue_that_can_t_be_read_now_is_told(tmp_path: Path) -> None:
    path = tmp_path / "handai.db"
    sqlite3.connect(path).close()
    async with RunControl(path, "a") as control:
        with pytest.raises(StorageError):
            await control.request()


@pytest.mark.parametrize("rows", ["row = 4", "true"])
async def test_rows_that_are_gone_are_told_by_the_count(tmp_path: Path, rows: str) -> None:
    path = await filled(tmp_path)
    change(path, f"DELETE FROM results WHERE {rows}")  # noqa: S608 our own
    with RunReader(path) as reader, pytest.raises(DamagedFileError, match="missing"):
        list(reader.iter_results())


async def test_a_run_without_results_is_no_damage(tmp_path: Path) -> None:
    with RunReader(new_run_file(tmp_path)) as reader:
        assert list(reader.iter_results()) == []
