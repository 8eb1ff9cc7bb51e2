"""`python -m bench.sampling`: how fast tables are drawn from a schema, and how much memory a million rows take."""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.measure import PROJECT
from engine.sampling import Sampler
from engine.schema.columns import Schema

_PLAIN = """[
    {"name": "plan", "sampler": "category", "values": {"free": 0.6, "pro": 0.3, "team": 0.1}},
    {"name": "spend", "sampler": "uniform", "low": 5, "high": 200, "decimals": 2,
     "when": [{"if": "plan == 'free'", "value": 0}]},
    {"name": "age", "sampler": "normal", "mean": 40, "sd": 12, "minimum": 18, "decimals": 0},
    {"name": "day", "sampler": "date", "start": "2026-01-01", "end": "2026-12-31"},
    {"name": "ticket", "sampler": "id", "pattern": "TKT-{0001}"},
    {"name": "yearly", "expression": "spend * 12"}
]"""
_FAKER = '[{"name": "customer", "sampler": "faker", "kind": "name", "locale": "de_DE"}]'
_PERSON = '[{"name": "customer", "sampler": "person", "locale": "de_DE"}]'
_JOBS = {
    "samplers and an expression, 100,000 rows": (_PLAIN, 100_000),
    "samplers and an expression, 1,000,000 rows": (_PLAIN, 1_000_000),
    "one Faker column, 100,000 rows": (_FAKER, 100_000),
    "one person column, 100,000 rows": (_PERSON, 100_000),
}


def main() -> None:
    """Measure each job in a process of its own, and print a line for each."""
    parser = argparse.ArgumentParser(description="Measures drawing tables from a schema.")
    parser.add_argument("--job", choices=_JOBS, help="measure one job in this process and print its figures as JSON")
    chosen = parser.parse_args().job
    if chosen:
        print(json.dumps(_measured(*_JOBS[chosen])))
        return
    for job, (_, rows) in _JOBS.items():
        command = [sys.executable, "-m", "bench.sampling", "--job", job]
        figures = json.loads(subprocess.run(command, cwd=PROJECT, check=True, capture_output=True).stdout)
        print(
            f"{job:<43} {figures['wall_s']:>6.2f} s ({figures['cpu_s']:>5.2f} s CPU)"
            f" {rows / figures['wall_s']:>9,.0f} rows/s"
            f"  peak {figures['peak_mb']:>4.0f} MB over {figures['imports_mb']:.0f} MB of imports"
            f"  file {figures['file_mb']:.1f} MB"
        )


def _measured(columns: str, rows: int) -> dict[str, float]:
    """Seconds for the whole file, and the peak of memory over what the imports took."""
    schema = Schema.model_validate({"rows": rows, "seed": 7, "columns": json.loads(columns)})
    with tempfile.TemporaryDirectory(prefix="handai-bench-") as folder:
        _write(schema.model_copy(update={"rows": 1}), Path(folder) / "warm.parquet")
        imports_mb = _peak_mb()
        target = Path(folder) / "table.parquet"
        began, cpu_began = time.monotonic(), time.process_time()
        _write(schema, target)
        wall_s, cpu_s = time.monotonic() - began, time.process_time() - cpu_began
        size = target.stat().st_size / 1e6
    return {
        "wall_s": wall_s,
        "cpu_s": cpu_s,
        "peak_mb": _peak_mb() - imports_mb,
        "imports_mb": imports_mb,
        "file_mb": size,
    }


def _write(schema: Schema, target: Path) -> None:
    Sampler(schema).write(target, lambda rows: None)


def _peak_mb() -> float:
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


if __name__ == "__main__":
    main()
