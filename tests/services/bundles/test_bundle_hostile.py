"""Bundles that somebody made to do harm, or that broke on the way: told in words, and nothing of them is kept."""

import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest

from handai_db import RunFilter, RunRecord
from handai_errors import HandaiError, InputError, NewerDatabaseError
from services.bundles import bundle_format as form
from services.bundles.bundle import bundle, hash_of
from services.bundles.bundle_open import open_bundle
from services.home import catalogue_path, home
from services.models import keys
from services.past import history
from services.running import runs
from storage.schema import RUN_FILE
from tests.pages.made_runs import executed, made_run

Change = Callable[[Path, dict[str, Any]], None]


@pytest.fixture
def whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundle, unpacked to be changed; from then on it is another computer."""
    path = bundle(executed(made_run(4)), tmp_path / "run.zip").path
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    monkeypatch.setenv("HANDAI_HOME", str(tmp_path / "elsewhere"))
    return folder


def manifest_in(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads((folder / form.MANIFEST).read_bytes())
    return found


def packed(folder: Path, manifest: dict[str, Any], *, honest: bool = True) -> Path:
    """A bundle of what is in a folder; an honest one has the sizes and hashes of what is there."""
    if honest:
        for file in manifest["files"]:
            path = folder / file["path"]
            file |= {"bytes": path.stat().st_size, "sha256": hash_of(path)}
    (folder / form.MANIFEST).write_bytes(orjson.dumps(manifest))
    target = folder.parent / "changed.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder).as_posix())
    return target


def assert_refused(path: Path, match: str, kind: type[HandaiError] = HandaiError) -> None:
    """It is told, and neither run nor table nor file is left of it."""
    with pytest.raises(kind, match=match):
        open_bundle(path)
    assert history.list_runs(RunFilter(previews=True)) == ()
    assert history.sessions() == ()
    left = [file for file in home().rglob("*") if file.is_file() and file != catalogue_path()]
    assert left == []


def test_an_unchanged_one_opens(whole: Path) -> None:
    assert open_bundle(packed(whole, manifest_in(whole))).record.status == "completed"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not really", b"id,text\n1,x\n"], ids=["empty", "cut", "table"])
def test_what_is_no_zip_is_told(whole: Path, content: bytes) -> None:
    path = whole.parent / "x.zip"
    path.write_bytes(content)
    assert_refused(path, "no zip|not a zip|no bundle", InputError)


def test_a_file_that_is_not_there_is_told(whole: Path) -> None:
    assert_refused(whole / "nowhere.zip", "can't be read", InputError)


def test_another_zip_is_told(whole: Path) -> None:
    path = whole.parent / "other.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "hello")
    assert_refused(path, "no manifest", InputError)


@pytest.mark.parametrize(
    "name",
    [
        "../../evil.txt",
        "/etc/passwd",
        "data/../../evil.csv",
        "data/..",
        "C:\\evil.csv",
        "data/a\\b.csv",
        "run.db/x",
        "x.py",
    ],
)
def test_a_name_that_no_bundle_has_is_refused(whole: Path, name: str) -> None:
    path = packed(whole, manifest_in(whole))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, "evil")
    assert_refused(path, "a file that no bundle has", InputError)
    assert not list(whole.parent.rglob("evil*"))


def test_a_manifest_that_names_a_path_outside_is_refused(whole: Path) -> None:
    manifest = manifest_in(whole)
    manifest["files"][0]["path"] = "../../evil.txt"
    assert_refused(packed(whole, manifest, honest=False), "manifest can't be read")


def test_a_run_id_that_is_a_path_is_refused(whole: Path) -> None:
    manifest = manifest_in(whole)
    manifest["run"]["id"] = "../../../x"
    assert_refused(packed(whole, manifest), "manifest can't be read")


def test_what_would_unpack_to_far_more_than_it_is_is_refused(whole: Path) -> None:
    with (whole / form.RESULT_CSV).open("wb") as file:
        file.truncate(300_000_000)
    assert_refused(packed(whole, manifest_in(whole)), "unpack to far more", InputError)


def test_what_claims_more_than_fits_on_the_disk_is_refused(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = packed(whole, manifest_in(whole))
    free = shutil.disk_usage(whole)._replace(free=1000)
    monkeypatch.setattr("services.bundles.bundle_reading.shutil.disk_usage", lambda _: free)
    assert_refused(path, "are free")


def test_a_size_that_is_not_true_is_refused(whole: Path) -> None:
    manifest = manifest_in(whole)
    manifest["files"][-1]["bytes"] += 1
    assert_refused(packed(whole, manifest, honest=False), "sizes")


@pytest.mark.parametrize("name", [form.METHODS, form.RUN_FILE, "data/reviews.csv"])
def test_a_file_that_was_changed_is_noticed_by_its_hash(whole: Path, name: str) -> None:
    path = whole / name
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    assert_refused(packed(whole, manifest_in(whole), honest=False), "not what was put into it")


def test_damaged_bytes_are_noticed(whole: Path) -> None:
    path = packed(whole, manifest_in(whole))
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 50] = bytes(50)
    path.write_bytes(content)
    assert_refused(path, "damaged|not what was put")


def test_a_cut_bundle_is_noticed(whole: Path) -> None:
    path = packed(whole, manifest_in(whole))
    path.write_bytes(path.read_bytes()[:-200])
    assert_refused(path, "not a zip file", InputError)


@pytest.mark.parametrize("name", [form.RUN_FILE, form.SPEC, "data/reviews.csv"])
def test_a_file_that_is_missing_is_noticed(whole: Path, name: str) -> None:
    manifest = manifest_in(whole)
    (whole / name).unlink()
    assert_refused(packed(whole, manifest, honest=False), "not those of its manifest")


def test_a_file_that_comes_twice_is_refused(whole: Path) -> None:
    path = packed(whole, manifest_in(whole))
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr(form.METHODS, "another")
    assert_refused(path, "a file twice")


def test_a_newer_format_is_told_apart_from_damage(whole: Path) -> None:
    manifest = manifest_in(whole) | {"version": 2, "something": "new"}
    assert_refused(packed(whole, manifest), "newer Handai", NewerDatabaseError)


def test_a_newer_run_file_is_told_apart_from_damage(whole: Path) -> None:
    with closing(sqlite3.connect(whole / form.RUN_FILE)) as connection:
        connection.execute(f"PRAGMA user_version = {len(RUN_FILE) + 1}")
    assert_refused(packed(whole, manifest_in(whole)), "newer Handai", NewerDatabaseError)


def in_run_file(*statements: str) -> Change:
    def change(folder: Path, _: dict[str, Any]) -> None:
        with closing(sqlite3.connect(folder / form.RUN_FILE, isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement)

    return change


def said(**values: Any) -> Change:  # noqa: ANN401 any JSON
    def change(_: Path, manifest: dict[str, Any]) -> None:
        manifest["run"] |= values

    return change


def other_table(folder: Path, _: dict[str, Any]) -> None:
    (folder / "data/reviews.csv").write_text("id,text\n1,other\n")


def no_database(folder: Path, _: dict[str, Any]) -> None:
    (folder / form.RUN_FILE).write_bytes(b"no database " * 500)


def cut_database(folder: Path, _: dict[str, Any]) -> None:
    path = folder / form.RUN_FILE
    path.write_bytes(path.read_bytes()[:-8192])


CHANGES: dict[str, tuple[Change, str]] = {
    "a trigger": (in_run_file("CREATE TRIGGER t AFTER INSERT ON results BEGIN DELETE FROM results; END"), "its tables"),
    "a view": (
        in_run_file("ALTER TABLE results RENAME TO r2", "CREATE VIEW results AS SELECT * FROM r2"),
        "its tables",
    ),
    "another table": (in_run_file("CREATE TABLE more (x)"), "its tables"),
    "no version": (in_run_file("PRAGMA user_version = 0"), "its tables"),
    "an answer that was changed": (in_run_file("UPDATE results SET data = '{}' WHERE row = 1"), "damaged"),
    "an answer that is missing": (in_run_file("DELETE FROM results WHERE row = 1"), "damaged"),
    "an answer beyond the table": (in_run_file("UPDATE results SET row = 10000000000 WHERE row = 1"), "doesn't have"),
    "a duration that is a text": (in_run_file("UPDATE attempts SET latency_s = 'abc'"), "wrong kind"),
    "a count that is a text": (in_run_file("UPDATE progress SET cost_usd = 'abc'"), "wrong kind"),
    "no counters": (in_run_file("DELETE FROM progress"), "counters"),
    "no database": (no_database, "no database"),
    "a cut database": (cut_database, "SQLite|damaged"),
    "another table of rows": (other_table, "not the one that its run is about"),
    "another number of rows": (said(total=2_000_000_000), "another number of rows"),
    "a table that is not its own": (said(dataset_id="0" * 32), "not those of its run"),
    "a time of no calendar": (said(created_at=1e300), "manifest can't be read"),
}


@pytest.mark.parametrize(("change", "match"), CHANGES.values(), ids=CHANGES)
def test_a_run_that_is_not_what_it_says_is_refused(whole: Path, change: Change, match: str) -> None:
    manifest = manifest_in(whole)
    change(whole, manifest)
    assert_refused(packed(whole, manifest), match)


def test_a_table_that_a_person_has_already_stays_when_a_bundle_is_refused(whole: Path) -> None:
    table = made_run(4)
    manifest = manifest_in(whole)
    in_run_file("DELETE FROM results WHERE row = 1")(whole, manifest)
    with pytest.raises(HandaiError):
        open_bundle(packed(whole, manifest))
    assert runs.get(table.id).dataset_id == manifest["run"]["dataset_id"]
    assert (home() / "datasets" / str(table.dataset_id) / "table.parquet").exists()


def changed_model(whole: Path, **values: Any) -> RunRecord:  # noqa: ANN401 any setting
    manifest = manifest_in(whole)
    manifest["run"]["spec"]["model"] |= values
    return open_bundle(packed(whole, manifest)).record


def test_a_key_never_goes_to_an_address_that_only_a_bundle_names(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-" + "x" * 40)
    record = changed_model(whole, provider="openai", model="m", base_url="https://evil.example/v1")
    with pytest.raises(HandaiError):
        keys.require_key(record.provider, None, record.spec.model.base_url)


def test_a_files_name_in_the_spec_leads_nowhere_else(whole: Path) -> None:
    manifest = manifest_in(whole)
    manifest["run"]["spec"]["input"]["file"] = "../../../etc/passwd"
    spec = open_bundle(packed(whole, manifest)).record.spec
    assert spec.input.file == "passwd"  # type: ignore[union-attr]  # a transform
