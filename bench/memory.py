"""`python -m bench.memory`: peak memory of whole runs of 100,000 and 1,000,000 rows, answered at once.

The real command line reads the file, asks, writes the run file and the result; only the model is a stand-in (the
offline demo without a wait). What a run of a few rows takes are the imports; the rest is what rows cost.
"""

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.measure import Figures, measure

ROWS = (100_000, 1_000_000)
_FEW = 10
_IN_FLIGHT = 1000  # answers take no time, so that commits set the pace: many have to wait for each
_GENERATED = """
columns:
  - {name: product, sampler: category, values: [lamp, chair, table, shelf, sofa, desk]}
  - {name: number, sampler: id, pattern: "P{0000001}"}
  - {name: verdict, type: integer, minimum: 0, prompt: "How good is {{ product }} {{ number }}?"}
"""
_KINDS = ("transform", "similar", "generate", "generate-unchecked")


@dataclass(frozen=True, slots=True)
class Found:
    """One run's size, and its figures beside those of a run of a few rows."""

    kind: str
    rows: int
    figures: Figures
    imports: Figures

    @property
    def above_mb(self) -> float:
        """Peak memory over that of a few rows."""
        return self.figures.peak_mb - self.imports.peak_mb

    @property
    def cpu_us_a_row(self) -> float:
        """CPU microseconds a row, reading and writing included, imports not."""
        return (self.figures.cpu_s - self.imports.cpu_s) * 1e6 / self.rows


def main() -> None:
    """Measure, print a line for each run and the growth between the smallest and the largest."""
    parser = argparse.ArgumentParser(description="Measures the memory of whole runs with a stand-in for the model.")
    parser.add_argument("--rows", type=int, nargs="+", default=ROWS)
    parser.add_argument("--kinds", choices=_KINDS, nargs="+", default=("transform",))
    parser.add_argument("--json", type=Path, help="where the figures are written")
    chosen = parser.parse_args()
    found: list[Found] = []
    for kind in chosen.kinds:
        imports = _run(kind, _FEW)
        runs = []
        for rows in chosen.rows:
            runs.append(Found(kind, rows, _run(kind, rows), imports))
            sys.stdout.write(_line(runs[-1]))
            sys.stdout.flush()
        growth = runs[-1].above_mb / max(runs[0].above_mb, 1)
        sys.stdout.write(f"{kind:<18} {runs[-1].rows / runs[0].rows:g} times the rows, {growth:.2f} times the memory\n")
        found += runs
    if chosen.json:
        told = [{"kind": f.kind, "rows": f.rows, "above_mb": f.above_mb, "cpu_us": f.cpu_us_a_row} for f in found]
        chosen.json.write_text(json.dumps(told, indent=2))


def _line(found: Found) -> str:
    return (
        f"{found.kind:<18} {found.rows:>9,} rows  {found.above_mb:>5.0f} MB above the imports"
        f" ({found.imports.peak_mb:.0f} MB)  {found.cpu_us_a_row:>5.0f} µs CPU a row  {found.figures.wall_s:>6.1f} s\n"
    )


def _run(kind: str, rows: int) -> Figures:
    with tempfile.TemporaryDirectory(prefix="handai-bench-") as folder:
        out = ["-o", str(Path(folder) / "out.csv"), "--provider", "demo", "--model", "demo"]
        out += ["--concurrency", str(_IN_FLIGHT)]
        environment = {"HANDAI_HOME": str(Path(folder) / "home"), "HANDAI_DEMO_LATENCY_S": "0"}
        return measure([sys.executable, "handai_cli.py", *_command(kind, rows, Path(folder)), *out], environment)


def _command(kind: str, rows: int, folder: Path) -> list[str]:
    if kind.startswith("generate"):
        schema = folder / "schema.yaml"
        schema.write_text(_GENERATED + ("duplicates: false\n" if kind == "generate-unchecked" else ""))
        return ["generate", "--schema", str(schema), "--rows", str(rows), "--seed", "1"]
    table = folder / "rows.csv"
    with table.open("w", encoding="utf-8") as file:
        file.write("id,text\n")
        file.writelines(f'{row},"ROW{row} the quick brown fox jumps over the lazy dog again"\n' for row in range(rows))
    return ["transform", str(table), "-i", "Summarise", *(["--similar", "1"] if kind == "similar" else [])]


if __name__ == "__main__":
    main()
