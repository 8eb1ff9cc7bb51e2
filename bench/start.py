"""`python -m bench.start`: seconds from pressing Run to the first request, by a cold process and by the warm one."""

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

from bench.jobs import byte_code
from bench.serving import Provider, provider
from engine.spec import RunSpec
from services.running import runs
from services.running.processes import WARM
from services.tables import datasets

_IMPORTED_AFTER_S = 6.0  # as long as a person at least takes to look at the page


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures the time to a run's first request.")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="handai-bench-") as folder, provider() as server:
        os.environ.update(byte_code(Path(folder)), HANDAI_HOME=str(Path(folder) / "home"))
        _first_request_s(Path(folder), server)  # byte code is written
        cold = [_first_request_s(Path(folder), server) for _ in range(arguments.runs)]
        warm = []
        for _ in range(arguments.runs):
            WARM.keep()
            time.sleep(_IMPORTED_AFTER_S)
            warm.append(_first_request_s(Path(folder), server))
        WARM.drop()
    for name, found in (("cold", cold), ("warm", warm)):
        print(f"{name}: first request after {statistics.median(found):.2f} s ({min(found):.2f} to {max(found):.2f})")


def _first_request_s(folder: Path, server: Provider) -> float:
    """Seconds from the start of a run, as a page starts it, to its first request."""
    server.reset()
    table = folder / "in.csv"
    table.write_text(f"id,text\n1,ROW1 {time.monotonic_ns()}\n")  # no earlier answer may be taken over
    stored = datasets.store_file(table)
    spec = RunSpec.checked(
        {
            "input": {"kind": "transform", "dataset": stored.id},
            "prompt": {"instructions": "Summarise"},
            "model": {"provider": "custom", "base_url": server.base_url, "model": "m"},
        }
    )
    began = time.time()
    record = runs.start(runs.NewRun(spec, stored.id))
    while runs.get(record.id).status.is_live:
        time.sleep(0.05)
    return float(server.stats()["first_unix"]) - began


if __name__ == "__main__":
    main()
