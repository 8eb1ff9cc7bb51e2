"""The first rows of a table, shown in the terminal before the whole of it is paid for."""

from dataclasses import replace

import orjson
import typer

from cli.execution import begin, exit_code, summary
from cli.messages import errors
from cli.options import Manner
from cli.progress import run_in_foreground, write_line
from engine.spec import GenerateInput, RunSpec
from engine.tables.cells import cell_as_text
from services import preferences
from services.results.exporting import Wanted, rows_of
from services.running import runs
from services.running.views import RunView


def preview(spec: RunSpec, manner: Manner) -> None:
    """Make the first rows, print them and exit with the code of the run's end; nothing is written to a file."""
    source = spec.input
    if isinstance(source, GenerateInput):
        rows = min(source.rows, preferences.load().preview_rows)
        spec = spec.model_copy(update={"input": source.model_copy(update={"rows": rows})})
    record, key = begin(spec, None, replace(manner, out=None), preview=True)
    view = run_in_foreground(record, key)
    for line in summary(view, None):
        errors.print(line)
    if manner.as_json:
        write_line(orjson.dumps(runs.view(record.id).figures()).decode())
    else:
        _print(view, manner.wanted)
    raise typer.Exit(exit_code(view.status))


def _print(view: RunView, wanted: Wanted) -> None:
    with rows_of(view.record, wanted, asked_only=True) as rows:
        names = [column.name for column in rows.layout.columns]
        for number, row in enumerate(rows, start=1):
            write_line(f"--- {number}")
            for name in names:
                write_line(f"{name}: {cell_as_text(row.get(name))}")
