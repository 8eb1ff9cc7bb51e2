"""Model lists: asked once an hour, kept for when nobody can be asked, never mixed."""

from typing import Any

import pytest
from pydantic import SecretStr

from engine.schema.columns import ModelColumn
from engine.spec import GenerateInput, ModelSettings, RunSpec
from handai_db import Filled
from handai_errors import NotFoundError
from services.home import open_catalogue
from services.models import model_lists as models
from services.models.model_lists import age, built_in, model_id, model_list, models_of, place_of, used_models
from services.running.checks import check
from tests.fake_listing import FakeListing, fake_listing
from tests.fake_provider import FakeProvider

KEY = SecretStr("canary-" + "k3y" * 8)
QWEN = {"id": "qwen/qwen3-4b", "canonical_slug": "qwen/qwen3-4b-04-28", "hugging_face_id": "Qwen/Qwen3-4B"}


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def listing(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"/v1/models": {"data": list(entries)}}


def ids(found: models.ModelList) -> list[str]:
    return [model.id for model in found.models]


def asked(server: FakeListing) -> int:
    return len(server.asked)


def test_003_3_a_list_is_asked_for_once_an_hour_and_on_request() -> None:
    clock = Clock()
    with fake_listing(listing({"id": "a"})) as server:
        url = f"{server.url}/v1"
        for _ in range(3):
            assert ids(model_list("custom", url, None, clock=clock)) == ["a"]
        assert asked(server) == 1
        clock.now += models.FRESH_S - 1
        model_list("custom", url, None, clock=clock)
        assert asked(server) == 1
        model_list("custom", url, None, refresh=True, clock=clock)
        assert asked(server) == 2
        clock.now += models.FRESH_S
        model_list("custom", url, None, clock=clock)
        assert asked(server) == 3


def test_001_13_a_refresh_brings_the_list_up_to_date_and_says_what_changed() -> None:
    with fake_listing(listing({"id": "gone"}, {"id": QWEN["id"]})) as server:
        first = model_list("custom", f"{server.url}/v1", None)
        server.answers.update(listing(QWEN, {"id": "new"}))
        second = model_list("custom", f"{server.url}/v1", None, refresh=True)
    assert ids(first) == ["gone", "qwen/qwen3-4b"]
    assert ids(second) == ["new", "qwen/qwen3-4b"]
    assert second.changed is not None
    assert (second.changed.total, second.changed.new, second.changed.gone) == (2, 1, 1)
    assert second.changed.filled["hugging_face_id"] == Filled(updated=1, without=1)


def test_the_last_copy_is_used_offline_and_its_age_told() -> None:
    clock = Clock()
    with fake_listing(listing({"id": "a"})) as server:
        url = f"{server.url}/v1"
        model_list("custom", url, None, clock=clock)
    clock.now += 3 * 3600 + 5
    found = model_list("custom", url, None, clock=clock)
    assert ids(found) == ["a"]
    assert "3 hours old" in (found.problem or "")
    assert "No connection" in (found.problem or "")
    assert found.fetched_at == 1_000_000.0


def test_a_server_that_was_down_a_moment_ago_is_not_asked_on_every_look() -> None:
    clock = Clock()
    with fake_listing({"/v1/models": (503, {"error": "busy"})}) as server:
        url = f"{server.url}/v1"
        first = model_list("custom", url, None, clock=clock)
        second = model_list("custom", url, None, clock=clock)
        assert asked(server) == 1
        assert first.problem
        assert second.problem == first.problem
        clock.now += 61
        model_list("custom", url, None, clock=clock)
        assert asked(server) == 2


def test_a_list_that_needs_a_key_is_asked_for_with_one_and_never_without() -> None:
    with fake_listing(listing({"id": "my-own-model"})) as server:
        without = model_list("openai", f"{server.url}/v1", None)
        assert asked(server) == 0
        withkey = model_list("openai", f"{server.url}/v1", KEY)
        offline = models_of("openai", f"{server.url}/v1", KEY)
        assert asked(server) == 1
    assert ids(without) == ids(built_in("openai"))
    assert "key" in (without.problem or "")
    assert ids(withkey) == ids(offline) == ["my-own-model"]


def test_models_of_asks_every_time_and_never_raises() -> None:
    """What the pages' button to load the list relies on."""
    with fake_listing(listing({"id": "a"})) as server:
        for _ in range(2):
            assert ids(models_of("custom", f"{server.url}/v1", None)) == ["a"]
        assert asked(server) == 2
    assert models_of("custom", None, None).problem
    assert ids(models_of("openai", None, None)) == ids(built_in("openai"))


def test_dev_mode_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """003-14"""
    monkeypatch.setenv("HANDAI_DEV_MODE", "true")
    with fake_listing(listing({"id": "a"})) as server:
        found = model_list("custom", f"{server.url}/v1", None, refresh=True)
        assert asked(server) == 0
    assert "DEV_MODE" in (found.problem or "")


def test_002_8_and_002_10_each_provider_has_its_own_live_list() -> None:
    with fake_listing(listing({"id": "one"})) as one, fake_listing(listing({"id": "two"})) as two:
        for server, provider in ((one, "custom"), (two, "openrouter"), (one, "groq")):
            model_list(provider, f"{server.url}/v1", KEY)
        assert ids(model_list("custom", f"{one.url}/v1", KEY)) == ["one"]
        assert ids(model_list("openrouter", f"{two.url}/v1", KEY)) == ["two"]
        assert ids(model_list("custom", f"{two.url}/v1", KEY)) == ["two"]


def test_an_azure_model_is_a_deployments_name_that_was_typed() -> None:
    from services import preferences

    assert ids(model_list("azure", None, None)) == []
    preferences.save(preferences.Preferences(models={"azure": "my-deployment"}))
    assert ids(model_list("azure", None, KEY)) == ["my-deployment"]
    assert used_models("azure") == {}


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(5, "less than a minute old"), (60, "1 minute old"), (7200, "2 hours old"), (90_000, "1 day old")],
)
def test_an_age_is_told_in_plain_words(seconds: float, told: str) -> None:
    assert age(seconds) == told


def a_run(model: str, url: str) -> RunSpec:
    column = ModelColumn(name="text", prompt="Write something.")
    return RunSpec(
        input=GenerateInput(columns=(column,), rows=1),
        model=ModelSettings(provider="openrouter", model=model, base_url=url),
    )


def test_000_2_a_run_is_made_with_the_id_whatever_name_was_given() -> None:
    with fake_listing(listing(QWEN)) as server:
        url = f"{server.url}/v1"
        model_list("openrouter", url, None)
    for name in ("qwen_qwen3-4b", "Qwen/Qwen3-4B", "qwen/qwen3-4b-04-28", "qwen/qwen3-4b"):
        assert check(a_run(name, url)).spec.model.model == "qwen/qwen3-4b"
    assert check(a_run("someone/new-model", url)).spec.model.model == "someone/new-model"


def test_000_3_a_run_with_an_unknown_slug_is_refused_with_near_misses() -> None:
    with fake_listing(listing(QWEN)) as server:
        url = f"{server.url}/v1"
        model_list("openrouter", url, None)
    with pytest.raises(NotFoundError, match="Model not found in database: qwen_qwen3-4c") as caught:
        check(a_run("qwen_qwen3-4c", url))
    assert "qwen/qwen3-4b" in caught.value.remedy


def test_004_22_without_a_list_any_name_is_taken_as_it_is() -> None:
    assert model_id("openrouter", None, " anthropic/claude-sonnet-4 ") == "anthropic/claude-sonnet-4"
    assert model_id("custom", None, "my_own") == "my_own"


def test_a_place_is_an_address_in_regular_form() -> None:
    assert place_of("ollama", "localhost:11434/v1/").base_url == "http://localhost:11434/v1"
    assert place_of("custom", None).base_url == ""
    with open_catalogue() as catalogue:
        assert catalogue.models.records() == ()


def test_the_fake_provider_is_listed(fake_provider: FakeProvider) -> None:
    fake_provider.configure(models=["b", "a"])
    assert ids(model_list("custom", fake_provider.url, None)) == ["a", "b"]
