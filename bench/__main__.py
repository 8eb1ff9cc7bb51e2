"""`./run.sh bench`: whole jobs through the real command line and the baseline, on the same rows, turn by turn."""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from bench.jobs import HEADER, Bench, Job, Pairs, as_json, beyond, line, ratio, summary

FIFTY = Job(1000, 50)
FEW = Job(1000, 256)
MANY = Job(5000, 256)
ONE_CORE = Job(5000, 256, one_core=True)


def main() -> None:
    """Measure, print a table, write JSON."""
    parser = argparse.ArgumentParser(description="Measures whole jobs against asyncio.gather + AsyncOpenAI.")
    parser.add_argument("--runs", type=int, default=3, help="of each job; medians are shown")
    parser.add_argument("--json", type=Path, help="where the figures are written")
    parser.add_argument("--no-baseline", action="store_true", help="Handai alone, while working on it")
    parser.add_argument("--jobs", default="fifty,beyond,core", help="which: fifty, beyond, core")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="handai-bench-") as folder:
        bench = Bench(Path(folder), with_gather=not arguments.no_baseline)
        figures = _measure(bench, arguments.runs, {*arguments.jobs.split(",")})
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2))


def _measure(bench: Bench, runs: int, wanted: set[str]) -> dict[str, Any]:
    figures: dict[str, Any] = {"jobs": []}
    print(HEADER)
    if "fifty" in wanted:
        _tell(bench, FIFTY, runs, figures)
    if "beyond" in wanted:
        few, many = _tell(bench, FEW, runs, figures), _tell(bench, MANY, runs, figures)
        more = beyond(few, many, MANY.rows - FEW.rows)
        figures["beyond_1000"] = more
        print(f"CPU a row beyond the first 1,000 at 256 in flight: handai {more['handai_ms']:.2f} ms" + _versus(more))
    if "core" in wanted:
        _tell(bench, ONE_CORE, runs, figures)
    return figures


def _tell(bench: Bench, job: Job, runs: int, figures: dict[str, Any]) -> Pairs:
    pairs = bench.compare(job, runs)
    systems = {"handai": [ours for ours, _ in pairs], "gather": [theirs for _, theirs in pairs if theirs is not None]}
    for system, found in systems.items():
        if found:
            told = summary(system, job, found)
            figures["jobs"].append(as_json(told))
            print(line(told), flush=True)
    if (cpu := ratio(pairs)) is not None:
        figures["jobs"][-2]["cpu_ratio"] = cpu
        print(f"{'':<32} CPU of the baseline's: {cpu:.2f}", flush=True)
    return pairs


def _versus(more: dict[str, Any]) -> str:
    return "" if more["ratio"] is None else f", gather {more['gather_ms']:.2f} ms, ratio {more['ratio']:.2f}"


if __name__ == "__main__":
    main()
