"""A cap and an estimate count on the provider's own prices, as its list was last fetched."""

import pytest

from handai_db import Place
from providers.base import ModelInfo, Usage
from providers.prices import FREE, Price, PriceTier, cost_of, dearest, price_of
from services.home import open_catalogue
from services.models.known_prices import dearest_known, known_price

ROUTER = "https://openrouter.ai/api/v1"
OPENAI = "https://api.openai.com/v1"


def listed(provider: str, base_url: str, *models: ModelInfo) -> None:
    with open_catalogue() as catalogue:
        catalogue.models.store(Place(provider, base_url), models, 1.0)


def test_the_own_list_goes_before_what_is_published() -> None:
    assert known_price("openai", None, "gpt-4.1-mini") == price_of("openai", "gpt-4.1-mini") == Price(0.4, 1.6)
    listed("openai", OPENAI, ModelInfo("gpt-4.1-mini", "", prompt_price=0.7, completion_price=9.0))
    assert known_price("openai", None, "gpt-4.1-mini") == Price(0.7, 9.0)
    assert known_price("openai", "http://127.0.0.1:1/v1", "gpt-4.1-mini") == Price(0.4, 1.6)


def test_a_model_that_only_the_list_knows_has_a_price() -> None:
    assert known_price("openrouter", None, "new/model") is None
    model = ModelInfo(
        "new/model", "", prompt_price=1.0, completion_price=2.0, price_tiers=((199_999, 3.0, 4.0),), request_price=0.005
    )
    listed("openrouter", ROUTER, model)
    price = known_price("openrouter", None, "new/model")
    assert price == Price(1.0, 2.0, (PriceTier(199_999, 3.0, 4.0),), 0.005)
    assert cost_of(price, Usage(200_000, 1000)) == pytest.approx(0.005 + 0.6 + 0.004)


def test_a_price_that_varies_is_unknown_whatever_is_published() -> None:
    published = "openai/gpt-4.1-mini"
    assert price_of("openrouter", published) is not None
    listed("openrouter", ROUTER, ModelInfo(published, ""))
    assert known_price("openrouter", None, published) is None


def test_what_another_list_leaves_out_is_taken_from_what_is_published() -> None:
    listed("openai", OPENAI, ModelInfo("gpt-4.1-mini", ""))
    assert known_price("openai", None, "gpt-4.1-mini") == Price(0.4, 1.6)


def test_a_list_without_prices_of_long_prompts_takes_those_that_are_published() -> None:
    published = price_of("google", "gemini-2.5-pro")
    assert published is not None
    (tier,) = published.tiers
    cheaper = ModelInfo("gemini-2.5-pro", "", prompt_price=0.1, completion_price=tier.completion + 1)
    listed("google", "https://generativelanguage.googleapis.com/v1beta/openai", cheaper)
    price = known_price("google", None, "gemini-2.5-pro")
    assert price is not None
    assert (price.prompt, price.completion) == (0.1, tier.completion + 1)
    assert price.rates_at(tier.above + 1) == (tier.prompt, tier.completion + 1)


def test_free_ones_stay_free() -> None:
    listed("openrouter", ROUTER, ModelInfo("x/y", "", prompt_price=0.0, completion_price=0.0))
    assert known_price("openrouter", None, "x/y") == known_price("openrouter", None, "any/thing:free") == FREE
    assert known_price("ollama", None, "any") == FREE


def test_a_cap_counts_on_the_dearest_of_all_models() -> None:
    most = dearest([Price(1.0, 9.0, (PriceTier(5, 2.0, 10.0),)), Price(3.0, 4.0, request=0.1)])
    assert most == Price(3.0, 9.0, (PriceTier(5, 3.0, 10.0),), 0.1)
    listed("openrouter", ROUTER, ModelInfo("new/model", "", prompt_price=1.0, completion_price=2.0))
    assert dearest_known("openrouter", None, ("new/model", "x/y:free")) == Price(1.0, 2.0)
    assert dearest_known("openrouter", None, ("new/model", "nobody/knows")) is None
