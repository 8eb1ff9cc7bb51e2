"""What the pages ask of past runs: rows near and far, figures in lists, a backup in one file."""

import io
import zipfile

import pytest

from engine.results import RunStatus
from handai_db import Standing
from handai_errors import SpecError
from services.home import open_catalogue
from services.past import history
from services.results import inspect
from services.results.row_filters import RowFilter, matching
from services.running import runs
from tests.fake_provider import FakeProvider
from tests.pages.made_runs import executed, made_run


def test_the_newest_rows_come_with_their_own_cells() -> None:
    record = executed(made_run(1200))
    rows = inspect.newest(record, 8)
    assert [row.cells["id"] for row in rows] == [str(row.index) for row in rows]
    assert len({row.index for row in rows}) == 8


def test_failed_rows_far_apart_come_with_their_own_cells(fake_provider: FakeProvider) -> None:
    fake_provider.configure(faults={"refusal": 0.01})
    record = executed(made_run(1200, base_url=fake_provider.url))
    rows = inspect.chosen(record, matching(record, RowFilter(Standing.FAILED, "refusal")))
    assert rows[-1].index - rows[0].index > 500, "the test needs failures in more than one group of rows"
    assert [row.cells["id"] for row in rows] == [str(row.index) for row in rows]


def test_listed_figures_are_those_of_the_run_file_after_an_interruption() -> None:
    record = made_run(3)
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(record.id, RunStatus.RUNNING, figures={"rows": "of an earlier end"})
        catalogue.runs.interrupt(record.id)
    assert history.figures_now(runs.get(record.id))["rows"]["total"] == 3


def test_listed_figures_of_an_ended_run_are_the_kept_ones() -> None:
    record = executed(made_run(3))
    assert history.figures_now(record) == record.figures
    assert record.figures["rows"]["done"] == 3


def test_a_new_session_needs_a_name() -> None:
    assert history.add_session(" Archive ").name == "Archive"
    with pytest.raises(SpecError):
        history.add_session("  ")


def test_the_backup_in_one_file_holds_catalogue_runs_and_tables() -> None:
    record = executed(made_run(2))
    with zipfile.ZipFile(io.BytesIO(history.backup_zip())) as archive:
        names = {name.partition("/")[2] for name in archive.namelist()}
    assert {"handai.db", f"runs/{record.id}.db", f"datasets/{record.dataset_id}/table.parquet"} <= names
