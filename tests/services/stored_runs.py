"""Runs whose results are put into their files by hand: what a model would have answered, without asking one."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from engine.gate import Verdict
from engine.results import RowResult, RowStatus
from engine.spec import GenerateInput, RunSpec
from handai_db import RunRecord
from handai_errors import ErrorKind
from services.home import run_path
from services.running import runs
from services.tables import datasets
from services.tables.run_tables import sampled_path, sampler_of
from storage.connect import open_run_writer
from storage.run_batch import Batch

MODEL = {"provider": "custom", "model": "fake-model", "base_url": "http://127.0.0.1:9/v1"}


def transform_run(folder: Path, outputs: Sequence[Mapping[str, Any]], rows: int = 3, **model: Any) -> RunRecord:  # noqa: ANN401 any setting
    """A transform over a table of two columns, nothing answered yet."""
    path = folder / "in.csv"
    path.write_text("id,text\n" + "".join(f"{n:03},T{n}\n" for n in range(rows)), encoding="utf-8")
    table = datasets.store_file(path)
    spec = RunSpec.checked(
        {
            "input": {"kind": "transform", "dataset": table.id},
            "prompt": {"instructions": "Do it."},
            "outputs": list(outputs),
            "model": MODEL | model,
        }
    )
    return runs.create(runs.NewRun(spec, table.id))


def generate_run(*columns: Mapping[str, Any], rows: int = 3, **schema: Any) -> RunRecord:  # noqa: ANN401 any key
    """A generate run whose table is drawn, nothing answered yet."""
    source = {"kind": "generate", "rows": rows, "columns": list(columns), **schema}
    record = runs.create(runs.NewRun(RunSpec.checked({"input": source, "model": MODEL})))
    assert isinstance(record.spec.input, GenerateInput)
    sampler_of(record.spec.input).write(sampled_path(record.id), lambda _: None)
    return record


def done(row: int, step: int = 0, **values: Any) -> RowResult:  # noqa: ANN401 any cell
    """A good answer; the last step of its row."""
    return RowResult(row, step, 1, RowStatus.DONE, values=values)


def failed(row: int, step: int = 0) -> RowResult:
    """An end without an answer."""
    return RowResult(row, step, 1, RowStatus.FAILED, kind=ErrorKind.REFUSAL, cause="It refused.", raw="No.")


def put(record: RunRecord, *results: RowResult, verdicts: Sequence[tuple[int, int, Verdict, str]] = ()) -> None:
    """Store what came of some rows."""
    told = [(row, draw, str(verdict), cause) for row, draw, verdict, cause in verdicts]
    with closing(open_run_writer(run_path(record.id))) as connection:
        Batch(results=list(results), verdicts=told).write(connection)
