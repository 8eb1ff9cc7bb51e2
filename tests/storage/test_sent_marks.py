"""After a kill, requests that were reserved and never left are told from those that may have been billed."""

import os
from pathlib import Path

import pytest

from engine.results import AttemptState
from handai_db import RunWriter, begin_execution
from storage import sent_marks
from storage.sent_marks import marks_path
from tests.storage.stored import assert_counters_equal_tables, ended, new_run_file, query, reserved

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def boot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    told = tmp_path / "boot_id"
    told.write_text("0d3e0b5a-0000-4000-8000-000000000001\n")
    monkeypatch.setattr(sent_marks, "_BOOT", told)
    return told


async def killed(folder: Path, sent: tuple[int, ...], *, ended_rows: tuple[int, ...] = ()) -> Path:
    """A run file with five reservations, whose process died when only some of them had left."""
    path = new_run_file(folder)
    writer = RunWriter(path)
    await writer.reserve([reserved(row, usd=0.5) for row in range(5)])
    for row in sent:
        writer.sending(row)
    for row in ended_rows:
        writer.attempt_ended(ended(row, state=AttemptState.FAILED))
    await writer.flush()
    marks = marks_path(path).read_bytes() if marks_path(path).exists() else None
    await writer.close()
    if marks is not None:
        marks_path(path).write_bytes(marks)  # a killed process removes nothing
    return path


def states(path: Path) -> dict[int, str]:
    return {row["row"]: row["state"] for row in query(path, "SELECT row, state FROM attempts")}


async def test_only_what_was_sent_is_possibly_billed(tmp_path: Path) -> None:
    path = await killed(tmp_path, (0, 3, 4), ended_rows=(4,))
    assert begin_execution(path, 7) == 2
    assert states(path) == {0: "unknown", 3: "unknown", 4: "failed"}
    assert_counters_equal_tables(path)


async def test_after_a_start_of_the_machine_everything_reserved_is_possibly_billed(tmp_path: Path, boot: Path) -> None:
    path = await killed(tmp_path, (0,))
    boot.write_text("0d3e0b5a-0000-4000-8000-000000000002\n")  # noqa: ASYNC240 nobody waits
    assert begin_execution(path, 7) == 5


async def test_without_marks_everything_reserved_is_possibly_billed(tmp_path: Path) -> None:
    path = await killed(tmp_path, (0,))
    marks_path(path).unlink()
    assert begin_execution(path, 7) == 5


async def test_where_the_machine_s_start_is_not_told_there_are_no_marks(tmp_path: Path, boot: Path) -> None:
    boot.unlink()  # noqa: ASYNC240 nobody waits
    path = await killed(tmp_path, (0,))
    assert not marks_path(path).exists()
    assert begin_execution(path, 7) == 5


async def test_a_mark_that_can_t_be_written_takes_all_of_them_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = os.pwrite

    def full(descriptor: int, data: bytes, place: int) -> int:
        if data == b"\x01" and place > 64:
            raise OSError(28, "No space left on device")
        return written(descriptor, data, place)

    monkeypatch.setattr(os, "pwrite", full)
    path = await killed(tmp_path, (0, 1))
    assert begin_execution(path, 7) == 5


async def test_a_new_execution_s_marks_are_its_own(tmp_path: Path) -> None:
    path = await killed(tmp_path, (0, 1, 2, 3, 4))
    begin_execution(path, 7)
    writer = RunWriter(path)
    await writer.reserve([reserved(row, 2) for row in range(5)])
    writer.sending(2)
    marks = marks_path(path).read_bytes()
    await writer.close()
    assert not marks_path(path).exists()
    marks_path(path).write_bytes(marks)
    assert begin_execution(path, 8) == 1
