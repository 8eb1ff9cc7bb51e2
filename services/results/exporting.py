"""Results as files: the original columns and the new ones, in row order, streamed."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from engine import tables  # its heavy parts load when they are first used
from engine.tables import ExportInfo, ExportOptions, format_of
from engine.tables.export_excel import MAX_ROWS as EXCEL_ROWS
from engine.tables.formats import WRITABLE
from handai_db import RunReader, RunRecord, marks_in
from handai_errors import ConflictError, TableError
from services.home import home
from services.results.corrections import with_marks
from services.results.export_rows import Rows, layout_of, left_out_notices
from services.running.mending import readable_file
from services.tables.chosen_rows import asked_rows, read_asked, rows_kept
from services.tables.run_tables import table_of

FORMATS = ("csv", "xlsx", "json", "jsonl", "parquet")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to write: diagnostics beside the results, text as it is in CSV, a byte-order mark."""

    diagnostics: bool = False
    lossless_csv: bool = False
    bom: bool = False


def check_target(target: Path, *, overwrite: bool) -> None:
    """Raise before a run if its table could not be written: unknown format, file in the way, no folder."""
    format_of(target.name, WRITABLE)
    check_place(target, overwrite=overwrite)


def check_fits(target: Path, rows: int) -> None:
    """Raise before a run if its format can't hold so many rows."""
    if format_of(target.name, WRITABLE) == "xlsx" and rows > EXCEL_ROWS:
        raise TableError(
            f"An Excel sheet holds at most {EXCEL_ROWS:,} rows; this table will have {rows:,}.",
            "Choose a name that ends in .csv or .parquet.",
        )


def check_place(target: Path, *, overwrite: bool) -> None:
    """Raise if a file can't be put there: one in the way, no folder."""
    if target.exists() and not overwrite:
        raise ConflictError(f"{target} exists already.", "Choose another name, or allow it with --overwrite.")
    if not target.resolve().parent.is_dir():
        raise ConflictError(f"There is no folder {target.parent}.", "Create it first, or choose another place.")


def export(record: RunRecord, target: Path, wanted: Wanted) -> ExportInfo:
    """Write a run's table, finished or not, to `target`; the format follows the ending."""
    with rows_of(record, wanted, for_kinds=format_of(target.name, WRITABLE) == "parquet") as rows:
        options = ExportOptions(lossless=wanted.lossless_csv, bom=wanted.bom)
        info = tables.export_table(target, rows, rows.layout.columns, options)
        return replace(info, notices=(*rows.notices, *info.notices, *left_out_notices(rows.left_out)))


def export_bytes(record: RunRecord, ending: str, wanted: Wanted) -> bytes:
    """The same as the content of a file, for a browser's download."""
    with tempfile.TemporaryDirectory(dir=home(), prefix=".download-") as folder:
        target = Path(folder) / f"table.{ending}"
        export(record, target, wanted)
        return target.read_bytes()


@contextmanager
def rows_of(
    record: RunRecord, wanted: Wanted = Wanted(), *, for_kinds: bool = False, asked_only: bool = False
) -> Iterator[Rows]:
    """A run's rows as they are exported, with their columns; read once while this is open.

    `asked_only` leaves out the rows of the table that the run does not ask.
    """
    table, asked = table_of(record), asked_rows(record)
    cells = read_asked(table, asked) if asked_only else enumerate(table.read(0, rows_kept(record, table)))
    with readable_file(record) as (path, told), RunReader(path) as reader:
        marks = marks_in(path)
        layout = layout_of(record, table, reader, marks, diagnostics=wanted.diagnostics, look_for_kinds=for_kinds)
        drawn_only = not reader.numbering.steps
        notices = (told,) if told else ()
        yield Rows(record, layout, cells, with_marks(reader.iter_results(), marks), asked, drawn_only, marks, notices)
