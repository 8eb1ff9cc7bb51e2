"""What becomes of a run whose file is damaged: told everywhere, what is intact exported, the rest asked again."""

import asyncio
import csv
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from engine.results import RunStatus
from handai_db import DatasetRecord, RunRecord, damaged_paths
from handai_errors import DamagedFileError
from services.home import open_catalogue, run_path
from services.past import history
from services.results import exporting
from services.running import damage, runs
from services.running.execution import execute
from services.running.views import view_of
from services.tables import datasets
from tests.command_line import handai, made_table
from tests.fake_provider import FakeProvider
from tests.services.run_specs import spec_of

ROWS = 40


@pytest.fixture
def table(tmp_path: Path) -> DatasetRecord:
    return datasets.store_file(made_table(tmp_path / "in.csv", ROWS))


@pytest.fixture
def ended(table: DatasetRecord, fake_provider: FakeProvider) -> RunRecord:
    record = runs.create(runs.NewRun(spec_of(table, fake_provider.url, cache=False), table.id))
    assert asyncio.run(execute(record.id, None)) is RunStatus.COMPLETED
    return runs.get(record.id)


def harm(record: RunRecord, *rows: int) -> None:
    """Change the answers of some rows behind the run's back."""
    content = run_path(record.id).read_bytes()
    for row in rows:
        content = content.replace(b'"echo: ROW%d"' % row, b'"ECHO: ROW%d"' % row)
    run_path(record.id).write_bytes(content)


def answers(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row["answer"] for row in csv.DictReader(file)]


def test_a_run_s_manifest_stands_beside_it_and_goes_with_it(ended: RunRecord) -> None:
    beside = run_path(ended.id).with_suffix(".manifest.json")
    assert b'"done": 40' in beside.read_bytes()
    assert beside.stat().st_mode & 0o777 == 0o600
    assert not run_path(ended.id).with_suffix(".count").exists()

    history.delete_run(ended.id)

    assert list(run_path(ended.id).parent.iterdir()) == []


def test_a_damaged_run_is_told_and_never_shown_as_whole(ended: RunRecord) -> None:
    assert view_of(ended).damage is None
    assert history.figures_now(ended)["damage"] is None

    harm(ended, 7, 31)

    told = "This run's file is damaged: 38 of 40 rows are readable."
    view = view_of(ended)
    assert view.damage
    assert view.damage.startswith(told)
    assert (view.progress, view.done) == (None, 0)
    assert history.figures_now(ended)["damage"].startswith(told)
    with pytest.raises(DamagedFileError, match="38 of 40"):
        damage.refuse_damaged(ended)


def test_the_command_line_tells_it_too_and_exports_what_is_intact(ended: RunRecord, tmp_path: Path) -> None:
    harm(ended, 7)

    shown, listed = handai("show", ended.id), handai("history", "--json")
    exported = handai("export", ended.id, "-o", str(tmp_path / "out.csv"))

    assert "39 of 40 rows are readable" in shown.out
    assert "40 of 40 rows done" not in shown.out
    assert "39 of 40 rows are readable" in listed.out
    assert (exported.code, "39 of 40 rows are readable" in exported.said) == (0, True)
    assert answers(tmp_path / "out.csv") == [f"echo: ROW{n}" if n != 7 else "" for n in range(ROWS)]


@pytest.mark.parametrize("status", [RunStatus.COMPLETED, RunStatus.STOPPED])
def test_the_rest_is_asked_again_and_the_readable_rows_are_not(
    ended: RunRecord, fake_provider: FakeProvider, tmp_path: Path, status: RunStatus
) -> None:
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(ended.id, status, figures=ended.figures)
    harm(ended, 3, 12)
    fake_provider.reset()
    if status is RunStatus.STOPPED:
        with pytest.raises(DamagedFileError, match="handai retry"):
            runs.prepare_resume(ended.id)

    runs.prepare_retry(ended.id)
    assert asyncio.run(execute(ended.id, None)) is RunStatus.COMPLETED

    assert fake_provider.stats()["rows"] == {"ROW3": 1, "ROW12": 1}
    again = runs.get(ended.id)
    assert (view_of(again).damage, view_of(again).done) == (None, ROWS)
    exporting.export(again, tmp_path / "out.csv", exporting.Wanted())
    assert answers(tmp_path / "out.csv") == [f"echo: ROW{n}" for n in range(ROWS)]
    assert damaged_paths(run_path(ended.id))[0].exists()
    history.delete_run(ended.id)
    assert list(run_path(ended.id).parent.iterdir()) == []


def test_a_file_of_which_nothing_is_left_is_asked_for_whole(ended: RunRecord, fake_provider: FakeProvider) -> None:
    run_path(ended.id).write_bytes(b"nothing of a database " * 200)
    fake_provider.reset()
    assert "0 of 40 rows are readable" in str(view_of(ended).damage)

    runs.prepare_retry(ended.id)

    assert asyncio.run(execute(ended.id, None)) is RunStatus.COMPLETED
    assert len(fake_provider.stats()["rows"]) == ROWS


def test_an_interrupted_run_s_file_is_held_against_the_catalogue_s_count(ended: RunRecord) -> None:
    with closing(sqlite3.connect(run_path(ended.id), isolation_level=None)) as connection:
        connection.execute("UPDATE progress SET commits = commits + 1")  # its process had gone on, and was killed
        commits = connection.execute("SELECT commits FROM progress").fetchone()[0]
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(ended.id, RunStatus.INTERRUPTED)
    assert view_of(runs.get(ended.id)).damage is None

    with open_catalogue() as catalogue:
        catalogue.runs.note_commits(ended.id, commits + 5)

    assert "It lacks what was written last: 5 of" in str(view_of(runs.get(ended.id)).damage)


def test_a_page_that_ticks_reads_a_file_once(ended: RunRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []
    monkeypatch.setattr(damage, "find_damage", lambda path, **_: looked.append(path))

    for _ in range(5):
        view_of(ended)
    assert len(looked) == 1
    harm(ended, 1)
    view_of(ended)

    assert len(looked) == 2
