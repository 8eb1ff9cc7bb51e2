"""Damage to run files: always noticed or without effect, never shown as whole, and what is intact is not paid again."""

import random
import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from handai_db import Damage, RunReader, RunWriter, begin_execution, end_execution, find_damage
from storage.salvage import log_of
from tests.storage.stored import done, ended, failed, new_run_file, reserved

pytestmark = pytest.mark.anyio
ROWS = 120
EACH = 25  # damages of each kind


async def filled(path: Path, *, killed: bool) -> Path:
    """A run's file with 120 rows, as it is when the run has ended or when its process was killed."""
    begin_execution(path, 1)
    writer = RunWriter(path)
    for start in range(0, ROWS, 8):
        rows = range(start, start + 8)
        await writer.reserve([reserved(row, usd=0.25) for row in rows])
        for row in rows:
            writer.attempt_ended(ended(row))
            writer.put(failed(row) if row % 10 == 0 else done(row, f"answer {row} " * 20))
        await writer.flush()
        if killed and start == 64:  # a part of it is in the file, and a part in the log
            await writer.close()
            writer = RunWriter(path)
    if killed:
        copied = copy_of(path, path.parent / "killed")
        await writer.close()
        return copied
    await writer.close()
    end_execution(path, "partial", "Ended: partial")
    return path


def made(folder: Path) -> Path:
    folder.mkdir()
    return new_run_file(folder)


def copy_of(path: Path, folder: Path) -> Path:
    folder.mkdir()
    for file in path.parent.glob("run.*"):
        shutil.copy(file, folder)
    return folder / path.name


def content(path: Path) -> tuple[object, ...]:
    """All that a person sees of a run's rows."""
    with RunReader(path) as reader:
        rows = tuple(replace(row, committed_at=round(row.committed_at, 3)) for row in reader.iter_results())
        return rows, reader.outputs(), reader.progress(), reader.errors()


def overwritten(path: Path, chance: random.Random, size: int) -> None:
    with path.open("r+b") as file:
        file.seek(chance.randrange(path.stat().st_size - size))
        before = file.read(size)
        file.seek(-size, 1)
        file.write(bytes(old ^ chance.randrange(1, 256) for old in before))


def cut_off(path: Path, chance: random.Random) -> None:
    with path.open("r+b") as file:
        file.truncate(chance.randrange(path.stat().st_size))


def rows_deleted(path: Path, chance: random.Random) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DELETE FROM results WHERE row = ?", (chance.randrange(ROWS),))


Harm = Callable[[Path, random.Random], None]
DAMAGES: dict[str, tuple[bool, Harm]] = {
    "ended: one byte": (False, lambda path, chance: overwritten(path, chance, 1)),
    "ended: four bytes": (False, lambda path, chance: overwritten(path, chance, 4)),
    "ended: cut off": (False, cut_off),
    "ended: rows deleted": (False, rows_deleted),
    "killed: one byte": (True, lambda path, chance: overwritten(path, chance, 1)),
    "killed: four bytes": (True, lambda path, chance: overwritten(path, chance, 4)),
    "killed: cut off": (True, cut_off),
    "killed: rows deleted": (True, rows_deleted),
    "killed: one byte of the log": (True, lambda path, chance: overwritten(log_of(path), chance, 1)),
    "killed: log cut off": (True, lambda path, chance: cut_off(log_of(path), chance)),
    "killed: log deleted": (True, lambda path, _: log_of(path).unlink()),
}


def found_in(path: Path) -> Damage | None:
    return find_damage(path, rows=ROWS, steps=1, counted=0, commits=0)


async def test_every_damage_is_noticed_or_has_no_effect(tmp_path: Path) -> None:
    """275 damages at random places, by a fixed seed."""
    whole = {killed: await filled(made(tmp_path / f"whole-{killed}"), killed=killed) for killed in (True, False)}
    before = {killed: content(path) for killed, path in whole.items()}
    assert [found_in(path) for path in whole.values()] == [None, None]
    outcomes: Counter[str] = Counter()
    for kind, (killed, harm) in DAMAGES.items():
        for number in range(EACH):
            path = copy_of(whole[killed], tmp_path / f"{kind} {number}")
            harm(path, random.Random(f"{kind} {number}"))
            damage = found_in(path)
            if damage is None:
                assert content(path) == before[killed], f"{kind} {number} went unnoticed"
            else:
                assert 0 <= damage.readable <= ROWS
                assert damage.why
            outcomes["noticed" if damage else "without effect"] += 1
            shutil.rmtree(path.parent)
    sys.stderr.write(f"\n{sum(outcomes.values())} damages: {dict(outcomes)}, 0 unnoticed\n")
    assert outcomes["noticed"] > 3 * outcomes["without effect"]


async def test_an_older_copy_in_a_run_s_place_is_noticed(tmp_path: Path) -> None:
    path = await filled(made(tmp_path / "run"), killed=False)
    older = tmp_path / "older.db"
    shutil.copy(path, older)
    begin_execution(path, 2)
    end_execution(path, "completed", "Ended: completed")
    shutil.copy(older, path)

    found = found_in(path)

    assert found is not None
    assert "commits" in found.why


@pytest.mark.parametrize("killed", [True, False])
async def test_a_file_whose_process_goes_on_or_ended_well_is_whole(tmp_path: Path, killed: bool) -> None:
    path = await filled(made(tmp_path / "run"), killed=killed)
    begin_execution(path, 2)
    writer = RunWriter(path)
    writer.put(done(ROWS, "one more"))
    await writer.flush()
    await writer.close()
    assert found_in(path) is None
    end_execution(path, "completed", "Ended: completed")
    assert found_in(path) is None


async def test_the_count_of_the_catalogue_is_enough_to_notice_a_lost_log(tmp_path: Path) -> None:
    path = await filled(made(tmp_path / "run"), killed=True)
    commits = int(path.with_suffix(".count").read_bytes())
    path.with_suffix(".count").unlink()
    log_of(path).unlink()

    found = find_damage(path, rows=ROWS, steps=1, commits=commits - 1)

    assert found is not None
    assert found.readable < ROWS


async def test_the_manifest_inside_is_enough_to_notice_rows_that_were_taken_out_with_care(tmp_path: Path) -> None:
    path = await filled(made(tmp_path / "run"), killed=False)
    path.with_suffix(".manifest.json").unlink()
    assert found_in(path) is None
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:  # whole rows, and counts that fit
        connection.execute("DELETE FROM results WHERE row = 3")
        connection.execute("UPDATE progress SET done = done - 1")

    found = found_in(path)

    assert found is not None
    assert "manifest" in found.why


async def test_an_ended_file_s_hash_notices_what_no_row_s_hash_covers(tmp_path: Path) -> None:
    path = await filled(made(tmp_path / "run"), killed=False)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE attempts SET cost_usd = 0 WHERE row = 3")

    found = found_in(path)

    assert found is not None
    assert "when the run ended" in found.why
