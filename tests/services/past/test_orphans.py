"""What a process that died left behind is swept away, unless it may be all that is left of someone's answers."""

import os
import time
from pathlib import Path

import pytest

from handai_db import create_run_file
from services.home import home, open_catalogue, run_path
from services.past import history
from tests.services.stored_runs import done, put, transform_run

DAY_S = 86_400


def aged(path: Path, days: float) -> Path:
    then = time.time() - days * DAY_S
    os.utime(path, (then, then))
    return path


def orphan(run_id: str, days: float = 2) -> Path:
    create_run_file(run_path(run_id), {"steps": "1"}, [])
    return aged(run_path(run_id), days)


@pytest.mark.parametrize(("days", "stays"), [(2, False), (0.5, True)])
def test_a_run_file_that_no_run_came_to_own_is_swept_after_a_day(days: float, stays: bool) -> None:
    path = orphan("260101-abcdef", days)

    history.tidy(None)

    assert path.exists() is stays


def test_answers_without_a_catalogue_stay(tmp_path: Path) -> None:
    record = transform_run(tmp_path, [])
    put(record, done(0, output="paid for"))
    with open_catalogue() as catalogue:
        catalogue.runs.delete(record.id)
    aged(run_path(record.id), 2)

    history.tidy(None)

    assert run_path(record.id).exists()


def test_runs_strangers_and_the_young_stay_copies_in_passing_go(tmp_path: Path) -> None:
    record = transform_run(tmp_path, [])
    stranger = run_path("notes")
    stranger.write_bytes(b"")
    passing = home() / ".intact-x"
    passing.mkdir()
    for path in (run_path(record.id), stranger, passing):
        aged(path, 2)

    history.tidy(None)

    assert run_path(record.id).exists()
    assert stranger.exists()
    assert not passing.exists()
