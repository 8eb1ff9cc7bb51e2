"""Whether a run file that nobody writes to is what was written: held against its manifest, its counts and hashes."""

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from engine.numbering import Numbering
from engine.results import RowStatus
from handai_errors import DatabaseBusyError, NewerDatabaseError, StorageError
from storage import manifest
from storage.connect import open_run_reader, translated
from storage.manifest import Manifest
from storage.run_reader import RunReader
from storage.salvage import intact_results, log_of, open_damaged

# What reading garbage as numbers, JSON and text comes to.
_GARBAGE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Damage:
    """A file that is not what was written, and why: of `counted` rows with an end `readable` are as they were."""

    readable: int
    counted: int
    why: str


def state_of(run_file: Path) -> tuple[tuple[int, ...], ...]:
    """What changes when a run's files do, without reading them."""
    found: list[tuple[int, ...]] = []
    for path in (run_file, log_of(run_file), manifest.manifest_path(run_file), manifest.count_path(run_file)):
        with suppress(OSError):
            facts = path.stat()
            found.append((len(found), facts.st_ino, facts.st_size, facts.st_mtime_ns))
    return tuple(found)


def is_at_rest(run_file: Path) -> bool:
    """Whether a file's size and times say that nobody touched it since its manifest was made; reads no row."""
    found = manifest.beside(run_file)
    try:
        facts, told = run_file.stat(), manifest.manifest_path(run_file).stat()
    except OSError:
        return False
    same_size = found is not None and found.file_bytes == facts.st_size
    return same_size and facts.st_mtime_ns <= told.st_mtime_ns and not _has_log(run_file)


def find_damage(run_file: Path, *, rows: int, steps: int, counted: int = 0, commits: int = 0) -> Damage | None:
    """What is wrong with the file of a run that nobody executes; None if it is whole.

    The run has `rows` rows, of `steps` model calls each; `commits` and `counted` rows with an end are known elsewhere.
    Raises StorageError when it can't be told: the file is held, or of a newer Handai.
    """
    beside = manifest.beside(run_file)
    least = max(commits, manifest.counted_commits(run_file), beside.commits if beside else 0)
    if beside is not None and beside.commits == least and _is_as_sealed(run_file, beside):
        return None
    try:
        why = _fault(run_file, beside, least)
    except (DatabaseBusyError, NewerDatabaseError):
        raise
    except StorageError as error:
        why = error.cause
    except _GARBAGE as error:
        why = f"What it holds makes no sense: {type(error).__name__}."
    if why is None:
        return None
    readable = _count_readable(run_file, rows, steps)
    known = beside.done + beside.failed if beside and steps else 0
    return Damage(readable, max(counted, known, readable), why)


def _is_as_sealed(run_file: Path, sealed: Manifest) -> bool:
    if sealed.file_bytes is None or _has_log(run_file):
        return False
    try:
        return run_file.stat().st_size == sealed.file_bytes and manifest.file_hash(run_file) == sealed.file_sha256
    except OSError:
        return False


def _has_log(run_file: Path) -> bool:
    try:
        return log_of(run_file).stat().st_size > 0
    except OSError:
        return False


def _fault(run_file: Path, beside: Manifest | None, least: int) -> str | None:
    with translated(run_file), closing(open_run_reader(run_file)) as connection:
        commits = _commits(connection)
        if commits < least:
            return f"It lacks what was written last: {least - commits:,} of {least:,} commits."
        verdict = connection.execute("PRAGMA integrity_check(1)").fetchall()[0][0]
        if verdict != "ok":
            return f"SQLite says: {verdict}"
        inside = _inside(connection)
        if commits and inside is not None and inside.commits == commits and manifest.manifest_of(connection) != inside:
            return "Its rows are not those of its manifest."
    if beside is not None and beside.commits == commits and beside.file_sha256 and not _has_log(run_file):
        return "It is not what it was when the run ended."
    with RunReader(run_file) as reader:
        for _ in reader.iter_results():  # each is held against its hash, and all against the count
            pass
    return None


def _commits(connection: sqlite3.Connection) -> int:
    row = dict(connection.execute("SELECT * FROM progress").fetchall()[0])
    return int(row.get("commits", 0))  # a file of before commits were counted


def _inside(connection: sqlite3.Connection) -> Manifest | None:
    found = connection.execute("SELECT value FROM meta WHERE key = ?", (manifest.KEY,)).fetchall()
    return manifest.read(found[0][0]) if found else None


def _count_readable(run_file: Path, rows: int, steps: int) -> int:
    """The rows whose end can be read and is as it was written."""
    numbering = Numbering(steps)
    ended = set()
    with suppress(sqlite3.Error), closing(open_damaged(run_file)) as damaged:
        for row, step, _, status, *_ in intact_results(damaged, rows, numbering):
            if status == RowStatus.FAILED or numbering.is_last(int(str(step))):
                ended.add(row)
    return len(ended)
