"""What tells a whole run file from a damaged one: how many commits it has seen, and a manifest of it once it rests.

The count stands outside the file as well, where a lost or shortened log can't take it back.
"""

import hashlib
import os
import shutil
import sqlite3
from contextlib import ExitStack, closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from handai_errors import StorageError
from storage.connect import FILE_MODE, open_run_reader, translated

KEY = "manifest"
_BLOCK = 1024 * 1024
_HASHES_AT_ONCE = 1000
_SPARED = 512 * 1024
_CHECKPOINT_WAIT_MS = 1000


@dataclass(frozen=True, slots=True)
class Manifest:
    """A run file as it was when an execution ended: its rows, a digest over their hashes, and the whole file's hash.

    The copy inside the file has no hash of the file, nor has one that was made while someone still read the log.
    """

    commits: int
    done: int
    failed: int
    results: int
    digest: str
    file_bytes: int | None = None
    file_sha256: str | None = None


def manifest_path(run_file: Path) -> Path:
    """Where the manifest beside a run file is."""
    return run_file.with_suffix(".manifest.json")


def count_path(run_file: Path) -> Path:
    """Where the count of commits beside a run file is, while it is written to."""
    return run_file.with_suffix(".count")


def manifest_of(connection: sqlite3.Connection) -> Manifest:
    """The manifest of a file as it is now; reads every result's hash."""
    commits, done, failed = connection.execute("SELECT commits, done, failed FROM progress").fetchall()[0]
    digest, results = hashlib.sha256(), 0
    hashes = connection.execute("SELECT sha256 FROM results ORDER BY row, step")
    while some := hashes.fetchmany(_HASHES_AT_ONCE):
        digest.update("".join([str(found) for (found,) in some]).encode())
        results += len(some)
    return Manifest(commits, done, failed, results, digest.hexdigest())


def manifest_in(run_file: Path) -> Manifest:
    """The manifest of a file that nobody writes to, as it is now."""
    with translated(run_file), closing(open_run_reader(run_file)) as connection:
        return manifest_of(connection)


def remember(connection: sqlite3.Connection, manifest: Manifest) -> None:
    """Put the manifest into the file; the transaction that does it has counted itself already."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (KEY, orjson.dumps(asdict(manifest)).decode()))


def read(text: str | bytes | None) -> Manifest | None:
    """A manifest that was written as JSON; None if it is not one."""
    try:
        return Manifest(**orjson.loads(text or b""))
    except (TypeError, ValueError):
        return None


def beside(run_file: Path) -> Manifest | None:
    """The manifest beside a run file; None if there is none that can be read."""
    try:
        return read(manifest_path(run_file).read_bytes())
    except OSError:
        return None


def put_beside(run_file: Path, manifest: Manifest, *, at_rest: bool) -> None:
    """Write the manifest beside a closed run file, whole or not at all; `at_rest` says that nothing is in its log."""
    told = asdict(manifest)
    if at_rest:
        told |= {"file_bytes": run_file.stat().st_size, "file_sha256": file_hash(run_file)}
    target = manifest_path(run_file)
    draft = target.with_suffix(".tmp")
    descriptor = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, FILE_MODE)
    with open(descriptor, "wb") as file:  # noqa: PTH123 a path can't say the mode
        file.write(orjson.dumps(told, option=orjson.OPT_INDENT_2))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)
    sync_folder(target.parent)
    count_path(run_file).unlink(missing_ok=True)  # the manifest has the count now


def move_log(connection: sqlite3.Connection, run_file: Path) -> bool:
    """Move what is in the log into the file, where the disk has room for it; whether nothing is left in the log."""
    if _is_short_of_room(run_file):
        return False
    connection.execute(f"PRAGMA busy_timeout = {_CHECKPOINT_WAIT_MS}")
    busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0]
    return not busy


def close_sparingly(connection: sqlite3.Connection, run_file: Path) -> None:
    """Close a writing connection; on a full disk without what SQLite does then: to move the log into the file."""
    with ExitStack() as beside:
        if _is_short_of_room(run_file):
            with suppress(StorageError):
                beside.enter_context(closing(open_run_reader(run_file)))  # the last to close, and it can't write
        connection.close()


def _is_short_of_room(run_file: Path) -> bool:
    """Whether moving the log would take the room in which the run's end is to be noted."""
    log = run_file.with_name(f"{run_file.name}-wal")
    try:
        return shutil.disk_usage(run_file.parent).free < log.stat().st_size + _SPARED
    except OSError:
        return False


def sync_folder(folder: Path) -> None:
    """Make a renaming in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def file_hash(path: Path) -> str:
    """The hash of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


class CommitCount:
    """The count of commits beside a run file; written after each commit, so that it never promises too much."""

    def __init__(self, run_file: Path) -> None:
        self._descriptor: int | None = None
        with suppress(OSError):  # without it a damaged log is noticed by the catalogue's count, a second later
            self._descriptor = os.open(count_path(run_file), os.O_CREAT | os.O_WRONLY, FILE_MODE)

    def note(self, commits: int) -> None:
        """Note how many there are; not synced: after a power cut it may say less, never more."""
        if self._descriptor is not None:
            with suppress(OSError):
                os.pwrite(self._descriptor, b"%020d\n" % commits, 0)

    def close(self) -> None:
        """Close the file; it stays until a manifest takes its place."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def counted_commits(run_file: Path) -> int:
    """The commits that the count beside a run file has seen; 0 if there is none."""
    try:
        return int(count_path(run_file).read_bytes())
    except (OSError, ValueError):
        return 0
