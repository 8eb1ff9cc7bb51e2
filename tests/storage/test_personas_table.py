"""The table of named instructions, and that every older catalogue comes to the same tables."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from handai_db import Catalogue, PersonaRecord
from storage.migrate import migrate
from storage.schema import CATALOGUE


def made_by(path: Path, versions: int) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrate(connection, CATALOGUE[:versions], path)


def tables_of(path: Path) -> set[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return set(connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))


@pytest.mark.parametrize("version", range(1, len(CATALOGUE)))
def test_a_catalogue_of_any_older_handai_gets_the_tables_of_a_new_one(tmp_path: Path, version: int) -> None:
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    made_by(old, version)
    made_by(new, len(CATALOGUE))
    assert tables_of(old) != tables_of(new)
    with Catalogue(old) as catalogue:
        assert catalogue.personas.all() == ()
    assert tables_of(old) == tables_of(new)


def test_what_is_kept_comes_back_by_name_and_is_forgotten_by_id(tmp_path: Path) -> None:
    with Catalogue(tmp_path / "handai.db") as catalogue:
        catalogue.personas.put(PersonaRecord("own:2", "Österreich", "Zwei"))
        catalogue.personas.put(PersonaRecord("own:1", "alpha", "One"))
        catalogue.personas.put(PersonaRecord("own:2", "beta", "Two", hidden=True))
        assert catalogue.personas.all() == (
            PersonaRecord("own:1", "alpha", "One"),
            PersonaRecord("own:2", "beta", "Two", hidden=True),
        )
        catalogue.personas.delete("own:1")
        assert [record.id for record in catalogue.personas.all()] == ["own:2"]
