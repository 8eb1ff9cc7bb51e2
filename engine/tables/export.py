"""Tables to files: streamed, written beside the target, made durable and only then put in its place."""

import csv
import errno
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from engine.tables.cells import cell_as_text, json_bytes, safe_text
from engine.tables.export_excel import write_excel
from engine.tables.export_parquet import write_parquet
from engine.tables.formats import WRITABLE, format_of
from engine.tables.model import Column, ExportInfo, ExportOptions, Row
from handai_errors import DiskFullError, StorageError, TableError

_Write = Callable[[Path, Iterable[Row], Sequence[Column], ExportOptions], tuple[int, list[str]]]


def export_table(
    target: Path, rows: Iterable[Row], columns: Sequence[Column], options: ExportOptions | None = None
) -> ExportInfo:
    """Write the rows in the format that the target's ending names; a file already there is replaced whole or kept.

    Raises TableError when the format can't hold the table, DiskFullError and StorageError when the disk can't.
    """
    kind = format_of(target.name, WRITABLE)
    with _replacing(target) as part:
        count, notices = _WRITERS[kind](part, rows, columns, options or ExportOptions())
    return ExportInfo(target, kind, count, tuple(notices))


@contextmanager
def _replacing(target: Path) -> Iterator[Path]:
    """A private temporary file that takes the target's place once it is whole and on the disk."""
    folder = target.absolute().parent
    if not folder.is_dir():
        raise TableError(f"The folder {folder} does not exist.", "Create it, or choose another place for the file.")
    part: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=folder, prefix=".", suffix=f".part{target.suffix}")  # mode 0600
        os.close(handle)
        part = Path(name)
        yield part
        _sync(part)
        part.replace(target)
        _sync(folder)
    except OSError as error:
        raise _storage_error(error, target) from error
    finally:
        if part:
            part.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _storage_error(error: OSError, target: Path) -> StorageError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFullError(f"The disk is full, so {target.name} was not written.", "Free some space and try again.")
    reason = os.strerror(error.errno) if error.errno else str(error)  # pyarrow's own text is for programmers
    return StorageError(f"{target.name} could not be written: {reason}.", "Choose another place for the file.")


def _delimited(delimiter: str) -> _Write:
    def write(
        part: Path, rows: Iterable[Row], columns: Sequence[Column], options: ExportOptions
    ) -> tuple[int, list[str]]:
        names = [column.name for column in columns]
        text = cell_as_text if options.lossless else safe_text
        count = 0
        encoding = "utf-8-sig" if options.bom else "utf-8"
        with part.open("w", encoding=encoding, errors="replace", newline="") as file:
            # CR LF as RFC 4180 has it; it also makes the csv module quote cells that hold a lone CR.
            writer = csv.writer(file, delimiter=delimiter, lineterminator="\r\n")
            writer.writerow([text(name) for name in names])
            for row in rows:
                writer.writerow([text(row.get(name)) for name in names])
                count += 1
        return count, []

    return write


def _objects(rows: Iterable[Row], columns: Sequence[Column]) -> Iterator[bytes]:
    names = [column.name for column in columns]
    return (json_bytes({name: row.get(name) for name in names}) for row in rows)


def _write_jsonl(
    part: Path, rows: Iterable[Row], columns: Sequence[Column], _options: ExportOptions
) -> tuple[int, list[str]]:
    count = 0
    with part.open("wb") as file:
        for line in _objects(rows, columns):
            file.write(line + b"\n")
            count += 1
    return count, []


def _write_json(
    part: Path, rows: Iterable[Row], columns: Sequence[Column], _options: ExportOptions
) -> tuple[int, list[str]]:
    count = 0
    with part.open("wb") as file:
        file.write(b"[")
        for line in _objects(rows, columns):
            file.write((b",\n" if count else b"\n") + line)
            count += 1
        file.write(b"\n]\n")
    return count, []


_WRITERS: dict[str, _Write] = {
    "csv": _delimited(","),
    "tsv": _delimited("\t"),
    "json": _write_json,
    "jsonl": _write_jsonl,
    "xlsx": write_excel,
    "parquet": write_parquet,
}
