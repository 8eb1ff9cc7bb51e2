"""`python -m bench.tables`: time and peak memory of tables in and out, at 100,000 and at 1,000,000 rows."""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.big_tables import SHAPES
from bench.measure import PROJECT

IN = ("csv", "tsv", "jsonl", "parquet", "json", "xlsx")
OUT = ("csv", "tsv", "jsonl", "parquet", "json", "xlsx")
LOOKS = ("first page", "last page", "all rows, one column")
ROWS = (100_000, 1_000_000)
_WARM_ROWS = 100
_UNIT = 1 if sys.platform == "darwin" else 1024


def main() -> None:
    """Measure each job in a process of its own, and print a line for each."""
    parser = argparse.ArgumentParser(description="Measures reading, looking at and writing tables.")
    parser.add_argument("--rows", type=int, nargs="+", default=ROWS)
    parser.add_argument("--shape", choices=SHAPES, nargs="+", default=tuple(SHAPES), help="how much text a row holds")
    parser.add_argument("--only", nargs="+", help="some of: " + ", ".join(_all_jobs()))
    parser.add_argument("--json", type=Path, help="where the figures are written")
    parser.add_argument("--job", nargs=4, help=argparse.SUPPRESS)  # what, shape, rows, folder
    chosen = parser.parse_args()
    if chosen.job:
        what, shape, rows, folder = chosen.job
        print(json.dumps(_measured(what, shape, int(rows), Path(folder))))
        return
    found = []
    with tempfile.TemporaryDirectory(prefix="handai-bench-") as folder:
        for shape in chosen.shape:
            for rows in chosen.rows:
                for what in chosen.only or _all_jobs():
                    found.append(_in_own_process(what, shape, rows, folder))
                    print(_line(found[-1]), flush=True)
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=2))


def _all_jobs() -> tuple[str, ...]:
    return (*(f"in {kind}" for kind in IN), *LOOKS, *(f"out {kind}" for kind in OUT))


def _in_own_process(what: str, shape: str, rows: int, folder: str) -> dict[str, object]:
    command = [sys.executable, "-m", "bench.tables", "--job", what, shape, str(rows), folder]
    with tempfile.TemporaryDirectory(dir=folder) as home:  # nothing is known there: the small table is converted too
        environment = {**os.environ, "HANDAI_HOME": home}
        done = subprocess.run(command, cwd=PROJECT, env=environment, check=False, capture_output=True, text=True)
    if done.returncode:
        return {"what": what, "shape": shape, "rows": rows, "told": done.stderr.strip().splitlines()[-1]}
    return {"what": what, "shape": shape, "rows": rows, **json.loads(done.stdout)}


def _line(found: dict[str, object]) -> str:
    named = f"{found['shape']:<6} {found['rows']:>9,} rows  {found['what']:<21}"
    if "told" in found:
        return f"{named} refused: {found['told']}"
    return (
        f"{named} {found['wall_s']:>7.2f} s ({found['cpu_s']:>6.2f} s CPU)"
        f"  peak above imports: process {found['own_mb']:>4.0f} MB, child {found['child_mb']:>4.0f} MB"
        f"  file {found['file_mb']:>6.1f} MB"
    )


def _measured(what: str, shape: str, rows: int, folder: Path) -> dict[str, float]:
    """The figures of one job; a small table first, so that imports don't count."""
    small, large = (_prepared(what, shape, count, folder) for count in (_WARM_ROWS, rows))
    small()
    own, child, cpu_s, began = _peak(resource.RUSAGE_SELF), _peak(resource.RUSAGE_CHILDREN), _cpu_s(), time.monotonic()
    path = large()
    return {
        "wall_s": time.monotonic() - began,
        "cpu_s": _cpu_s() - cpu_s,
        "own_mb": _peak(resource.RUSAGE_SELF) - own,
        "child_mb": _peak(resource.RUSAGE_CHILDREN) - child,
        "file_mb": path.stat().st_size / 1e6,
    }


def _prepared(what: str, shape: str, rows: int, folder: Path) -> Callable[[], Path]:
    """The job itself; the file that it needs is there before, written by another process."""
    verb, _, kind = what.partition(" ")
    path = folder / f"{shape}-{rows}.{kind if verb == 'in' else 'csv'}"
    if not path.exists():
        make = [sys.executable, "-m", "bench.big_tables", shape, str(rows), str(path)]
        subprocess.run(make, cwd=PROJECT, check=True)
    if verb == "in":
        return lambda: _take_in(path)
    table = _stored(path)
    if verb == "out":
        return lambda: _write(table, folder / f"out.{kind}")
    return lambda: _look(table, what, rows)


def _take_in(path: Path) -> Path:
    from services.tables.datasets import store_file

    store_file(path)
    return path


def _stored(path: Path) -> Path:
    from services.tables.datasets import store_file, table_path

    return table_path(store_file(path).id)


def _look(table: Path, what: str, rows: int) -> Path:
    from engine.tables import read_page, read_rows

    if what == LOOKS[2]:
        seen = sum(1 for _ in read_rows(table, ["text"]))
    else:
        seen = rows - 50 + len(read_page(table, 0 if what == LOOKS[0] else rows - 50, 50))
    if seen != rows:
        raise RuntimeError(f"{seen} rows were seen of {rows}")
    return table


def _write(table: Path, target: Path) -> Path:
    from engine.tables import export_table, read_info, read_rows

    export_table(target, read_rows(table), read_info(table).columns)
    return target


def _peak(whose: int) -> float:
    return resource.getrusage(whose).ru_maxrss * _UNIT / 1e6


def _cpu_s() -> float:
    usages = (resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


if __name__ == "__main__":
    main()
