"""A generation killed in the middle: the same sampled columns, and no model column paid for twice."""

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from handai_db import RunReader
from services.home import run_path
from services.tables.run_tables import sampled_path
from tests.command_line import (
    ProviderProcess,
    begin,
    finish,
    handai,
    only_run_id,
    provider_process,
    records_in,
    wait_until,
)

ROWS = 150
IN_FLIGHT = 12
KILLS = 4
LATENCY_S = 0.05
FLUSH_S = 0.2  # how long an answer may wait to be durable
COLUMNS = [
    {"name": "id", "sampler": "id", "pattern": "{0001}"},
    {"name": "plan", "sampler": "category", "values": {"free": 0.6, "pro": 0.4}},
    {"name": "customer", "sampler": "faker", "kind": "name"},
    {"name": "spend", "sampler": "normal", "mean": 50, "sd": 20, "decimals": 2},
    {"name": "story", "prompt": "Story {{ id }} for {{ customer }} who pays {{ plan }}"},
    {"name": "title", "prompt": "Title {{ id }}: a title for {{ story }}"},
]


@pytest.fixture
def provider() -> Iterator[ProviderProcess]:
    with provider_process(LATENCY_S) as process:
        yield process


def written_spec(path: Path, url: str) -> Path:
    spec = {
        "input": {"kind": "generate", "rows": ROWS, "seed": 11, "duplicates": False, "columns": COLUMNS},
        "model": {"provider": "custom", "model": "fake-model", "base_url": url},
        "limits": {"concurrency": IN_FLIGHT},
    }
    path.write_bytes(orjson.dumps(spec))  # JSON is YAML
    return path


def answered_steps(run_id: str) -> int:
    with RunReader(run_path(run_id)) as reader:
        return reader.progress().answers


def paid_twice(provider: ProviderProcess) -> int:
    """How many calls were made again although they had been answered."""
    return int(provider.stats()["paid_twice"])


def kill_after(process: "subprocess.Popen[str]", run_id: str, answers: int) -> None:
    wait_until(lambda: answered_steps(run_id) >= answers)
    process.kill()
    finish(process)


def test_a_killed_generation_ends_as_an_unbroken_one(tmp_path: Path, provider: ProviderProcess) -> None:
    spec, out = written_spec(tmp_path / "spec.yaml", provider.url), tmp_path / "out.csv"
    points = sorted(random.Random().sample(range(10, 2 * ROWS - 60), KILLS))
    in_the_air = IN_FLIGHT + int(IN_FLIGHT * FLUSH_S / LATENCY_S)
    arguments = ["run", str(spec), "-o", str(out)]
    before = 0
    for point in points:
        process = begin(*arguments)
        run_id = only_run_id()
        kill_after(process, run_id, point)
        arguments = ["resume", run_id]
        again = paid_twice(provider)
        assert again - before <= in_the_air, f"after the kill at {point}"
        before = again
    drawn = sampled_path(run_id).read_bytes()

    ended = handai("resume", run_id, "--json")

    assert ended.code == 0, ended.err
    rows = records_in(out)
    assert [row["id"] for row in rows] == [f"{n:04}" for n in range(1, ROWS + 1)]
    assert all(row["title"] == f"echo: Title {row['id']}: a title for {row['story']}" for row in rows)
    sys.stderr.write(f"\nkill -9 at {points} of {2 * ROWS} calls: {paid_twice(provider)} paid twice\n")
    unbroken = tmp_path / "unbroken.csv"
    assert handai("run", str(spec), "-o", str(unbroken)).code == 0
    assert unbroken.read_bytes() == out.read_bytes()
    assert sampled_path(run_id).read_bytes() == drawn


def test_a_row_killed_between_its_two_columns_asks_only_for_the_second(
    tmp_path: Path, provider: ProviderProcess
) -> None:
    process = begin("run", str(written_spec(tmp_path / "spec.yaml", provider.url)), "-o", str(tmp_path / "out.csv"))
    run_id = only_run_id()
    wait_until(lambda: answered_steps(run_id) >= 5)
    provider.configure(hold=True)  # from here on nobody is answered
    wait_until(lambda: provider.stats()["in_flight"] >= IN_FLIGHT)
    wait_until(lambda: answered_steps(run_id) == provider.stats()["answered"])
    answered = provider.stats()["answered"]
    process.kill()
    finish(process)
    with RunReader(run_path(run_id)) as reader:
        between = [found.row for found in reader.iter_results() if found.status == "pending"]
    provider.configure(hold=False)
    asked = provider.stats()["total"]

    ended = handai("resume", run_id, "--json")

    assert ended.code == 0, ended.err
    assert between
    assert paid_twice(provider) == 0
    assert provider.stats()["total"] - asked == 2 * ROWS - answered
