"""`./run.sh bench`: whole jobs through the real command line and the baseline, on the same rows, turn by turn."""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.measure import PROJECT, Figures, measure

LATENCY_S = 0.2


@dataclass(frozen=True, slots=True)
class Job:
    """So many rows with so many requests in flight."""

    rows: int
    in_flight: int

    @property
    def ideal_s(self) -> float:
        """Seconds that the requests alone need."""
        return self.rows * LATENCY_S / self.in_flight


@dataclass(frozen=True, slots=True)
class Result:
    """Medians for one job, and the median of the pairs' CPU ratios."""

    rows: int
    in_flight: int
    ideal_s: float
    handai: Figures
    gather: Figures
    cpu_ratio: float


JOBS = (Job(1000, 50), Job(5000, 256))


def main() -> None:
    """Measure, print a table, write JSON."""
    parser = argparse.ArgumentParser(description="Measures whole jobs against asyncio.gather + AsyncOpenAI.")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", type=Path, help="where the figures are written")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="handai-bench-") as folder:
        results = [_compare(job, arguments.runs, Path(folder)) for job in JOBS]
    for result in results:
        print(_lines(result))
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(result) for result in results], indent=2))


def _compare(job: Job, runs: int, folder: Path) -> Result:
    table = folder / f"rows-{job.rows}.csv"
    table.write_text("id,text\n" + "".join(f'{row},"ROW{row} the quick brown fox"\n' for row in range(job.rows)))
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.fake_provider", "--latency", str(LATENCY_S)], cwd=PROJECT, stdout=subprocess.PIPE
    )
    try:
        base_url = (server.stdout.readline() if server.stdout else b"").decode().strip()
        handai, gather = _commands(job, table, base_url, folder)
        pairs = [(handai(), gather()) for _ in range(runs)]
    finally:
        server.terminate()
        server.wait()
    return Result(
        job.rows,
        job.in_flight,
        job.ideal_s,
        _median([pair[0] for pair in pairs]),
        _median([pair[1] for pair in pairs]),
        statistics.median(ours.cpu_s / theirs.cpu_s for ours, theirs in pairs),
    )


def _commands(
    job: Job, table: Path, base_url: str, folder: Path
) -> tuple[Callable[[], Figures], Callable[[], Figures]]:
    environment = {"HANDAI_HOME": str(folder / "home")}
    ours = [sys.executable, "handai_cli.py", "transform", str(table), "-o", str(folder / "ours.csv"), "--overwrite"]
    ours += ["-i", "Summarise", "--provider", "custom", "--base-url", base_url, "--model", "m"]
    ours += ["--concurrency", str(job.in_flight)]
    theirs = [sys.executable, "-m", "bench.gather", str(table), str(folder / "theirs.csv"), base_url]
    theirs += [str(job.in_flight)]
    return lambda: measure(ours, environment), lambda: measure(theirs, environment)


def _median(figures: list[Figures]) -> Figures:
    return Figures(
        statistics.median(item.wall_s for item in figures),
        statistics.median(item.cpu_s for item in figures),
        statistics.median(item.peak_mb for item in figures),
    )


def _lines(result: Result) -> str:
    lines = [
        f"{result.rows:>6} rows, {result.in_flight:>3} in flight  {name:<7}"
        f" {result.rows / figures.wall_s:>7.0f} rows/s  {figures.cpu_s * 1000 / result.rows:>6.2f} ms CPU/row"
        f"  {figures.peak_mb:>5.0f} MB  {figures.wall_s:>6.1f} s"
        for name, figures in (("handai", result.handai), ("gather", result.gather))
    ]
    return "\n".join([*lines, f"{'':>30} CPU ratio {result.cpu_ratio:.2f}, ideal {result.ideal_s:.1f} s"])


if __name__ == "__main__":
    main()
