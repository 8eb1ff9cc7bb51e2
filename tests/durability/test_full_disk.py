"""A disk that is full, in three ways: the run pauses and says so, nothing is lost, and it goes on afterwards."""

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from handai_db import RunReader
from services.home import run_path
from services.running import runs
from tests.command_line import (
    PROJECT,
    Ended,
    ProviderProcess,
    handai,
    made_table,
    provider_process,
    records_in,
    transform_arguments,
    wait_until,
)
from tests.durability.child import COUNTING, command_of, handai_with, patience
from tests.isolation import clean_environment

pytestmark = pytest.mark.slow
ROWS = 600
IN_FLIGHT = 16
LARGE = 350_000
REPLY = "x" * 3000  # so that a few hundred rows fill the disk

NO_LARGE_FILES = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, resource.RLIM_INFINITY))
"""
FEW_PAGES = """
from storage import run_writer
opened = run_writer.open_run_writer
def limited(path):
    connection = opened(path)
    connection.execute("PRAGMA max_page_count = 120")
    return connection
run_writer.open_run_writer = limited
"""
# Every answer is in one flush.
ONE_FLUSH = """
import time
from storage import run_writer
collect = run_writer.RunWriter._collect
def late(self):
    time.sleep(1.0)
    return collect(self)
run_writer.RunWriter._collect = late
"""


@pytest.fixture
def provider() -> Iterator[ProviderProcess]:
    with provider_process(0.03) as process:
        process.configure(reply=REPLY)
        yield process


def counting(provider: ProviderProcess, note: Path) -> str:
    return COUNTING.format(stats=f"{provider.url.removesuffix('/v1')}/stats", note=str(note))


def assert_paused(ended: Ended) -> None:
    assert ended.code == 4, ended.err
    assert "the disk is full or failing" in ended.said
    assert "Free some space, then resume." in ended.said
    assert "Traceback" not in ended.err


def assert_whole(out: Path) -> None:
    assert [row["output"] for row in records_in(out)] == [REPLY] * ROWS


@pytest.mark.parametrize("limit", [NO_LARGE_FILES, FEW_PAGES], ids=["no larger file", "no more pages"])
def test_a_full_disk_pauses_and_what_was_counted_stays(tmp_path: Path, provider: ProviderProcess, limit: str) -> None:
    out, note = tmp_path / "out.csv", tmp_path / "at_failure.json"
    prelude = patience(0.5) + limit + counting(provider, note)
    flags = ("--concurrency", str(IN_FLIGHT), "--no-cache")

    paused = handai_with(prelude, transform_arguments(made_table(tmp_path / "in.csv", ROWS), out, provider.url, *flags))

    assert_paused(paused)
    record = runs.find("last")
    assert (record.reason, runs.view(record.id).damage) == ("disk_full", None)
    with RunReader(run_path(record.id)) as reader:
        kept = {found.row for found in reader.iter_results()}
        assert len(kept) == reader.progress().done > 0
    after_failure = provider.stats()["total"] - orjson.loads(note.read_bytes())["total"]
    assert after_failure <= IN_FLIGHT
    before = provider.stats()["rows"]

    ended = handai("resume", record.id)  # space is back

    assert ended.code == 0, ended.err
    assert_whole(out)
    asked = provider.stats()["rows"]
    assert not [row for row in kept if asked[f"ROW{row}"] != before[f"ROW{row}"]]


SMALL_DISK = """
set -e
mount -t tmpfs -o size=$SIZE tmpfs "$HANDAI_HOME"
set +e
"$@" 1>&2
echo "code $?"
set -e
mount -o remount,size=100m "$HANDAI_HOME"
"$PYTHON" handai_cli.py resume last 1>&2
"""


def can_mount(folder: Path) -> bool:
    if shutil.which("unshare") is None:
        return False
    command = ["unshare", "-m", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_a_disk_that_is_really_full_pauses_and_the_run_goes_on_when_it_has_grown(
    tmp_path: Path, handai_home: Path, provider: ProviderProcess
) -> None:
    if not can_mount(tmp_path):
        pytest.skip("no small disk can be mounted here: that takes root and unshare")
    handai_home.mkdir()
    out, note = tmp_path / "out.csv", tmp_path / "at_failure.json"
    arguments = transform_arguments(
        made_table(tmp_path / "in.csv", ROWS), out, provider.url, "--concurrency", str(IN_FLIGHT), "--no-cache"
    )

    ended = small_disk(patience(0.5) + counting(provider, note), arguments)

    assert ended.code == 0, ended.err
    assert "code 4" in ended.out
    assert "the disk is full or failing" in ended.said
    assert "Traceback" not in ended.err
    assert_whole(out)
    at_failure = orjson.loads(note.read_bytes())
    assert provider.stats()["total"] - at_failure["total"] <= ROWS - at_failure["total"] + 2 * IN_FLIGHT


def test_of_answers_larger_than_the_ballast_all_that_fit_are_kept(
    tmp_path: Path, handai_home: Path, provider: ProviderProcess
) -> None:
    if not can_mount(tmp_path):
        pytest.skip("no small disk can be mounted here: that takes root and unshare")
    handai_home.mkdir()
    rows = IN_FLIGHT
    reply = "x" * LARGE  # stored twice, as the answer and as its column: together far more than the whole disk
    provider.configure(reply=reply, hold=True)
    out = tmp_path / "out.csv"
    arguments = transform_arguments(
        made_table(tmp_path / "in.csv", rows), out, provider.url, "--concurrency", str(IN_FLIGHT), "--no-cache"
    )
    release = threading.Thread(target=_release_once_all_wait, args=(provider, rows))
    release.start()

    ended = small_disk(patience(0.5) + ONE_FLUSH, arguments)
    release.join()

    assert ended.code == 0, ended.err
    assert "code 4" in ended.out, ended.err
    found = re.search(r"(\d+) answers could not be kept and will be asked again", ended.said)
    assert found, ended.err
    lost = int(found[1])
    kept_bytes = (rows - lost) * 2 * LARGE
    assert kept_bytes > 3_500_000  # of six megabytes, what the catalogue and the end need left out
    assert provider.stats()["total"] == rows + lost
    assert out.read_text().count(reply) == rows


def _release_once_all_wait(provider: ProviderProcess, rows: int) -> None:
    wait_until(lambda: provider.stats()["in_flight"] >= rows, 60)
    provider.configure(hold=False)


def small_disk(prelude: str, arguments: list[str]) -> Ended:
    """A run on a disk of six megabytes, four of them ballast; then it grows, and the run is resumed."""
    home = os.environ["HANDAI_HOME"]
    found = subprocess.run(
        ["unshare", "-m", "bash", "-c", SMALL_DISK, "bash", *command_of(prelude, arguments)],
        cwd=PROJECT,
        env=clean_environment(os.environ, HANDAI_HOME=home, SIZE="6m", PYTHON=sys.executable),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Ended(found.returncode, found.stdout, found.stderr)
