"""Uploads, stored once: the original bytes, and the table that everything reads from then on."""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from engine import tables  # its heavy parts load when they are first used
from engine.tables import ParseOptions, Row, format_of
from handai_db import DatasetRecord, private_directory
from handai_errors import DiskFullError, NotFoundError
from services.home import dataset_path, home, open_catalogue, samples_path
from services.tables.table_files import check_readable

_CHUNK = 1 << 20
_UNUSED_DAYS = 1.0


@dataclass(frozen=True, slots=True)
class Sample:
    """A small table that comes with Handai, and instructions that make sense for it."""

    id: str
    title: str
    path: Path
    instructions: str
    description: str


def samples() -> tuple[Sample, ...]:
    """The sample tables."""
    folder = samples_path()
    return (
        Sample(
            "product_reviews",
            "Product reviews",
            folder / "product_reviews.csv",
            "Classify the review's sentiment as positive, negative or mixed. Answer with one word.",
            "What people wrote about things they bought.",
        ),
        Sample(
            "interview_answers",
            "Interview answers",
            folder / "interview_answers.csv",
            "Name the main theme of this answer in two to four words.",
            "Open answers from a small study.",
        ),
        Sample(
            "support_tickets",
            "Support tickets",
            folder / "support_tickets.csv",
            "Which team should handle this ticket: billing, technical, account or other? Answer with one word.",
            "Questions that came in at a help desk.",
        ),
    )


def store_file(path: Path, options: ParseOptions | None = None, *, sample: bool = False) -> DatasetRecord:
    """Store the file at `path` and convert it; one that is stored already is only read, not copied again.

    Raises TableError in plain words, DiskFullError before anything is copied.
    """
    check_readable(path)
    with path.open("rb") as source:
        known = _known(_dataset_id(_hashed(source), options or ParseOptions()))
        if known is not None:
            return known
        source.seek(0)
        _check_room(path.stat().st_size)
        return store_upload(source, path.name, options or ParseOptions(), sample=sample)


def store_upload(source: BinaryIO, filename: str, options: ParseOptions, *, sample: bool = False) -> DatasetRecord:
    """Store an upload and convert it in a limited process; the same upload again is recognised and not repeated."""
    format_of(filename)
    with _staging() as folder:
        original = folder / f"original{Path(filename).suffix.lower()}"
        with original.open("wb") as copy:
            dataset_id = _dataset_id(_hashed(source, copy), options)
        known = _known(dataset_id)
        if known is not None:
            return known
        info = tables.convert_limited(original, filename, options, folder / "table.parquet")
        size = original.stat().st_size
        _move_in(folder, dataset_path(dataset_id))
    record = DatasetRecord(dataset_id, Path(filename).name, options, info, size, sample, time.time())
    with open_catalogue() as catalogue:
        catalogue.datasets.add(record)
    return record


def read_differently(record: DatasetRecord, options: ParseOptions) -> DatasetRecord:
    """Convert the stored original again as a person says it should be read; raises TableError."""
    original = next(dataset_path(record.id).glob("original*"), None)
    if original is None:
        raise NotFoundError("The original file is no longer stored.", "Upload it again.")
    with original.open("rb") as source:
        return store_upload(source, record.filename, options, sample=record.sample)


def dataset(dataset_id: str) -> DatasetRecord:
    """The stored upload; raises NotFoundError."""
    with open_catalogue() as catalogue:
        found = catalogue.datasets.get(dataset_id)
    if found is None or not table_path(dataset_id).exists():
        raise NotFoundError("The table of this run is no longer stored.", "Upload the file again.")
    return found


def table_path(dataset_id: str) -> Path:
    """The converted table of a stored upload."""
    return dataset_path(dataset_id) / "table.parquet"


def rows_of(dataset_id: str, start: int, count: int) -> list[Row]:
    """A page of a stored table."""
    return tables.read_page(table_path(dataset_id), start, count)


def sweep() -> int:
    """Delete uploads that no run uses after a day; returns how many."""
    with open_catalogue() as catalogue:
        unused = catalogue.datasets.unused(time.time() - _UNUSED_DAYS * 86_400)
    return sum(forget_if_unused(record.id) for record in unused)


def forget_if_unused(dataset_id: str) -> bool:
    """Delete an upload and its files unless a run still uses it."""
    with open_catalogue() as catalogue:
        forgotten = catalogue.datasets.delete_unused(dataset_id)
    if forgotten:
        shutil.rmtree(dataset_path(dataset_id), ignore_errors=True)
    return forgotten


@contextmanager
def _staging() -> Iterator[Path]:
    base = private_directory(home() / "datasets")
    folder = Path(tempfile.mkdtemp(prefix=".new-", dir=base))
    try:
        yield folder
    except OSError as error:
        if isinstance(error, FileNotFoundError | PermissionError):
            raise
        raise DiskFullError(
            f"Handai can't store the file: {error.strerror or error}.", "Free some space, then try again."
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _hashed(source: BinaryIO, copy: BinaryIO | None = None) -> "hashlib._Hash":
    """The hash of what is read, piece by piece; `copy` gets the same bytes on the way."""
    digest = hashlib.sha256()
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
        if copy is not None:
            copy.write(chunk)
    return digest


def _dataset_id(digest: "hashlib._Hash", options: ParseOptions) -> str:
    digest.update(options.model_dump_json().encode())
    return digest.hexdigest()[:32]


def _known(dataset_id: str) -> DatasetRecord | None:
    """The stored upload of this id, if there is one; it counts as used now."""
    with open_catalogue() as catalogue:
        known = catalogue.datasets.get(dataset_id)
        if known is None or not table_path(dataset_id).exists():
            return None
        catalogue.datasets.touch(dataset_id)  # or it would be swept away before it is run
    return known


def _check_room(size: int) -> None:
    """Tell before a long copy, not after it, that the disk is too small for it."""
    free = shutil.disk_usage(private_directory(home() / "datasets")).free
    if free < size:
        raise DiskFullError(
            f"Handai keeps a copy of a table, and this one needs {size / 1e9:,.1f} GB; {free / 1e9:,.1f} GB are free.",
            "Free some space, or set HANDAI_HOME to a folder on a larger disk.",
        )


def _move_in(folder: Path, target: Path) -> None:
    if target.exists():
        shutil.rmtree(target)
    os.rename(folder, target)  # noqa: PTH104 the staging folder's own clean-up must find nothing
