"""A database that another program holds for 5, 20 and 60 seconds: waited out, or a pause; nothing is lost.

Here 20 times as fast; HANDAI_REAL_LOCKS=1 ./run.sh test tests/durability/test_locked.py takes the real time.
"""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from services.home import catalogue_path, run_path
from services.running import runs
from tests.command_line import (
    ProviderProcess,
    done_rows,
    finish,
    handai,
    made_table,
    only_run_id,
    provider_process,
    records_in,
    transform_arguments,
    wait_until,
)
from tests.durability.child import begin_with, handai_with, patience

pytestmark = pytest.mark.slow
SCALE = 1.0 if os.environ.get("HANDAI_REAL_LOCKS") else 0.05
LIMIT_S = 30 * SCALE  # how long everybody waits for a held database
ROWS = 400


@pytest.fixture
def provider() -> Iterator[ProviderProcess]:
    with provider_process(0.03) as process:
        yield process


def held(path: Path, how: str, seconds: float) -> None:
    """Hold a database as another program would."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as connection:
        connection.execute(f"BEGIN {how}")
        time.sleep(seconds)
        connection.execute("ROLLBACK")


@pytest.mark.parametrize("seconds", [5, 20, 60])
@pytest.mark.parametrize("which", ["run file", "catalogue"])
def test_a_held_database_costs_nothing(tmp_path: Path, provider: ProviderProcess, which: str, seconds: int) -> None:
    out = tmp_path / "out.csv"
    table = made_table(tmp_path / "in.csv", ROWS)
    arguments = transform_arguments(table, out, provider.url, "--concurrency", "8", "--no-cache")
    process = begin_with(patience(20 * SCALE, LIMIT_S), arguments)
    run_id = only_run_id()
    wait_until(lambda: done_rows(run_id) >= 20 or process.poll() is not None)
    assert process.poll() is None, finish(process)

    if which == "run file":
        held(run_path(run_id), "IMMEDIATE", seconds * SCALE)
    else:
        held(catalogue_path(), "EXCLUSIVE", seconds * SCALE)
    ended = finish(process, 120)

    assert "Traceback" not in ended.err
    if seconds < 30:
        assert ended.code == 0, ended.err
    elif ended.code:
        assert "is holding" in ended.said
        record = runs.get(run_id)
        assert record.status.is_resumable
        assert runs.view(run_id).damage is None
        assert handai("resume", run_id).code == 0
    else:
        assert which == "catalogue"  # the rows had all been answered before the limit
    assert [row["output"] for row in records_in(out)] == [f"echo: ROW{n}" for n in range(ROWS)]
    again = sum(count - 1 for count in provider.stats()["rows"].values())
    assert again <= 8 + 8  # what was in flight, and what had just come back


HELD_AT_THE_END = """
import services.running.execution
from handai_errors import DatabaseBusyError
def held(*_):
    raise DatabaseBusyError("Another program is holding handai.db.", "Close it, then try again.")
services.running.execution._note_end = held
"""


def test_a_run_whose_end_can_t_be_noted_says_so_and_goes_on(tmp_path: Path, provider: ProviderProcess) -> None:
    out = tmp_path / "out.csv"
    arguments = transform_arguments(made_table(tmp_path / "in.csv", 20), out, provider.url, "--no-cache")

    ended = handai_with(HELD_AT_THE_END, arguments)

    assert (ended.code, "Traceback" in ended.err) == (4, False), ended.err
    assert "How it ended could not be noted" in ended.said
    assert handai("resume", only_run_id()).code == 0
    assert [row["output"] for row in records_in(out)] == [f"echo: ROW{n}" for n in range(20)]
    assert set(provider.stats()["rows"].values()) == {1}
