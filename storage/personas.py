"""Named instructions that a person wrote or changed; the built-in ones are code until somebody touches them."""

import time
from dataclasses import dataclass

from storage.catalogue import Database


@dataclass(frozen=True, slots=True)
class PersonaRecord:
    """Named instructions as stored; a built-in's id says which one is changed, `hidden` that it was deleted."""

    id: str
    name: str
    instructions: str
    hidden: bool = False


class Personas:
    """The table of named instructions."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def all(self) -> tuple[PersonaRecord, ...]:
        """Everything that is stored, by name."""
        rows = self._db.rows("SELECT id, name, instructions, hidden FROM personas ORDER BY fold(name)")
        return tuple(PersonaRecord(row["id"], row["name"], row["instructions"], bool(row["hidden"])) for row in rows)

    def put(self, record: PersonaRecord) -> None:
        """Keep this one; it replaces what its id stood for."""
        self._db.change(
            "INSERT OR REPLACE INTO personas (id, name, instructions, hidden, changed_at) VALUES (?, ?, ?, ?, ?)",
            (record.id, record.name, record.instructions, int(record.hidden), time.time()),
        )

    def delete(self, persona_id: str) -> None:
        """Forget it; a built-in one is as it was."""
        self._db.change("DELETE FROM personas WHERE id = ?", (persona_id,))
