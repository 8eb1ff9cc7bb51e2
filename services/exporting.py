"""Results as files: the original columns and the new ones, in row order, streamed."""

import itertools
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine import tables  # its heavy parts load when they are first used
from engine.outputs import free_name
from engine.tables import Column, ColumnKind, ExportInfo, ExportOptions, Row, format_of
from engine.tables.formats import WRITABLE
from handai_db import RunReader, RunRecord, StoredResult
from handai_errors import ConflictError
from services.datasets import dataset, table_path
from services.home import home, run_path

FORMATS = ("csv", "xlsx", "json", "jsonl", "parquet")
_DIAGNOSTICS = ("status", "error_kind", "error", "raw_answer", "finish_reason", "repaired", "cached", "attempts")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to write: diagnostics beside the results, text as it is in CSV, a byte-order mark."""

    diagnostics: bool = False
    lossless_csv: bool = False
    bom: bool = False


def check_target(target: Path, *, overwrite: bool) -> None:
    """Raise before a run if its table could not be written: unknown format, file in the way, no folder."""
    format_of(target.name, WRITABLE)
    if target.exists() and not overwrite:
        raise ConflictError(f"{target} exists already.", "Choose another name, or allow it with --overwrite.")
    if not target.resolve().parent.is_dir():
        raise ConflictError(f"There is no folder {target.parent}.", "Create it first, or choose another place.")


def export(record: RunRecord, target: Path, wanted: Wanted) -> ExportInfo:
    """Write a run's table, finished or not, to `target`; the format follows the ending."""
    stored = dataset(record.dataset_id or "")
    with RunReader(run_path(record.id)) as reader:
        outputs = reader.outputs()
        columns, extra = _columns(stored.info.columns, outputs, wanted)
        rows = tables.read_rows(table_path(stored.id), None, 0, record.total)
        merged = _merged(rows, reader.iter_results(), outputs, extra)
        options = ExportOptions(lossless=wanted.lossless_csv, bom=wanted.bom)
        return tables.export_table(target, merged, columns, options)


def export_bytes(record: RunRecord, ending: str, wanted: Wanted) -> bytes:
    """The same as the content of a file, for a browser's download."""
    with tempfile.TemporaryDirectory(dir=home(), prefix=".download-") as folder:
        target = Path(folder) / f"table.{ending}"
        export(record, target, wanted)
        return target.read_bytes()


def _columns(
    table: Iterable[Column], outputs: Iterable[tuple[str, str]], wanted: Wanted
) -> tuple[list[Column], dict[str, str]]:
    columns = list(table)
    columns += [Column(name) for _, name in outputs]
    extra: dict[str, str] = {}
    for what in _DIAGNOSTICS if wanted.diagnostics else ():
        extra[what] = free_name(what, [column.name for column in columns])
        kind = ColumnKind.INTEGER if what == "attempts" else ColumnKind.TEXT
        columns.append(Column(extra[what], kind))
    return columns, extra


def _merged(
    rows: Iterator[Row],
    results: Iterator[StoredResult],
    outputs: tuple[tuple[str, str], ...],
    extra: dict[str, str],
) -> Iterator[Row]:
    upcoming = next(results, None)
    for index, row in zip(itertools.count(), rows, strict=False):
        while upcoming is not None and upcoming.row < index:
            upcoming = next(results, None)
        found = upcoming if upcoming is not None and upcoming.row == index else None
        values = found.values or {} if found else {}
        merged: Row = {**row, **{name: values.get(key) for key, name in outputs}}
        if extra:
            merged |= {extra[what]: value for what, value in _diagnostics(found).items()}
        yield merged


def _diagnostics(found: StoredResult | None) -> dict[str, Any]:
    if found is None:
        return {**dict.fromkeys(_DIAGNOSTICS), "status": "pending"}
    return {
        "status": found.status,
        "error_kind": found.kind,
        "error": found.cause,
        "raw_answer": found.raw,
        "finish_reason": found.finish_reason,
        "repaired": "yes" if found.repaired else "",
        "cached": "yes" if found.cached else "",
        "attempts": found.attempt,
    }
