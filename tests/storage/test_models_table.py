"""Model lists in the catalogue: whole, apart by provider and address, unknown as NULL, filled in as versions go on."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from engine.model_health import Health
from handai_db import Catalogue, CheckRecord, Filled, Place
from providers.base import ModelInfo
from storage.migrate import migrate
from storage.schema import CATALOGUE
from tests.storage.stored import change, query

HERE = Place("openrouter", "https://openrouter.ai/api/v1")
THERE = Place("ollama", "http://localhost:11434/v1")
WHOLE = ModelInfo(
    "a/b",
    "A: B",
    1000,
    0.0,
    0.5,
    price_tiers=((199_999, 1.0, 2.5),),
    request_price=0.005,
    canonical_slug="a/b-1",
    hugging_face_id="A/B",
    max_output=10,
    created=5,
    input_modalities=("text", "image"),
    output_modalities=(),
    supported_parameters=("seed",),
    expires="2027-01-01",
)
BARE = ModelInfo("x/y", "x/y")


def test_a_list_comes_back_as_it_was_stored_and_the_unknown_is_null(tmp_path: Path) -> None:
    with Catalogue(tmp_path / "handai.db") as catalogue:
        catalogue.models.store(HERE, [BARE, WHOLE], 7.0)
        assert catalogue.models.all(HERE) == (WHOLE, BARE)
        found = catalogue.models.record(HERE)
        assert found is not None
        assert (found.fetched_at, found.asked, found.answered, found.problem) == (7.0, 1, 1, None)
    (row,) = query(tmp_path / "handai.db", "SELECT * FROM models WHERE id = 'x/y'")
    assert {row[name] for name in row.keys() if name not in {"provider", "base_url", "id", "slug", "name"}} == {None}  # noqa: SIM118 a row


def test_002_8_lists_are_kept_apart_by_provider_and_address(tmp_path: Path) -> None:
    with Catalogue(tmp_path / "handai.db") as catalogue:
        catalogue.models.store(HERE, [WHOLE], 1.0)
        catalogue.models.store(THERE, [BARE], 1.0)
        catalogue.models.store(Place("ollama", "http://localhost:9/v1"), [], 1.0)
        assert catalogue.models.all(HERE) == (WHOLE,)
        assert catalogue.models.all(THERE) == (BARE,)


def test_000_1_slugs_are_stored_unique(tmp_path: Path) -> None:
    with Catalogue(tmp_path / "handai.db") as catalogue:
        catalogue.models.store(HERE, [ModelInfo("a/b_c", ""), ModelInfo("a_b/c", "")], 1.0)
    slugs = [row["slug"] for row in query(tmp_path / "handai.db", "SELECT slug FROM models")]
    assert len(set(slugs)) == 2
    with pytest.raises(sqlite3.IntegrityError):
        change(tmp_path / "handai.db", "UPDATE models SET slug = 'same'")


def test_a_failed_fetch_keeps_the_list_before_and_is_counted(tmp_path: Path) -> None:
    """003-15: how often lists could be had."""
    with Catalogue(tmp_path / "handai.db") as catalogue:
        catalogue.models.note_problem(THERE, "off", 1.0)
        catalogue.models.store(HERE, [WHOLE], 1.0)
        catalogue.models.note_problem(HERE, "no connection", 2.0)
        catalogue.models.note_problem(HERE, "still none", 3.0)
        ollama, openrouter = catalogue.models.records()
        assert catalogue.models.all(HERE) == (WHOLE,)
        catalogue.models.store(HERE, [WHOLE], 4.0)
        mended = catalogue.models.record(HERE)
    assert (ollama.fetched_at, ollama.asked, ollama.answered, ollama.problem) == (None, 1, 0, "off")
    assert (openrouter.fetched_at, openrouter.asked, openrouter.answered) == (1.0, 3, 1)
    assert (openrouter.problem, openrouter.problem_at) == ("still none", 3.0)
    assert mended is not None
    assert (mended.fetched_at, mended.asked, mended.answered, mended.problem) == (4.0, 4, 2, None)


def test_001_4_a_new_field_is_filled_in_and_counted(tmp_path: Path) -> None:
    """The counts of the story: 289 models, 158 of them get a Hugging Face id, 131 have none."""
    old = [ModelInfo(f"org/m{n}", f"m{n}", 1000) for n in range(289)]
    new = [ModelInfo(f"org/m{n}", f"m{n}", 1000, hugging_face_id=f"Org/M{n}" if n < 158 else None) for n in range(289)]
    with Catalogue(tmp_path / "handai.db") as catalogue:
        catalogue.models.store(HERE, old, 1.0)
        stored = catalogue.models.store(HERE, new, 2.0)
        again = catalogue.models.store(HERE, [*new[1:], BARE], 3.0)
    assert (stored.total, stored.new, stored.gone) == (289, 0, 0)
    assert stored.filled["hugging_face_id"] == Filled(updated=158, without=131)
    assert (again.total, again.new, again.gone) == (289, 1, 1)
    assert again.filled["hugging_face_id"] == Filled(updated=0, without=132)


def test_001_1_and_001_5_an_older_catalogue_gets_the_tables_by_itself_and_once(tmp_path: Path) -> None:
    path = tmp_path / "handai.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrate(connection, CATALOGUE[:1], path)
        connection.execute("INSERT INTO sessions VALUES ('s', 'old', 'local', 1, 1)")
    for _ in range(2):
        with Catalogue(path) as catalogue:
            assert [session.name for session in catalogue.sessions.all()] == ["old"]
            catalogue.models.store(HERE, [WHOLE], 1.0)
    (index,) = query(path, "SELECT sql FROM sqlite_master WHERE name = 'idx_model_hf_id'")
    assert "hugging_face_id" in index["sql"]
    columns = {row["name"]: (row["type"], row["notnull"]) for row in query(path, "PRAGMA table_info(models)")}
    assert columns["hugging_face_id"] == ("VARCHAR(200)", 0)


def test_what_works_is_remembered_per_model_and_can_be_forgotten(tmp_path: Path) -> None:
    with Catalogue(tmp_path / "handai.db") as catalogue:
        assert catalogue.model_notes.sent_as(HERE, "a/b") is None
        catalogue.model_notes.remember_sent_as(HERE, "a/b", "A/B")
        assert catalogue.model_notes.sent_as(HERE, "a/b") == "A/B"
        assert catalogue.model_notes.sent_as(THERE, "a/b") is None
        catalogue.model_notes.remember_sent_as(HERE, "a/b", None)
        assert catalogue.model_notes.sent_as(HERE, "a/b") is None


def test_001_12_a_model_is_disabled_and_enabled_again(tmp_path: Path) -> None:
    with Catalogue(tmp_path / "handai.db") as catalogue:
        catalogue.model_notes.remember_sent_as(HERE, "a/b", "A/B")
        catalogue.model_notes.disable(HERE, "a/b", "not served", 1.0)
        assert catalogue.model_notes.disabled(HERE) == {"a/b": "not served"}
        catalogue.model_notes.enable(HERE, "a/b")
        assert catalogue.model_notes.disabled(HERE) == {}
        assert catalogue.model_notes.sent_as(HERE, "a/b") == "A/B"


def test_the_last_check_of_each_model_is_kept(tmp_path: Path) -> None:
    with Catalogue(tmp_path / "handai.db") as catalogue:
        catalogue.model_health.put_check(
            HERE, CheckRecord("a/b", 1.0, "unavailable", "model_not_found", tried=("a/b",))
        )
        works = CheckRecord(
            "a/b", 2.0, "works", latency_s=0.5, completion_tokens=3, answered_as="A/B", tried=("a/b", "A/B")
        )
        catalogue.model_health.put_check(HERE, works)
        assert catalogue.model_health.checks(HERE) == {"a/b": works}
        assert catalogue.model_health.checks(THERE) == {}


def test_001_10_runs_add_up_and_a_resumed_one_counts_once(tmp_path: Path) -> None:
    with Catalogue(tmp_path / "handai.db") as catalogue:
        put = catalogue.model_health.put_run
        put("one", HERE, "a/b", Health(1, 1, 0, 9.0, last_success_at=1.0))
        put("one", HERE, "a/b", Health(4, 3, 1, 1.0, 10.0, 11.0, "upstream", "old"))
        put("two", HERE, "a/b", Health(4, 1, 1, 2.0, 5.0, 12.0, "timeout", "new"))
        put("three", HERE, "a/b", Health(1, 0, 0))
        found = catalogue.model_health.of_runs(HERE)["a/b"]
    assert (found.attempts, found.answered, found.failed) == (9, 4, 2)
    assert found.latency_s == pytest.approx(1.25)
    assert found.error_rate == pytest.approx(1 / 3)
    assert (found.last_success_at, found.last_error_at) == (10.0, 12.0)
    assert (found.last_error_kind, found.last_error_cause) == ("timeout", "new")
