"""The models to choose from beside a run: all of them, what helps first, marked, with the list's age."""

import time

import pytest
from pydantic import SecretStr

from engine.model_order import SortBy
from handai_db import CheckRecord
from providers.base import ModelInfo
from services.home import open_catalogue
from services.models.availability import Standing
from services.models.model_lists import place_of
from services.models.model_options import Options, disable_gone, model_options, names
from services.models.model_record import set_disabled
from tests.fake_provider import FakeProvider

KEY = SecretStr("k3y" * 8)


def _listed(url: str, models: list[ModelInfo], at: float | None = None) -> None:
    with open_catalogue() as catalogue:
        catalogue.models.store(place_of("openrouter", url), models, at or time.time())


def _gone(url: str, model: str) -> None:
    with open_catalogue() as catalogue:
        check = CheckRecord(model, time.time(), Standing.UNAVAILABLE, "model_not_found", "It is not served.")
        catalogue.model_health.put_check(place_of("openrouter", url), check)


def _options(url: str, by: SortBy = SortBy.USED, *, hide_gone: bool = False) -> Options:
    return model_options("openrouter", url, KEY, by=by, hide_gone=hide_gone)


def test_004_12_every_model_is_there_with_price_and_context(fake_provider: FakeProvider) -> None:
    url = fake_provider.url
    _listed(url, [ModelInfo(f"m/{n:03}", "x", 1000 * n, float(345 - n), 1.0) for n in range(1, 346)])
    assert len(_options(url).ids) == 345
    assert _options(url).label("m/002") == "m/002 · $343 + $1 per million tokens, 2,000 tokens at most"
    assert _options(url, SortBy.PRICE).ids[0] == "m/345"
    assert _options(url, SortBy.CONTEXT).ids[0] == "m/345"
    assert _options(url, SortBy.NAME).ids[0] == "m/001"
    assert fake_provider.requests == []


def test_001_12_what_is_not_available_is_marked_last_and_hidden_on_request(fake_provider: FakeProvider) -> None:
    url = fake_provider.url
    _listed(url, [ModelInfo(name, name) for name in ("a", "b", "c")])
    _gone(url, "a")
    set_disabled("openrouter", url, "b", disabled=True)
    found = _options(url)
    assert found.ids == ("c", "a", "b")
    assert found.label("a") == "a · ⚠ not available"
    assert found.gone == 2
    assert _options(url, hide_gone=True).ids == ("c",)
    assert _options(url, hide_gone=True).gone == 2


def test_001_12_those_not_available_are_disabled_on_request(fake_provider: FakeProvider) -> None:
    _listed(fake_provider.url, [ModelInfo("a", "a"), ModelInfo("b", "b")])
    _gone(fake_provider.url, "a")
    assert disable_gone("openrouter", fake_provider.url) == 1
    assert _options(fake_provider.url).label("a") == "a · ⚠ disabled"


def test_the_age_of_an_old_list_is_told(fake_provider: FakeProvider) -> None:
    assert "was not loaded yet" in _options(fake_provider.url).told
    _listed(fake_provider.url, [ModelInfo("a", "a")], time.time() - 3 * 3600)
    assert _options(fake_provider.url).told == "1 model of the provider's own list, 3 hours old."


def test_004_13_the_list_is_made_new_on_request(fake_provider: FakeProvider) -> None:
    fake_provider.configure(models=["x/new"])
    found = model_options("openrouter", fake_provider.url, KEY, refresh=True)
    assert found.ids == ("x/new",)
    assert "less than a minute old" in found.told
    assert _options(fake_provider.url).ids == ("x/new",)


def test_a_provider_that_can_t_be_asked_leaves_the_last_list() -> None:
    url = "http://127.0.0.1:9/v1"
    _listed(url, [ModelInfo("a", "a")], time.time() - 7200)
    found = model_options("openrouter", url, KEY, refresh=True)
    assert found.ids == ("a",)
    assert "2 hours old" in (found.problem or "")


def test_a_key_that_is_not_for_the_address_stays_here(
    fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", KEY.get_secret_value())
    model_options("openrouter", fake_provider.url, None, refresh=True)
    assert not any(KEY.get_secret_value() in str(item.headers) for item in fake_provider.requests)


def test_a_name_that_was_typed_stays_beside_the_list(fake_provider: FakeProvider) -> None:
    _listed(fake_provider.url, [ModelInfo("a", "a")])
    assert names(_options(fake_provider.url), ("mine", "a", "")) == ("a", "mine")
    assert _options(fake_provider.url).label("mine") == "mine"
