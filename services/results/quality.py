"""What became of a run's table: the quality report of its finished rows, as figures and as a file."""

from collections.abc import Iterator

from engine.columns import Output
from engine.outputs import declared_outputs
from engine.quality import QualityReport, RunFigures, quality_of, report_html
from engine.results import RowStatus
from engine.schema.columns import Schema
from engine.spec import GenerateInput
from engine.tables import Row
from handai_db import RunReader, RunRecord
from services.home import run_path
from services.results.export_rows import Rows
from services.results.exporting import Wanted, rows_of
from services.running import runs
from services.running.views import RunView, view_of


def report_of(run_id: str) -> QualityReport:
    """The report on what a run has finished so far; the whole table is read for it.

    Raises NotFoundError without such a run, StorageError when its file can't be read.
    """
    record = runs.get(run_id)
    with rows_of(record, Wanted(diagnostics=True), asked_only=True) as rows:
        return quality_of(_asked(record), _finished(rows), _figures(view_of(record)))


def report_file(run_id: str) -> bytes:
    """The report as one HTML page that needs nothing else."""
    return report_html(report_of(run_id)).encode()


def _finished(rows: Rows) -> Iterator[Row]:
    status = rows.layout.extra["status"]
    return (row for row in rows if row[status] == RowStatus.DONE)


def _asked(record: RunRecord) -> Schema | tuple[Output, ...]:
    source = record.spec.input
    if isinstance(source, GenerateInput):
        return source
    declared = {output.name: output for output in declared_outputs(record.spec)}
    with RunReader(run_path(record.id)) as reader:
        pairs = reader.outputs()
    return tuple(declared.get(key, Output(name=key)).model_copy(update={"name": name}) for key, name in pairs)


def _figures(view: RunView) -> RunFigures:
    record, counted = view.record, view.progress
    source = record.spec.input
    if counted is None:
        return RunFigures(name=record.name, status=record.status, rows_total=record.total)
    asks = view.steps > 0
    generates = isinstance(source, GenerateInput)
    prompt_tokens, completion_tokens = view.tokens if asks else (None, None)
    return RunFigures(
        name=record.name,
        status=record.status,
        model=record.model if asks else "",
        seed=source.seed if isinstance(source, GenerateInput) else None,
        rows_total=record.total,
        rows_done=counted.done,
        rows_failed=counted.failed,
        invalid=counted.invalid if asks else None,
        repaired=counted.repaired if asks else None,
        asked_again=view.retries if asks else None,
        refused=counted.refused if generates else None,
        marked=counted.marked if generates else None,
        dropped=counted.dropped if generates else None,
        cost_usd=view.cost_usd if asks else None,
        cost_complete=view.cost_complete,
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
        duration_s=view.duration_s,
    )
