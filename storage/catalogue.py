"""The catalogue, handai.db: sessions, datasets, runs, leases and settings. Small, shared by several processes."""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import orjson

from engine.tables.model import Column, ColumnKind, ParseOptions, TableInfo
from storage.connect import copy_into, open_catalogue_file, translated
from storage.migrate import roll_back
from storage.records import DatasetRecord, SessionRecord

# A generate run names in its schema the tables that it takes values from.
_IS_USED = """EXISTS (SELECT 1 FROM runs WHERE runs.dataset_id = datasets.id
    OR (runs.dataset_id IS NULL AND instr(runs.spec, datasets.id)))"""


class Database:
    """One connection to the catalogue with short explicit transactions."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with translated(path):
            self._connection = open_catalogue_file(path)

    def rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[sqlite3.Row]:
        """All rows of a statement, which runs in a transaction of its own unless one is open."""
        with translated(self.path):
            return self._connection.execute(sql, values).fetchall()

    def change(self, sql: str, values: tuple[Any, ...] = ()) -> int:
        """How many rows a statement changed."""
        with translated(self.path):
            return self._connection.execute(sql, values).rowcount

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements inside, or none."""
        with translated(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                roll_back(self._connection)
                raise

    def copy_to(self, target: Path) -> None:
        """Write a consistent copy to a new file."""
        copy_into(self._connection, target)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class Sessions:
    """A person's named groups of runs."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, session_id: str, name: str, *, used: bool = True) -> SessionRecord:
        """A new session, used now; or never yet (at 0), because it only keeps what came from elsewhere."""
        now = time.time()
        used_at = now if used else 0.0
        self._db.change(
            "INSERT INTO sessions (id, name, created_at, used_at) VALUES (?, ?, ?, ?)", (session_id, name, now, used_at)
        )
        return SessionRecord(session_id, name, now, used_at)

    def all(self) -> tuple[SessionRecord, ...]:
        """Every session with what its runs come to, previews left out; pinned ones first, then those last used."""
        rows = self._db.rows(
            """SELECT sessions.*, count(runs.id) AS runs, sum(runs.figures ->> 'cost_usd') AS cost_usd,
                count(runs.id) FILTER (WHERE NOT ifnull(runs.figures ->> 'cost_complete', 0)) AS cost_unknown
            FROM sessions LEFT JOIN runs ON runs.session_id = sessions.id AND NOT runs.preview
            GROUP BY sessions.id ORDER BY pinned DESC, used_at DESC, sessions.rowid DESC"""
        )
        return tuple(_session(row) for row in rows)

    def touch(self, session_id: str) -> bool:
        """Note that the session is used now; whether it is there."""
        return bool(self._db.change("UPDATE sessions SET used_at = ? WHERE id = ?", (time.time(), session_id)))

    def describe(self, session_id: str, name: str, note: str) -> None:
        """Give a session another name and note."""
        self._db.change("UPDATE sessions SET name = ?, note = ? WHERE id = ?", (name, note, session_id))

    def pin(self, session_id: str, *, pinned: bool) -> None:
        """Keep a session before all others, or no longer."""
        self._db.change("UPDATE sessions SET pinned = ? WHERE id = ?", (int(pinned), session_id))

    def rename(self, session_id: str, name: str) -> None:
        """Give a session another name."""
        self._db.change("UPDATE sessions SET name = ? WHERE id = ?", (name, session_id))

    def delete(self, session_id: str) -> None:
        """Delete a session that has no runs."""
        self._db.change("DELETE FROM sessions WHERE id = ?", (session_id,))


class Datasets:
    """Stored uploads."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, record: DatasetRecord) -> None:
        """Note a stored upload; the same one again changes nothing."""
        self._db.change(
            """INSERT OR IGNORE INTO datasets (id, filename, options, info, bytes, sample, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)""",
            (
                record.id,
                record.filename,
                record.options.model_dump_json(),
                orjson.dumps(record.info).decode(),
                record.bytes,
                int(record.sample),
                record.created_at,
            ),
        )

    def get(self, dataset_id: str) -> DatasetRecord | None:
        """The stored upload with this id."""
        found = self._db.rows("SELECT * FROM datasets WHERE id = ?", (dataset_id,))
        return _dataset(found[0]) if found else None

    def touch(self, dataset_id: str) -> None:
        """Note that the upload came again now."""
        self._db.change("UPDATE datasets SET created_at = ? WHERE id = ?", (time.time(), dataset_id))

    def unused(self, older_than: float) -> tuple[DatasetRecord, ...]:
        """Uploads stored before a Unix time that no run uses."""
        rows = self._db.rows(
            f"SELECT * FROM datasets WHERE created_at < ? AND NOT {_IS_USED}",  # noqa: S608 ours
            (older_than,),
        )
        return tuple(_dataset(row) for row in rows)

    def delete_unused(self, dataset_id: str) -> bool:
        """Forget an upload unless a run uses it; whether it was forgotten."""
        return bool(
            self._db.change(
                f"DELETE FROM datasets WHERE id = ? AND NOT {_IS_USED}",  # noqa: S608 ours
                (dataset_id,),
            )
        )


class Settings:
    """What a person set last time, as JSON values by name. Never a key."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def all(self) -> dict[str, Any]:
        """Every saved setting that can be read."""
        found: dict[str, Any] = {}
        for row in self._db.rows("SELECT key, value FROM settings"):
            with suppress(ValueError):
                found[row["key"]] = json.loads(row["value"])
        return found

    def change(self, key: str, how: Callable[[Any], Any]) -> None:
        """Save what `how` makes of a setting, nobody coming in between; it is None before it was saved."""
        with self._db.transaction():
            value = json.dumps(how(self.all().get(key)))
            self._db.change("INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)", (key, value))

    def put(self, values: dict[str, Any]) -> None:
        """Save these settings; others stay."""
        with self._db.transaction():
            for key, value in values.items():
                self._db.change("INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)", (key, json.dumps(value)))


def _session(row: sqlite3.Row) -> SessionRecord:
    values = {name: row[name] for name in SessionRecord.__slots__}
    return SessionRecord(**values | {"pinned": bool(row["pinned"]), "cost_usd": row["cost_usd"] or 0.0})


def _dataset(row: sqlite3.Row) -> DatasetRecord:
    info = json.loads(row["info"])
    info["columns"] = tuple(Column(item["name"], ColumnKind(item["kind"])) for item in info["columns"])
    info |= {"sheets": tuple(info["sheets"]), "notices": tuple(info["notices"])}
    return DatasetRecord(
        row["id"],
        row["filename"],
        ParseOptions.model_validate_json(row["options"]),
        TableInfo(**info),
        row["bytes"],
        bool(row["sample"]),
        row["created_at"],
    )
