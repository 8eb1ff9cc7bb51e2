"""Runs for the app to show: some that execute, many that ended, one large one; all answered by the offline demo."""

import asyncio
import io
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

from engine.spec import Limits, ModelSettings, Prompt, RunSpec, TransformInput
from engine.tables import ParseOptions
from services.running import runs
from services.running.execution import execute
from services.running.processes import WARM
from services.tables.datasets import store_upload

_TOGETHER = 16
_ALL_AT_ONCE = 500  # where the run itself is not what is measured


@contextmanager
def live_runs(
    count: int, *, latency_s: float = 2.0, rows: int = 20_000, together: int = _TOGETHER
) -> Iterator[list[str]]:
    """So many runs that go on in processes of their own while the block runs."""
    os.environ["HANDAI_DEMO_LATENCY_S"] = str(latency_s)
    names = [_made(rows, f"live {number}", together) for number in range(count)]
    for name in names:
        runs.launch(runs.get(name))
    try:
        yield names
    finally:
        for name in (*names, *names):  # the second time they break off what is in flight
            runs.stop(name)
        WARM.drop()
        deadline = time.monotonic() + 30
        while any(runs.get(name).status.is_live for name in names) and time.monotonic() < deadline:
            time.sleep(0.2)


def many_ended_runs(count: int) -> list[str]:
    """So many runs of 200 rows that are over."""
    return [_ended(_made(200, f"ended {number}", _ALL_AT_ONCE)) for number in range(count)]


def one_big_run(rows: int) -> str:
    """One run of so many rows that is over."""
    return _ended(_made(rows, "big", _ALL_AT_ONCE))


def _ended(name: str) -> str:
    os.environ["HANDAI_DEMO_LATENCY_S"] = "0"
    with redirect_stdout(io.StringIO()):
        asyncio.run(execute(name, None))
    return name


def _made(rows: int, name: str, together: int = _TOGETHER) -> str:
    lines = "".join(f'{row},"ROW{row} the quick brown fox jumps over the lazy dog"\n' for row in range(rows))
    table = store_upload(io.BytesIO(f"id,text\n{lines}".encode()), f"{name}.csv", ParseOptions())
    spec = RunSpec(
        input=TransformInput(dataset=table.id, file=f"{name}.csv"),
        prompt=Prompt(instructions="Summarise it."),
        model=ModelSettings(provider="demo", model="demo"),
        limits=Limits(concurrency=together, cache=False),
    )
    return runs.create(runs.NewRun(spec, table.id, name=name)).id
