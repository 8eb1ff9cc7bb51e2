"""Numbered migrations: each runs in one transaction with its number; a newer file is refused, untouched."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from handai_errors import NewerDatabaseError

Migration = Sequence[str]


def version_of(connection: sqlite3.Connection) -> int:
    """How many migrations the file has seen."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration], path: Path) -> int:
    """Bring the file up to date; returns how many migrations ran. Raises NewerDatabaseError."""
    refuse_newer(connection, migrations, path)
    ran = 0
    while version_of(connection) < len(migrations):
        connection.execute("BEGIN IMMEDIATE")
        try:
            number = version_of(connection)  # another process may have been faster
            if number < len(migrations):
                for statement in migrations[number]:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number + 1}")
            connection.execute("COMMIT")
        except BaseException:
            roll_back(connection)
            raise
        ran += number < len(migrations)
    return ran


def refuse_newer(connection: sqlite3.Connection, migrations: Sequence[Migration], path: Path) -> None:
    """Raise NewerDatabaseError if a newer Handai wrote the file."""
    found = version_of(connection)
    if found > len(migrations):
        raise NewerDatabaseError(
            f"{path.name} was written by a newer Handai (format {found}, this one knows {len(migrations)}).",
            "Update Handai; the file was left untouched.",
        )


def roll_back(connection: sqlite3.Connection) -> None:
    """End a failed transaction; SQLite may have ended it by itself."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")
