"""What a run keeps when its process is killed, frozen or doubled: the real command line against a real server."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from handai_db import RunReader
from services.home import run_path
from tests.command_line import (
    PROJECT,
    Ended,
    ProviderProcess,
    begin,
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
from tests.durability import kills
from tests.isolation import clean_environment

LATENCY_S = 0.1
RESUME_S = 3.0


@pytest.fixture
def provider() -> Iterator[ProviderProcess]:
    with provider_process(LATENCY_S) as process:
        yield process


def assert_whole(out: Path, rows: int) -> None:
    assert [(row["id"], row["text"], row["output"]) for row in records_in(out)] == [
        (str(n), f"ROW{n}", f"echo: ROW{n}") for n in range(rows)
    ]


def killed_at(process: "subprocess.Popen[str]", run_id: str, rows: int) -> dict[int, str]:
    """Kill the process once `rows` are durable; what was acknowledged just before."""
    wait_until(lambda: done_rows(run_id) >= rows or process.poll() is not None)
    assert process.poll() is None, finish(process)
    seen = kills.acknowledged(run_id)
    process.kill()
    finish(process)
    return seen


@pytest.mark.slow
def test_nothing_that_was_counted_is_lost_or_asked_again(tmp_path: Path) -> None:
    """25 kills over 1,000 rows: per kill no row lost, none twice, asked again at most what was in the air."""
    folder = tmp_path / "killed"
    folder.mkdir()
    with provider_process(kills.LATENCY_S) as provider:
        outcome = kills.killed_run(folder, provider)

    sys.stderr.write(f"\n{outcome}\n")
    assert len(outcome.kills) == kills.KILLS
    assert [kill for kill in outcome.kills if kill.lost or kill.again > kills.BOUND or kill.damage] == []
    assert {kill.integrity for kill in outcome.kills} == {"ok"}
    assert (outcome.duplicates, outcome.wrong) == (0, 0)
    # What the provider may bill is all written down, and of the rest only what was about to leave.
    assert 0 <= outcome.written_down - outcome.requests <= 4 * kills.KILLS
    assert max(outcome.starts_s) < 10 * RESUME_S  # the figure is printed; a shared machine is slow at times


def test_the_file_of_a_killed_run_is_interrupted_and_can_be_exported(tmp_path: Path, provider: ProviderProcess) -> None:
    out = tmp_path / "out.csv"
    table = made_table(tmp_path / "in.csv", 200)
    process = begin(*transform_arguments(table, out, provider.url, "--concurrency", "8"))
    run_id = only_run_id()
    seen = killed_at(process, run_id, 30)

    shown = handai("show", "last", "--json").figures()
    exported = handai("export", "last", "-o", str(tmp_path / "part.csv"))

    assert shown["status"] == "interrupted"
    assert shown["rows"]["done"] >= len(seen)
    assert exported.code == 0
    assert sum(bool(row["output"]) for row in records_in(tmp_path / "part.csv")) == shown["rows"]["done"]
    assert not out.exists()


@pytest.mark.skipif(not Path("/proc/sys/kernel/random/boot_id").exists(), reason="the machine's start is not told here")
def test_what_was_reserved_and_never_sent_is_not_taken_for_billed(tmp_path: Path, provider: ProviderProcess) -> None:
    provider.configure(hold=True)
    table, in_flight = made_table(tmp_path / "in.csv", 60), 8
    flags = ("--concurrency", str(in_flight), "--no-cache")
    process = begin(*transform_arguments(table, tmp_path / "out.csv", provider.url, *flags))
    run_id = only_run_id()
    wait_until(lambda: provider.stats()["in_flight"] >= in_flight)
    process.kill()
    finish(process)
    with RunReader(run_path(run_id)) as reader:
        reserved = len(reader.attempts_of_unfinished())
    provider.configure(hold=False)

    ended = handai("resume", run_id, "--json")

    assert ended.code == 0, ended.err
    assert reserved > in_flight  # rows are reserved ahead of free slots
    assert ended.figures()["possibly_billed_twice"] == in_flight
    assert ended.figures()["attempts"] == provider.stats()["total"] == 60 + in_flight


def test_a_frozen_run_goes_on(tmp_path: Path, provider: ProviderProcess) -> None:
    """A laptop that sleeps, in small; while it does, nobody else may take the run."""
    table, out = made_table(tmp_path / "in.csv", 120), tmp_path / "out.csv"
    process = begin(*transform_arguments(table, out, provider.url, "--concurrency", "8", "--json"))
    run_id = only_run_id()
    wait_until(lambda: done_rows(run_id) >= 20)
    process.send_signal(signal.SIGSTOP)
    wait_until(lambda: psutil.Process(process.pid).status() == psutil.STATUS_STOPPED)

    refused = handai("resume", run_id)
    process.send_signal(signal.SIGCONT)
    ended = finish(process)

    assert refused.code == 1
    assert ended.code == 0, ended.err
    assert_whole(out, 120)
    assert set(provider.stats()["rows"].values()) == {1}


STARTER = """
import sys, time
from pathlib import Path
from engine.spec import RunSpec
from services.running import runs
from services.tables import datasets
table = datasets.store_file(Path(sys.argv[1]))
spec = RunSpec.checked({
    "input": {"kind": "transform", "dataset": table.id},
    "prompt": {"instructions": "Repeat it.", "template": "{{ text }}"},
    "model": {"provider": "custom", "model": "fake-model", "base_url": sys.argv[2]},
    "limits": {"concurrency": 8},
})
print(runs.start(runs.NewRun(spec, table.id)).id, flush=True)
time.sleep(600)
"""


def test_a_detached_run_survives_the_one_who_started_it(tmp_path: Path, provider: ProviderProcess) -> None:
    table = made_table(tmp_path / "in.csv", 150)
    command = [sys.executable, "-c", STARTER, str(table), provider.url]
    environment = clean_environment(os.environ, HANDAI_HOME=os.environ["HANDAI_HOME"])
    with subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True) as app:
        assert app.stdout is not None
        run_id = app.stdout.readline().strip()
        wait_until(lambda: done_rows(run_id) >= 10)
        os.kill(app.pid, signal.SIGKILL)
    before = done_rows(run_id)

    wait_until(lambda: handai("show", run_id, "--json").figures()["status"] == "completed")

    assert before < 150  # it was killed in the middle
    assert done_rows(run_id) == 150
    assert set(provider.stats()["rows"].values()) == {1}


def test_of_two_that_resume_a_run_one_executes_it(tmp_path: Path, provider: ProviderProcess) -> None:
    out = tmp_path / "out.csv"
    table = made_table(tmp_path / "in.csv", 200)
    process = begin(*transform_arguments(table, out, provider.url, "--concurrency", "8"))
    run_id = only_run_id()
    killed_at(process, run_id, 20)
    before = provider.stats()["rows"]

    rivals = [begin("resume", run_id, "--json") for _ in range(2)]
    ends: list[Ended] = [finish(rival) for rival in rivals]

    assert sorted(end.code for end in ends) == [0, 1], [end.err for end in ends]
    after = provider.stats()["rows"]
    assert_whole(out, 200)
    assert max(after[row] - before.get(row, 0) for row in after) == 1
    assert handai("show", run_id, "--json").figures()["status"] == "completed"


def test_a_killed_run_leaves_no_process_that_goes_on(tmp_path: Path, provider: ProviderProcess) -> None:
    process = begin(*transform_arguments(made_table(tmp_path / "in.csv", 100), tmp_path / "out.csv", provider.url))
    run_id = only_run_id()
    killed_at(process, run_id, 10)
    before = provider.stats()["total"]

    time.sleep(0.3)

    assert provider.stats()["total"] == before
