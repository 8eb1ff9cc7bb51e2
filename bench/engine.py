"""`python -m bench.engine`: the engine without HTTP (its client answers at once), and how soon answers are durable.

CPU a row is taken between two sizes of run, so that what happens once doesn't count, and in turn with a plain gather
over the same client, which writes its file at its end: that one's time tells how fast the machine is just then. The
second part asks the bench's provider over HTTP with 256 requests in flight, and tells the time from answer to disk.
"""

import argparse
import asyncio
import csv
import gc
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from structlog.testing import capture_logs

from bench.serving import provider
from engine.spec import RunSpec
from handai_cli import SELDOM
from providers.base import Completion, CompletionRequest, Message, StreamPiece, Usage
from services.running import execution, runs
from services.tables import datasets

_FEW, _MANY = 2_000, 22_000
_IN_FLIGHT = 256
_UNUSED_URL = "http://127.0.0.1:9/v1"


class _Stub:
    """A CompletionClient that answers after one turn of the loop."""

    async def complete(self, request: CompletionRequest) -> Completion:
        await asyncio.sleep(0)
        return Completion("A quick brown fox, in short.", "m", "stop", usage=Usage(21, 8), latency_s=0.001)

    async def stream(self, request: CompletionRequest) -> AsyncIterator[StreamPiece]:
        yield StreamPiece(completion=await self.complete(request))

    async def aclose(self) -> None:
        return


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures the engine without HTTP, and the time to durable.")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--profile", type=Path, help="write a cProfile of one run without HTTP here, and stop")
    arguments = parser.parse_args()
    gc.set_threshold(*SELDOM)  # as in a run's own process
    with tempfile.TemporaryDirectory(prefix="handai-bench-") as folder:
        os.environ["HANDAI_HOME"] = str(Path(folder) / "home")
        if arguments.profile:
            _profile(Path(folder), arguments.profile)
            return
        _without_http(Path(folder), arguments.runs)
        _durable(Path(folder), arguments.runs)


def _profile(folder: Path, target: Path) -> None:
    import cProfile

    profile = cProfile.Profile()
    with patch.object(execution, "make_client", lambda *_, **__: _Stub()):
        profile.runcall(_cpu_s, folder, _MANY, _UNUSED_URL)
    profile.dump_stats(target)


def _without_http(folder: Path, times: int) -> None:
    engine, plain = [], []
    with patch.object(execution, "make_client", lambda *_, **__: _Stub()):
        _cpu_s(folder, _FEW, _UNUSED_URL)
        _gather_s(folder, _FEW)
        for _ in range(times):
            engine.append(_us_a_row(lambda rows: _cpu_s(folder, rows, _UNUSED_URL)[0]))
            plain.append(_us_a_row(lambda rows: _gather_s(folder, rows)))
    for name, found in (("engine without HTTP", engine), ("plain gather, nothing durable", plain)):
        each = ", ".join(f"{figure:.1f}" for figure in found)
        print(f"{name}: {statistics.median(found):.1f} µs of CPU a row ({each})")
    print(f"ratio: {statistics.median(a / b for a, b in zip(engine, plain, strict=True)):.1f}")


def _us_a_row(cpu_s: Callable[[int], float]) -> float:
    few, many = cpu_s(_FEW), cpu_s(_MANY)
    return (many - few) / (_MANY - _FEW) * 1e6


def _gather_s(folder: Path, rows: int) -> float:
    """CPU seconds of the same rows, read from a CSV file, asked of the same client and written to another."""
    source, target = _table(folder, rows), folder / "gathered.csv"
    began = time.process_time()
    asyncio.run(_gather(source, target))
    return time.process_time() - began


async def _gather(source: Path, target: Path) -> None:
    client, slots = _Stub(), asyncio.Semaphore(_IN_FLIGHT)
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    async def ask(row: dict[str, str]) -> str | None:
        async with slots:
            messages = (Message("system", "Summarise"), Message("user", str(row)))
            return (await client.complete(CompletionRequest("m", messages))).text

    answers = await asyncio.gather(*(ask(row) for row in rows))
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], "output"])
        writer.writeheader()
        writer.writerows({**row, "output": answer} for row, answer in zip(rows, answers, strict=True))


def _table(folder: Path, rows: int) -> Path:
    """A table of its own: no earlier answer may be taken over."""
    table, salt = folder / f"{rows}.csv", time.monotonic_ns()
    table.write_text("id,text\n" + "".join(f'{row},"ROW{row} the quick brown fox {salt}"\n' for row in range(rows)))
    return table


def _durable(folder: Path, times: int) -> None:
    with provider("--latency", "0.2") as server:
        for _ in range(times):
            _, lags = _cpu_s(folder, 5_000, server.base_url)
            print(f"answer to durable, 5,000 rows, 256 in flight: {lags}")


def _cpu_s(folder: Path, rows: int, base_url: str) -> tuple[float, dict[str, Any]]:
    """CPU seconds of one run, all threads, and its figures of durability."""
    stored = datasets.store_file(_table(folder, rows))
    model = {"provider": "custom", "base_url": base_url, "model": "m"}
    spec = RunSpec.checked(
        {
            "input": {"kind": "transform", "dataset": stored.id},
            "prompt": {"instructions": "Summarise"},
            "model": model,
            "limits": {"concurrency": _IN_FLIGHT},
        }
    )
    record = runs.create(runs.NewRun(spec, stored.id))
    with capture_logs() as logs:
        began = time.process_time()
        status = asyncio.run(execution.execute(record.id, None))
        took = time.process_time() - began
    if status != "completed":
        raise RuntimeError(f"the run ended {status}")
    lags = next(
        ({name: value for name, value in log.items() if name.endswith("_ms")} for log in logs if "p99_ms" in log), {}
    )
    return took, lags


if __name__ == "__main__":
    main()
