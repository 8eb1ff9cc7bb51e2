"""Run files that leave this machine and that come from another: what is hidden first, what is checked first."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from handai_errors import DamagedFileError
from storage.connect import open_run_reader, open_run_writer, translated
from storage.manifest import manifest_in, put_beside
from storage.migrate import migrate, refuse_newer, version_of
from storage.run_reader import RunReader
from storage.schema import RUN_FILE

HIDDEN = "…"
_MAGIC = b"SQLite format 3\0"
_TEXTS = (("events", "message"), ("attempts", "cause"))  # what the hashes of rows don't cover
_LOGS = {
    "events": "SELECT at, level, message FROM events ORDER BY id",
    "attempts": """SELECT row, step, number, state, started_at, latency_s, kind, cause, status, model, upstream,
        prompt_tokens, completion_tokens, cost_usd, fallback FROM attempts ORDER BY row, step, number""",
}
_SHAPE = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name"
_CLASSES = {"INTEGER": "'integer', 'null'", "REAL": "'real', 'integer', 'null'", "TEXT": "'text', 'null'"}


def copy_for_others(source: Path, target: Path, hidden: Sequence[str]) -> None:
    """A consistent copy of a run file in which no message names these texts, such as a folder of this machine."""
    with RunReader(source) as reader:
        reader.copy_to(target)
    with translated(target), closing(sqlite3.connect(target, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("PRAGMA secure_delete=ON")
        for table, column in _TEXTS:
            for text in hidden:
                sql = f"UPDATE {table} SET {column} = replace({column}, ?1, ?2) WHERE instr({column}, ?1)"  # noqa: S608 ours
                connection.execute(sql, (text, HIDDEN))
        connection.execute("VACUUM")


def lines_of_log(run_file: Path, which: str) -> Iterator[dict[str, Any]]:
    """A run's `events` or `attempts`, one by one."""
    with translated(run_file), closing(open_run_reader(run_file)) as connection:
        for row in connection.execute(_LOGS[which]):
            yield dict(row)


def check_foreign(path: Path, rows: int) -> None:
    """Raise unless a file from elsewhere is a run file as this Handai makes them, about at most so many rows.

    Tables that are not ours, triggers and views are refused before anything else of the file is read.
    """
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise _refused("it is no database")
    with _told(), closing(_open_foreign(path)) as connection:
        refuse_newer(connection, RUN_FILE, path)
        version = version_of(connection)
        if not version or _shape(connection) != _shape_of(version):
            raise _refused("its tables are not those of a run")
        if connection.execute("PRAGMA integrity_check(1)").fetchall()[0][0] != "ok":
            raise _refused("SQLite finds it damaged")
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            _check_types(connection, str(table))
        if connection.execute("SELECT 1 FROM results WHERE row < 0 OR row >= ? LIMIT 1", (rows,)).fetchall():
            raise _refused("it has answers to rows that its table doesn't have")
        if connection.execute("SELECT count(*) FROM progress").fetchall()[0][0] != 1:
            raise _refused("its counters are missing")


def seal(path: Path) -> int:
    """Bring a checked copy to this version's form and note beside it what it is; returns how many commits it has seen.

    What an older Handai wrote has no count of commits to hold it to.
    """
    with translated(path), closing(open_run_writer(path)):
        pass
    found = manifest_in(path)
    put_beside(path, found, at_rest=True)
    return found.commits


def _open_foreign(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None)
    for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "mmap_size=0"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _shape(connection: sqlite3.Connection) -> list[tuple[str, ...]]:
    """What a file is made of; how it is spaced says nothing."""
    found = connection.execute(_SHAPE).fetchall()
    return [(str(kind), str(name), str(table), "".join(str(sql).split())) for kind, name, table, sql in found]


def _shape_of(version: int) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as blank:
        migrate(blank, RUN_FILE[:version], Path("blank"))
        return _shape(blank)


def _check_types(connection: sqlite3.Connection, table: str) -> None:
    """SQLite takes any value in any column; what reads it later does not."""
    wrong = [
        f'typeof("{name}") NOT IN ({_CLASSES[kind]})'
        for _, name, kind, *_ in connection.execute(f'PRAGMA table_info("{table}")').fetchall()
        if kind in _CLASSES
    ]
    sql = f'SELECT 1 FROM "{table}" WHERE {" OR ".join(wrong)} LIMIT 1'  # noqa: S608 names of our own schema
    if wrong and connection.execute(sql).fetchall():
        raise _refused("it holds values of the wrong kind")


@contextmanager
def _told() -> Iterator[None]:
    """Whatever SQLite says of a foreign file, in words."""
    try:
        yield
    except sqlite3.Error as error:
        raise _refused(f"SQLite says: {error}") from error


def _refused(why: str) -> DamagedFileError:
    return DamagedFileError(f"The bundle's run file can't be used: {why}.", "Nothing was opened. Ask for it again.")
