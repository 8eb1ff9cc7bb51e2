"""The commands about runs that are there: stop, resume, retry, show, history, export, delete."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import psutil
import pytest

from tests.command_line import (
    PROJECT,
    begin,
    done_rows,
    finish,
    handai,
    made_table,
    only_run_id,
    records_in,
    transform_arguments,
    wait_until,
)
from tests.fake_provider import FakeProvider

ROWS = 60


def listed_runs() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = orjson.loads(handai("history", "--json").out)
    return found


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, "stop"])
def test_a_stopped_run_keeps_its_rows_and_asks_only_for_the_others(
    tmp_path: Path, fake_provider: FakeProvider, how: signal.Signals | str
) -> None:
    fake_provider.configure(latency_s=0.15)
    table, out = made_table(tmp_path / "in.csv", ROWS), tmp_path / "out.csv"
    key = "sk-canary-" + "q7" * 12
    arguments = transform_arguments(table, out, fake_provider.url, "--concurrency", "4", "--json")
    process = begin(*arguments, HANDAI_API_KEY=key)
    run = only_run_id()
    wait_until(lambda: done_rows(run) >= 8)
    fake_provider.configure(latency_s=2.0)  # a busy machine needs time to say stop
    assert key not in " ".join(psutil.Process(process.pid).cmdline())

    if isinstance(how, str):
        stopped = handai("stop", run, "--json")
        assert (stopped.code, stopped.figures()["status"]) == (0, "stopped")
    else:
        process.send_signal(how)
    first = finish(process)
    fake_provider.configure(latency_s=0.0)
    second = handai("resume", run[:-1], "--json", HANDAI_API_KEY=key)

    assert (first.code, first.figures()["status"]) == (4, "stopped"), first.err
    assert first.figures()["rows"]["done"] < ROWS
    assert "handai resume" in first.said
    assert second.code == 0, second.err
    assert [row["output"] for row in records_in(out)] == [f"echo: ROW{n}" for n in range(ROWS)]
    assert set(fake_provider.stats()["rows"].values()) == {1}


def test_retry_asks_again_for_the_failed_rows_of_one_kind(tmp_path: Path, fake_provider: FakeProvider) -> None:
    fake_provider.configure(faults={"refusal": 0.3, "length": 0.3})
    table, out = made_table(tmp_path / "in.csv", 30), tmp_path / "out.csv"
    errors = handai(*transform_arguments(table, out, fake_provider.url, "--json")).figures()["errors"]
    fake_provider.configure(faults={})
    sent = fake_provider.stats()["total"]

    one_kind = handai("retry", "last", "--kind", "refusal", "--json")
    asked = fake_provider.stats()["total"] - sent
    nothing = handai("retry", "last", "--kind", "refusal")
    all_kinds = handai("retry", "last", "--json")

    assert (asked, one_kind.code) == (errors["refusal"], 3), one_kind.err
    assert one_kind.figures()["errors"] == {"length": errors["length"]}
    assert nothing.code == 1
    assert (all_kinds.code, all_kinds.figures()["status"]) == (0, "completed")
    assert [row["output"] for row in records_in(out)] == [f"echo: ROW{n}" for n in range(30)]


def test_runs_are_found_told_exported_and_deleted(tmp_path: Path, fake_provider: FakeProvider) -> None:
    table = made_table(tmp_path / "in.csv", 2)
    for name in ("first", "second"):
        arguments = transform_arguments(table, tmp_path / f"{name}.csv", fake_provider.url)
        assert handai(*arguments, "--run-name", name).code == 0

    listed = listed_runs()
    assert [run["name"] for run in listed] == ["second", "first"]
    oldest = listed[1]
    assert handai("show", "last", "--json").figures()["name"] == "second"
    assert handai("show", "first", "--json").figures() == oldest
    ambiguous = handai("show", oldest["run_id"][:3])
    assert ambiguous.code == 1
    assert "several runs" in ambiguous.said
    assert handai("show", "none").code == 1
    assert handai("export", "first", "-o", str(tmp_path / "again.jsonl")).code == 0
    assert handai("export", "first", "-o", str(tmp_path / "again.jsonl")).code == 1  # it is there
    assert handai("delete", "first").code == 1  # nobody says yes
    assert handai("delete", "first", "--yes").code == 0
    assert [run["name"] for run in listed_runs()] == ["second"]
    assert len(list((Path(os.environ["HANDAI_HOME"]) / "runs").glob("*.db"))) == 1


@pytest.mark.parametrize("arguments", [["--help"], ["history"]])
def test_what_needs_no_table_and_no_model_loads_neither(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom cli.app import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit:\n    pass\n"
        "print(sorted({'openai', 'pyarrow', 'pandas'} & set(sys.modules)), file=sys.stderr)"
    )

    ended = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)

    assert ended.stderr.strip() == "[]"
