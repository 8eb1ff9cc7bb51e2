"""A run as one file: everything of it is there, nothing of this machine, and it opens elsewhere as the same run."""

import asyncio
import os
import zipfile
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet
import pytest
from pydantic import SecretStr

from engine.results import RunStatus
from engine.spec import Prompt, RunSpec
from handai_db import RunFilter, RunReader, RunRecord, note_event
from handai_errors import ConflictError, DamagedFileError
from services.bundles import bundle_format as form
from services.bundles.bundle import bundle, hash_of
from services.bundles.bundle_open import SESSION, open_bundle
from services.bundles.methods import fenced, methods_text
from services.home import home, open_catalogue, run_path
from services.past import history
from services.results.corrections import Edit, edit
from services.results.exporting import Wanted, export
from services.running import runs
from services.running.execution import execute
from tests.fake_provider import FakeProvider
from tests.pages.made_runs import executed, made_run
from tests.services.stored_runs import done, failed, generate_run, put, transform_run

SAMPLED = {"name": "n", "sampler": "uniform", "low": 0, "high": 1}
LABEL = {"name": "label", "type": "category", "values": ["a", "b"]}


@pytest.fixture
def record() -> RunRecord:
    return executed(made_run(5, name="Reviews", session="Study"))


def packed(record: RunRecord, folder: Path) -> Path:
    return bundle(record, folder / "run.zip").path


def elsewhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, another computer."""
    monkeypatch.setenv("HANDAI_HOME", str(folder / "elsewhere"))


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def answers(record: RunRecord) -> list[Any]:
    with RunReader(run_path(record.id)) as reader:
        return [(found.row, found.status, found.values) for found in reader.iter_results()]


def test_everything_of_a_run_is_in_its_bundle(record: RunRecord, tmp_path: Path) -> None:
    found = members(packed(record, tmp_path))
    assert set(found) == {form.MANIFEST, *form.FIXED, "data/reviews.csv"}
    assert found["data/reviews.csv"].startswith(b"id,text\n0,ROW0")
    assert found[form.RESULT_CSV].count(b"\n") == 6
    assert len([orjson.loads(line) for line in found[form.ATTEMPTS].splitlines()]) == 5
    assert [orjson.loads(line)["level"] for line in found[form.EVENTS].splitlines()]
    manifest = orjson.loads(found[form.MANIFEST])
    assert {file["path"] for file in manifest["files"]} == set(found) - {form.MANIFEST}
    assert manifest["run"]["id"] == record.id


def test_its_table_and_its_columns_are_those_of_the_download(record: RunRecord, tmp_path: Path) -> None:
    with zipfile.ZipFile(packed(record, tmp_path)) as archive:
        archive.extractall(tmp_path)
    export(record, tmp_path / "expected.csv", Wanted())
    assert (tmp_path / form.RESULT_CSV).read_bytes() == (tmp_path / "expected.csv").read_bytes()
    assert pyarrow.parquet.read_table(tmp_path / form.RESULT_PARQUET).num_rows == 5


def test_a_bundle_opens_elsewhere_as_the_same_run(
    record: RunRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, before = packed(record, tmp_path), answers(record)
    elsewhere(tmp_path, monkeypatch)

    opened = open_bundle(path)

    found = runs.get(opened.record.id)
    assert not opened.known
    assert (found.id, found.name, found.status, found.spec) == (record.id, "Reviews", RunStatus.COMPLETED, record.spec)
    assert (found.created_at, found.finished_at) == (record.created_at, record.finished_at)
    assert answers(found) == before
    assert runs.view(found.id).damage is None
    assert history.figures_now(found)["rows"] == record.figures["rows"]
    assert [item.name for item in history.sessions()] == [SESSION]
    assert found.origin is not None
    assert found.origin["run_id"] == record.id
    assert [file for file in home().rglob("*") if file.stat().st_mode & 0o077] == []


def test_a_bundle_that_is_opened_twice_is_one_run(
    record: RunRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = packed(record, tmp_path)
    assert open_bundle(path).known, "it was made here"
    elsewhere(tmp_path, monkeypatch)
    assert not open_bundle(path).known
    assert open_bundle(path).known
    with open_catalogue() as catalogue:
        catalogue.database.change("UPDATE runs SET id = '261101-ffffff', created_at = created_at")
    assert open_bundle(path).record.id == "261101-ffffff"
    assert len(history.list_runs(RunFilter())) == 1


def test_another_run_of_the_same_id_is_not_taken_for_it(
    record: RunRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = packed(record, tmp_path)
    elsewhere(tmp_path, monkeypatch)
    other = made_run(2)
    with open_catalogue() as catalogue:
        catalogue.database.change("UPDATE runs SET id = ? WHERE id = ?", (record.id, other.id))
    opened = open_bundle(path)
    assert not opened.known
    assert opened.record.id != record.id
    assert answers(opened.record)


def test_a_run_that_was_opened_can_be_bundled_again(
    record: RunRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = packed(record, tmp_path)
    elsewhere(tmp_path, monkeypatch)
    again = bundle(open_bundle(path).record, tmp_path / "again.zip").path
    assert members(again)[form.RESULT_CSV] == members(path)[form.RESULT_CSV]


def test_a_run_that_was_not_at_its_end_opens_as_one_that_can_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = transform_run(tmp_path, [LABEL], rows=4)
    put(record, done(0, label="a"), failed(1))
    path = packed(runs.get(record.id), tmp_path)
    elsewhere(tmp_path, monkeypatch)
    opened = open_bundle(path).record
    assert opened.status is RunStatus.INTERRUPTED
    assert (runs.view(opened.id).done, runs.view(opened.id).failed, runs.view(opened.id).pending) == (1, 1, 2)


def test_a_generated_table_is_drawn_again_and_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = generate_run(SAMPLED, {"name": "t", "prompt": "About {{ n }}"})
    put(record, *(done(row, t=f"text {row}") for row in range(3)))
    path = packed(record, tmp_path)
    expected = members(path)[form.RESULT_CSV]
    elsewhere(tmp_path, monkeypatch)
    opened = open_bundle(path).record
    export(opened, tmp_path / "opened.csv", Wanted())
    assert (tmp_path / "opened.csv").read_bytes() == expected


def test_a_table_that_would_be_drawn_differently_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = generate_run(SAMPLED, {"name": "t", "prompt": "About {{ n }}"})
    path = packed(record, tmp_path)
    elsewhere(tmp_path, monkeypatch)
    monkeypatch.setattr("services.bundles.bundle_open.drawn_hash", lambda *_: "0" * 64)
    with pytest.raises(DamagedFileError, match="draws another table"):
        open_bundle(path)
    assert list((home() / "runs").iterdir()) == []


def test_what_a_person_corrected_goes_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = executed(made_run(3))
    edit(record.id, [Edit(1, {"answer": "by hand"})])
    path = packed(runs.get(record.id), tmp_path)
    found = members(path)
    assert b"by hand" in found[form.RESULT_CSV]
    assert "1 answer was corrected by a person" in found[form.METHODS].decode()
    elsewhere(tmp_path, monkeypatch)
    export(open_bundle(path).record, tmp_path / "opened.csv", Wanted())
    assert (tmp_path / "opened.csv").read_bytes() == found[form.RESULT_CSV]


def test_no_key_and_no_folder_of_this_machine_is_in_a_bundle(tmp_path: Path, fake_provider: FakeProvider) -> None:
    key = "sk-or-" + "x" * 24
    record = made_run(3, base_url=fake_provider.url)
    asyncio.run(execute(record.id, SecretStr(key)))
    note_event(run_path(record.id), "error", f"Handai can't write to {home()}/runs: the disk is full.")
    runs.remember_export(record.id, {"written": str(tmp_path / "out.csv")})
    found = members(packed(runs.get(record.id), tmp_path))
    assert b"can't write to \xe2\x80\xa6/runs" in found[form.EVENTS]
    for name, content in found.items():
        for secret in (key, str(home()), str(tmp_path), os.path.expanduser("~/")):  # noqa: PTH111 a text
            assert secret.encode() not in content, f"{secret} is in {name}"


def test_the_spec_in_it_runs_again_beside_its_table(record: RunRecord, tmp_path: Path) -> None:
    spec = RunSpec.from_yaml(members(packed(record, tmp_path))[form.SPEC].decode())
    assert spec.input.kind == "transform"
    assert spec.input.file == "data/reviews.csv"


def test_a_bundle_is_whole_or_not_there(record: RunRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("services.bundles.bundle.shutil.copyfileobj", fail)
    with pytest.raises(Exception, match="No space left"):
        bundle(record, tmp_path / "run.zip")
    assert [*tmp_path.glob("*run.zip*"), *home().glob(".bundle-*")] == []


def test_a_bundle_takes_no_other_files_place(record: RunRecord, tmp_path: Path) -> None:
    path = packed(record, tmp_path)
    with pytest.raises(ConflictError, match="exists already"):
        bundle(record, path)
    assert bundle(record, path, overwrite=True).bytes == path.stat().st_size
    with pytest.raises(ConflictError, match="zip"):
        bundle(record, tmp_path / "run.txt")


def test_a_damaged_run_is_not_bundled_as_if_it_were_whole(record: RunRecord, tmp_path: Path) -> None:
    run_path(record.id).write_bytes(run_path(record.id).read_bytes()[:-4096])
    with pytest.raises(DamagedFileError):
        bundle(record, tmp_path / "run.zip")


def test_the_hashes_are_those_of_the_files(record: RunRecord, tmp_path: Path) -> None:
    path = packed(record, tmp_path)
    (tmp_path / "run.db").write_bytes(members(path)[form.RUN_FILE])
    told = {file["path"]: file["sha256"] for file in orjson.loads(members(path)[form.MANIFEST])["files"]}
    assert told[form.RUN_FILE] == hash_of(tmp_path / "run.db")


def test_the_methods_say_what_was_done(tmp_path: Path) -> None:
    record = transform_run(tmp_path, [LABEL], rows=4, temperature=0.2)
    put(record, done(0, label="a"), done(1, label="b"), failed(2))
    with open_catalogue() as catalogue:
        spec = record.spec.model_copy(update={"prompt": Prompt(instructions="Say ```a``` or b.\nNothing else.")})
        catalogue.runs.set_spec(record.id, spec)
    text = methods_text(runs.get(record.id))
    paragraph = text.split("\n\n")[1]
    assert "`fake-model` of Custom" in paragraph
    assert "for 4 rows of the table “in.csv”" in paragraph
    assert "temperature 0.2; the others were the provider's own" in paragraph
    assert "2 rows got an answer; 1 row failed (1: the model refused); 1 row was not asked to the end" in paragraph
    assert "````text\nSay ```a``` or b.\nNothing else.\n````" in text
    assert 'label”: one of "a", "b"' in text


def test_a_run_without_cost_or_failure_says_so(record: RunRecord) -> None:
    paragraph = methods_text(record).split("\n\n")[1]
    assert "5 rows got an answer; none failed." in paragraph
    assert paragraph.endswith("and cost nothing.")


def test_an_unknown_cost_is_said_to_be_unknown(tmp_path: Path, fake_provider: FakeProvider) -> None:
    record = executed(made_run(2, base_url=fake_provider.url))
    assert "what that cost is not known" in methods_text(record)


def test_a_text_never_ends_its_fence() -> None:
    assert fenced("a ```` b").startswith("`````text\n")
