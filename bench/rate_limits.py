"""`python -m bench.rate_limits`: the real command line against a provider's rate limit, and through a storm of 429s."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.measure import PROJECT
from bench.serving import Provider, provider

RATE, BURST, LATENCY_S = 50.0, 50, 0.2
HEADER = f"{'provider says':<14} {'asked for':>9} {'rows done':>9} {'429s':>5} {'wasted':>7} {'share':>6} {'took':>7}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run: `share` is what was served of what the limit allowed from the first request to the last."""

    headers: str
    concurrency: str
    rows: int
    done: int
    refused: int
    wasted: float
    share: float
    span_s: float
    wall_s: float

    @property
    def line(self) -> str:
        """As the table shows it."""
        return (
            f"{self.headers:<14} {self.concurrency:>9} {self.done:>9,} {self.refused:>5}"
            f" {self.wasted:>6.1%} {self.share:>6.2f} {self.span_s:>5.1f} s"
        )


@dataclass(frozen=True, slots=True)
class Job:
    """What is asked for: so many rows, by so many processes, perhaps through a storm."""

    rows: int
    storm_s: float | None = None
    runs: int = 1
    apart: bool = False


def main() -> None:
    """Run each dialect once, print a table, write JSON."""
    parser = argparse.ArgumentParser(description="Measures rate limits: a bucket of 50 requests a second, burst 50.")
    parser.add_argument("--rows", type=int, default=1500)
    parser.add_argument("--headers", default="openai,anthropic,headers-only,groq,retry-after,none")
    parser.add_argument("--concurrency", default="100,auto", help="numbers or auto")
    parser.add_argument("--storm", type=float, help="instead: this many seconds of nothing but 429s")
    parser.add_argument("--runs", type=int, default=1, help="so many at once share the rows and the account")
    parser.add_argument("--apart", action="store_true", help="each of them with a folder of its own: they know nothing")
    parser.add_argument("--json", type=Path, help="where the figures are written")
    arguments = parser.parse_args()
    print(HEADER)
    found = []
    for concurrency in arguments.concurrency.split(","):
        for headers in arguments.headers.split(","):
            job = Job(arguments.rows, arguments.storm, arguments.runs, arguments.apart)
            outcome = measured(headers, concurrency, job)
            print(outcome.line, flush=True)
            found.append(asdict(outcome))
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2))


def measured(headers: str, concurrency: str, job: Job) -> Outcome:
    """One job against a provider that tells of its limit in this way."""
    rows, runs = job.rows, job.runs
    limits = ["--storm", str(job.storm_s)] if job.storm_s else ["--rate", str(RATE), "--burst", str(BURST)]
    with tempfile.TemporaryDirectory(prefix="handai-bench-") as folder:
        tables = [_table(Path(folder) / f"rows{part}.csv", range(part, rows, runs)) for part in range(runs)]
        with provider("--latency", str(LATENCY_S), "--headers", headers, *limits) as server:
            began = time.monotonic()
            homes = [Path(folder) / f"home{part * job.apart}" for part in range(runs)]
            commands = [_command(table, server, concurrency) for table in tables]
            with ThreadPoolExecutor(runs) as pool:
                told = list(pool.map(_run, commands, homes))
            wall_s = time.monotonic() - began
            stats = server.stats()
    statuses = stats["by_status"]
    served, refused = statuses.get("200", 0), statuses.get("429", 0)
    allowed = served if job.storm_s else BURST + RATE * stats["span_s"]
    return Outcome(
        headers,
        concurrency,
        rows,
        sum(one["rows"]["done"] for one in told),
        refused,
        refused / max(1, stats["total"]),
        served / allowed,
        stats["span_s"],
        wall_s,
    )


def _table(path: Path, rows: Iterable[int]) -> Path:
    path.write_text("id,text\n" + "".join(f"{row},ROW{row} the quick brown fox\n" for row in rows))
    return path


def _command(table: Path, server: Provider, concurrency: str) -> list[str]:
    command = [sys.executable, "handai_cli.py", "transform", str(table), "-o", str(table.with_suffix(".out.csv"))]
    command += ["-i", "Summarise", "--provider", "custom", "--base-url", server.base_url, "--model", "m"]
    return [*command, "--concurrency", concurrency, "--json"]


def _run(command: Sequence[str], home: Path) -> dict[str, Any]:
    environment = {**os.environ, "HANDAI_HOME": str(home)}
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, check=False)
    try:
        return dict(json.loads(done.stdout))
    except ValueError:
        raise RuntimeError(done.stderr.decode(errors="replace")[-2000:]) from None


if __name__ == "__main__":
    main()
