"""`python -m bench.open_run`: opening a run of 1,000,000 rows in a warm app: seconds, and bytes that the browser gets.

The run is put into its file by the storage that a real run uses (results, attempts, seal); no model is asked. The page
is drawn by Streamlit's own test of apps, in this process: a first run of 10 rows warms it, as an open app is.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

from streamlit.testing.v1 import AppTest

from engine.results import Attempt, AttemptState, RowResult, RowStatus, RunStatus
from engine.spec import RunSpec
from handai_db import RunRecord, begin_execution, end_execution
from handai_errors import ErrorKind
from providers.base import Usage
from services.home import open_catalogue, run_path
from services.running import runs
from services.tables import datasets
from storage.connect import open_run_writer
from storage.run_batch import Batch

ROWS = 1_000_000
_FEW = 10
_AT_ONCE = 20_000
_SECONDS_A_ROW = 0.003
_STANCES = ("for", "against", "mixed", "unclear")
_ADDRESSES = {
    "the last row": {"row": str(10**9)},
    "only failed rows": {"show": "failed"},
    "only one value": {"only.stance": "is:against"},
    "a search": {"search": "word 777 "},
}


def main() -> None:
    """Make the runs, then open them."""
    parser = argparse.ArgumentParser(description="Measures how long a long run takes to open.")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--home", type=Path, help="where the runs are made and kept; else a folder that is deleted")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="handai-bench-") as folder:
        os.environ["HANDAI_HOME"] = str(chosen.home or Path(folder) / "home")
        few, many = _made(_FEW, Path(folder)), _made(chosen.rows, Path(folder))
        size = run_path(many.id).stat().st_size / 1e6
        sys.stdout.write(f"{many.total:,} rows, a run file of {size:,.0f} MB\n")
        _opened(few, {})
        _tell("first time", lambda: _opened(many, {}))
        _tell("again", lambda: _opened(many, {}))
        for what, address in _ADDRESSES.items():
            _tell(what, lambda address=address: _opened(many, address))
            _tell(f"{what}, again", lambda address=address: _opened(many, address))


def _tell(what: str, work: Callable[[], int]) -> None:
    began, cpu = time.perf_counter(), time.process_time()
    sent = work()
    wall, used = time.perf_counter() - began, time.process_time() - cpu
    sys.stdout.write(f"{what:<24} {wall:>6.2f} s  {used:>6.2f} s CPU  {sent / 1000:>6.0f} kB of tables and charts\n")
    sys.stdout.flush()


def _script() -> None:
    from pages.run_page import render

    render()


def _opened(record: RunRecord, address: dict[str, str]) -> int:
    """Draw the run's page for a new visitor; how many bytes of tables and charts it has."""
    page = AppTest.from_function(_script, default_timeout=120)
    page.query_params["run"] = record.id
    for name, value in address.items():
        page.query_params[name] = value
    page.run()
    if page.exception or not page.dataframe:
        raise RuntimeError(f"The page failed: {[item.value for item in (*page.exception, *page.error)]}")
    drawn = [*page.dataframe, *page.get("arrow_vega_lite_chart")]
    return sum(int(item.proto.ByteSize()) for item in drawn)


def _made(rows: int, folder: Path) -> RunRecord:
    table = folder / f"rows-{rows}.csv"
    with table.open("w", encoding="utf-8") as file:
        file.write("id,text\n")
        file.writelines(f'{row},"A comment, word {row % 1000} of many others"\n' for row in range(rows))
    stored = datasets.store_file(table)
    spec = RunSpec.checked(
        {
            "input": {"kind": "transform", "dataset": stored.id},
            "prompt": {"instructions": "Say what it is."},
            "outputs": [
                {"name": "stance", "type": "category", "values": list(_STANCES)},
                {"name": "score", "type": "integer"},
                {"name": "why", "type": "text"},
            ],
            "model": {"provider": "custom", "base_url": "http://127.0.0.1:9/v1", "model": "m"},
        }
    )
    record = runs.create(runs.NewRun(spec, stored.id))
    path = run_path(record.id)
    begin_execution(path, os.getpid())
    began = time.time() - rows * _SECONDS_A_ROW
    with closing(open_run_writer(path)) as connection:
        numbers = iter(range(rows))
        while some := list(islice(numbers, _AT_ONCE)):
            Batch(ended=list(_attempts(some, began)), results=list(_results(some))).write(connection)
    end_execution(path, "partial", "Ended.")
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(record.id, RunStatus.PARTIAL)
    return runs.get(record.id)


def _attempts(rows: list[int], began: float) -> Iterator[Attempt]:
    for row in rows:
        kind = ErrorKind.TIMEOUT if row % 100 == 0 else None
        state = AttemptState.FAILED if kind else AttemptState.DONE
        at, usage = began + row * _SECONDS_A_ROW, Usage(60, 20, 0.00001)
        yield Attempt(row, 0, 1, state, started_at=at, latency_s=0.2 + row % 977 / 1000, kind=kind, usage=usage)


def _results(rows: list[int]) -> Iterator[RowResult]:
    for row in rows:
        if row % 100 == 0:
            yield RowResult(row, 0, 1, RowStatus.FAILED, kind=ErrorKind.TIMEOUT, cause="No answer in time.")
            continue
        values = {"stance": _STANCES[row % 4], "score": row % 11, "why": f"Because of the word {row % 1000} in it."}
        yield RowResult(row, 0, 1, RowStatus.DONE, values=values, raw=None, repaired=row % 50 == 1)


if __name__ == "__main__":
    main()
