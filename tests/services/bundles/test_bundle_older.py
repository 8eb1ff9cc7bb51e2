"""Bundles whose run file an older Handai wrote: they open, show, export and are corrected like any other."""

import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest

from engine.results import RunStatus
from handai_db import RunReader, RunRecord
from handai_errors import DamagedFileError
from services.bundles import bundle_format as form
from services.bundles.bundle import bundle, hash_of
from services.bundles.bundle_open import open_bundle
from services.home import open_catalogue, run_path
from services.past import history
from services.results.corrections import Edit, edit
from services.results.exporting import Wanted, export
from services.running import runs
from services.running.views import view_of
from storage.migrate import migrate, version_of
from storage.schema import RUN_FILE
from tests.pages.made_runs import executed, made_run

OLDER = range(1, len(RUN_FILE))


@pytest.fixture
def record() -> RunRecord:
    return executed(made_run(5, name="Reviews"))


def written_by(version: int, run_file: Path) -> Path:
    """The same run file as the Handai of that version would have written it: its tables, its columns."""
    older = run_file.with_name("older.db")
    with closing(sqlite3.connect(older, isolation_level=None)) as connection:
        migrate(connection, RUN_FILE[:version], older)
        connection.execute("DELETE FROM progress")
        connection.execute("ATTACH ? AS newer", (str(run_file),))
        tables = connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            names = ", ".join(name for _, name, *_ in connection.execute(f"PRAGMA main.table_info({table})"))
            copy = f"INSERT INTO main.{table} ({names}) SELECT {names} FROM newer.{table}"  # noqa: S608 our own schema
            connection.execute(copy)
        connection.execute("DELETE FROM main.meta WHERE key = 'manifest'")
    return older


def rewritten(packed: Path, version: int, folder: Path) -> Path:
    """The bundle with its run file as that version wrote it, and a manifest that fits."""
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(folder / "members")
    run_file = folder / "members" / form.RUN_FILE
    written_by(version, run_file).replace(run_file)
    manifest = orjson.loads((folder / "members" / form.MANIFEST).read_bytes())
    for file in manifest["files"]:
        if file["path"] == form.RUN_FILE:
            file |= {"bytes": run_file.stat().st_size, "sha256": hash_of(run_file)}
    (folder / "members" / form.MANIFEST).write_bytes(orjson.dumps(manifest))
    target = folder / "older.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((folder / "members").rglob("*")):
            if path.is_file():
                archive.write(path, str(path.relative_to(folder / "members")))
    return target


def answers(record: RunRecord) -> list[Any]:
    with RunReader(run_path(record.id)) as reader:
        return [(found.row, found.status, found.values) for found in reader.iter_results()]


@pytest.mark.parametrize("version", OLDER)
def test_a_bundle_of_an_older_version_opens_and_is_worked_on(
    record: RunRecord, version: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, packed = answers(record), bundle(record, tmp_path / "run.zip").path
    older = rewritten(packed, version, tmp_path)
    export(record, tmp_path / "expected.csv", Wanted())
    monkeypatch.setenv("HANDAI_HOME", str(tmp_path / "elsewhere"))

    opened = open_bundle(older).record
    with closing(sqlite3.connect(run_path(opened.id))) as connection:
        assert version_of(connection) == len(RUN_FILE)
    assert answers(opened) == expected
    view = view_of(opened)
    assert (view.done, view.failed, view.damage, opened.status) == (5, 0, None, RunStatus.COMPLETED)
    export(opened, tmp_path / "table.csv", Wanted())
    assert (tmp_path / "table.csv").read_bytes() == (tmp_path / "expected.csv").read_bytes()

    edit(opened.id, [Edit(0, {"answer": "mine"})])
    again = runs.get(opened.id)
    assert view_of(again).damage is None
    export(again, tmp_path / "corrected.csv", Wanted())
    assert "mine" in (tmp_path / "corrected.csv").read_text()
    bundle(again, tmp_path / "again.zip")


def test_a_changed_answer_in_an_older_run_file_is_refused(record: RunRecord, tmp_path: Path) -> None:
    older = written_by(4, run_path(record.id))
    with closing(sqlite3.connect(older)) as connection, connection:
        connection.execute("UPDATE results SET data = replace(data, 'ROW2', 'FORGED') WHERE row = 2")
    older.replace(run_path(record.id))
    packed = tmp_path / "run.zip"
    with pytest.raises(DamagedFileError):
        bundle(record, packed)


@pytest.mark.parametrize("version", OLDER)
def test_an_older_run_of_this_computer_is_bundled_and_backed_up(
    record: RunRecord, version: int, tmp_path: Path
) -> None:
    expected = answers(record)
    for path in run_path(record.id).parent.glob(f"{record.id}.*"):
        if path.suffix != ".db":
            path.unlink()
    written_by(version, run_path(record.id)).replace(run_path(record.id))
    with open_catalogue() as catalogue:
        catalogue.database.change("UPDATE runs SET commits = 0")
    old = runs.get(record.id)
    assert (view_of(old).done, view_of(old).damage, answers(old)) == (5, None, expected)
    assert bundle(old, tmp_path / "old.zip").files == 9
    with RunReader(history.back_up(tmp_path) / "runs" / f"{old.id}.db") as copy:
        assert [found.values for found in copy.iter_results()] == [values for _, _, values in expected]
