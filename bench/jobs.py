"""Whole jobs, CSV in and CSV out: Handai's real command line and the hand-written baseline over the same rows."""

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.measure import Figures, measure
from bench.serving import Provider, provider

_CPUS = ("taskset", "-c", "0")


@dataclass(frozen=True, slots=True)
class Job:
    """So many rows with so many requests in flight, each answered after so many seconds."""

    rows: int
    in_flight: int
    latency_s: float = 0.2
    one_core: bool = False

    @property
    def ideal_s(self) -> float:
        """Seconds that the requests alone need."""
        return self.rows * self.latency_s / self.in_flight

    @property
    def name(self) -> str:
        """As the table calls it."""
        return f"{self.rows:,} rows, {self.in_flight} in flight" + (", one core" if self.one_core else "")


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of one system."""

    process: Figures
    span_s: float
    first_request_s: float
    requests: int
    in_flight_peak: int


@dataclass(frozen=True, slots=True)
class Summary:
    """Medians of one system's runs of one job."""

    system: str
    job: str
    runs: int
    wall_s: float
    span_s: float
    first_request_s: float
    cpu_s: float
    cpu_ms_a_row: float
    rows_per_s: float
    efficiency: float
    whole_efficiency: float
    peak_mb: float
    in_flight_peak: int


Pairs = list[tuple[Measured, Measured | None]]  # Handai and the baseline, if there is one


class Bench:
    """Runs jobs in a folder of its own."""

    def __init__(self, folder: Path, *, with_gather: bool = True) -> None:
        self._folder = folder
        self._with_gather = with_gather
        self._environment = {**byte_code(folder), "HANDAI_HOME": str(folder / "home")}
        self._is_warm = False

    def compare(self, job: Job, runs: int) -> Pairs:
        """`runs` pairs of Handai and the baseline, turn by turn, so that both meet the same machine."""
        with provider("--latency", str(job.latency_s)) as server:

            def pair() -> tuple[Measured, Measured | None]:
                ours, theirs = self._commands(job, self._table(job.rows), server.base_url)
                other = _measured(server, job, theirs, self._environment) if self._with_gather else None
                return _measured(server, job, ours, self._environment), other

            if not self._is_warm:  # both systems' byte code is written, as it is from anyone's second start on
                pair()
                self._is_warm = True
            return [pair() for _ in range(runs)]

    def _table(self, rows: int) -> Path:
        """A table that nobody has seen: it is read, converted and asked for in whole."""
        table = self._folder / f"rows-{rows}.csv"
        salt = time.monotonic_ns()
        cells = (f'{row},"ROW{row} the quick brown fox {salt}"\n' for row in range(rows))
        table.write_text("id,text\n" + "".join(cells))
        return table

    def _commands(self, job: Job, table: Path, base_url: str) -> tuple[list[str], list[str]]:
        ours = [sys.executable, "handai_cli.py", "transform", str(table), "-o", str(self._folder / "ours.csv")]
        ours += ["--overwrite", "-i", "Summarise", "--provider", "custom", "--base-url", base_url, "--model", "m"]
        ours += ["--concurrency", str(job.in_flight)]
        theirs = [sys.executable, "-m", "bench.gather", str(table), str(self._folder / "theirs.csv"), base_url]
        return ours, [*theirs, str(job.in_flight)]


def byte_code(folder: Path) -> dict[str, str]:
    """An environment in which Python keeps its byte code, wherever it may write and whatever the shell says."""
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "byte-code")}


def _measured(server: Provider, job: Job, command: Sequence[str], environment: dict[str, str]) -> Measured:
    server.reset()
    if "HANDAI_HOME" in environment:  # every run asks for every row: no answer of the one before is taken
        (Path(environment["HANDAI_HOME"]) / "cache.db").unlink(missing_ok=True)
    process = measure([*_CPUS, *command] if job.one_core else command, environment)
    stats = server.stats()
    answered = stats["by_status"].get("200", 0)
    if answered < job.rows:
        raise RuntimeError(f"{answered} of {job.rows} rows were answered: {stats}")
    first_s = stats["first_unix"] - process.began_unix
    return Measured(process, stats["span_s"], first_s, stats["total"], stats["in_flight_peak"])


def summary(system: str, job: Job, runs: list[Measured]) -> Summary:
    """The medians."""

    def median(figure: Callable[[Measured], float]) -> float:
        return statistics.median(figure(run) for run in runs)

    return Summary(
        system=system,
        job=job.name,
        runs=len(runs),
        wall_s=median(lambda run: run.process.wall_s),
        span_s=median(lambda run: run.span_s),
        first_request_s=median(lambda run: run.first_request_s),
        cpu_s=median(lambda run: run.process.cpu_s),
        cpu_ms_a_row=median(lambda run: run.process.cpu_s) * 1000 / job.rows,
        rows_per_s=job.rows / median(lambda run: run.span_s),
        efficiency=job.ideal_s / median(lambda run: run.span_s),
        whole_efficiency=job.ideal_s / median(lambda run: run.process.wall_s),
        peak_mb=median(lambda run: run.process.peak_mb),
        in_flight_peak=max(run.in_flight_peak for run in runs),
    )


def ratio(pairs: Pairs) -> float | None:
    """The median of the pairs' CPU ratios; None without a baseline."""
    ratios = [ours.process.cpu_s / theirs.process.cpu_s for ours, theirs in pairs if theirs is not None]
    return statistics.median(ratios) if ratios else None


def beyond(few: Pairs, many: Pairs, rows: int) -> dict[str, Any]:
    """CPU milliseconds of each of `rows` rows more, by system, and the median ratio of the pairs."""
    ours = [(b[0].process.cpu_s - a[0].process.cpu_s) * 1000 / rows for a, b in zip(few, many, strict=True)]
    theirs = [
        (b[1].process.cpu_s - a[1].process.cpu_s) * 1000 / rows
        for a, b in zip(few, many, strict=True)
        if a[1] is not None and b[1] is not None
    ]
    ratios = [mine / other for mine, other in zip(ours, theirs, strict=False)]
    return {
        "handai_ms": statistics.median(ours),
        "gather_ms": statistics.median(theirs) if theirs else None,
        "ratio": statistics.median(ratios) if ratios else None,
    }


def line(found: Summary) -> str:
    """One line of the table."""
    return (
        f"{found.job:<32} {found.system:<7} {found.rows_per_s:>6.0f} {found.efficiency:>6.2f}"
        f" {found.whole_efficiency:>6.2f} {found.cpu_s:>7.2f} {found.cpu_ms_a_row:>7.2f} {found.peak_mb:>6.0f}"
        f" {found.first_request_s:>7.2f} {found.wall_s:>7.1f}"
    )


HEADER = (
    f"{'job':<32} {'system':<7} {'rows/s':>6} {'effic.':>6} {'whole':>6} {'CPU s':>7} {'ms/row':>7} {'MB':>6}"
    f" {'1st s':>7} {'wall s':>7}"
)


def as_json(found: Summary) -> dict[str, Any]:
    """For the file."""
    return asdict(found)
