"""`python -m bench.engine`: the engine without HTTP (its client answers at once), and how soon answers are durable.

CPU a row is taken between two sizes of run, so that what happens once doesn't count. The second part asks the bench's
provider over HTTP with 256 requests in flight, and tells the time from answer to disk.
"""

import argparse
import asyncio
import gc
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

from structlog.testing import capture_logs

from bench.serving import provider
from engine.spec import RunSpec
from handai_cli import SELDOM
from providers.base import Completion, CompletionRequest, StreamPiece, Usage
from services import datasets, execution, runs

_FEW, _MANY = 2_000, 22_000


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
        profile.runcall(_cpu_s, folder, _MANY, "http://127.0.0.1:9/v1")
    profile.dump_stats(target)


def _without_http(folder: Path, times: int) -> None:
    found = []
    with patch.object(execution, "make_client", lambda *_, **__: _Stub()):
        _cpu_s(folder, _FEW, "http://127.0.0.1:9/v1")
        for _ in range(times):
            few, many = (_cpu_s(folder, rows, "http://127.0.0.1:9/v1")[0] for rows in (_FEW, _MANY))
            found.append((many - few) / (_MANY - _FEW) * 1e6)
    each = ", ".join(f"{figure:.0f}" for figure in found)
    print(f"engine without HTTP: {statistics.median(found):.0f} µs of CPU a row ({each})")


def _durable(folder: Path, times: int) -> None:
    with provider("--latency", "0.2") as server:
        for _ in range(times):
            _, lags = _cpu_s(folder, 5_000, server.base_url)
            print(f"answer to durable, 5,000 rows, 256 in flight: {lags}")


def _cpu_s(folder: Path, rows: int, base_url: str) -> tuple[float, dict[str, Any]]:
    """CPU seconds of one run, all threads, and its figures of durability."""
    table = folder / f"{rows}.csv"
    salt = time.monotonic_ns()  # a table of its own: no earlier answer may be taken over
    table.write_text("id,text\n" + "".join(f'{row},"ROW{row} the quick brown fox {salt}"\n' for row in range(rows)))
    stored = datasets.store_file(table)
    model = {"provider": "custom", "base_url": base_url, "model": "m"}
    spec = RunSpec.checked(
        {
            "input": {"kind": "transform", "dataset": stored.id},
            "prompt": {"instructions": "Summarise"},
            "model": model,
            "limits": {"concurrency": 256},
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
