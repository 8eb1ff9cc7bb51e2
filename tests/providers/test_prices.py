import pytest

from providers.base import Usage
from providers.prices import FREE, Price, PriceTier, cost_of, price_of
from providers.specs import PROVIDERS

TIERED = Price(1.0, 2.0, (PriceTier(100, 3.0, 4.0),))


@pytest.mark.parametrize("provider", ["ollama", "lmstudio", "demo"])
def test_what_runs_here_is_free(provider: str) -> None:
    assert price_of(provider, "anything") == FREE


def test_openrouters_free_variants_are_free() -> None:
    assert price_of("openrouter", "some/model:free") == FREE


@pytest.mark.parametrize(("provider", "model"), [("custom", "gpt-6-luna"), ("openai", "no-such-model"), ("openai", "")])
def test_an_unknown_price_is_none(provider: str, model: str) -> None:
    assert price_of(provider, model) is None


@pytest.mark.parametrize(
    ("provider", "model"),
    [(spec.id, spec.default_model) for spec in PROVIDERS if spec.default_model],
)
def test_every_default_model_has_a_price(provider: str, model: str) -> None:
    price = price_of(provider, model)
    assert price is not None
    assert price == FREE or 0 < price.prompt < price.completion < 1000


@pytest.mark.parametrize(
    ("price", "usage", "cost"),
    [
        (Price(2.0, 10.0), Usage(1_000_000, 100_000), 3.0),
        (Price(2.0, 10.0), Usage(1, 1, cost_usd=0.5), 0.5),
        (Price(2.0, 10.0), Usage(1, None), None),
        (None, Usage(1, 1), None),
        (None, Usage(1, 1, cost_usd=0.5), 0.5),
        (FREE, Usage(), 0.0),
        (TIERED, Usage(100, 100), 300 / 1e6),
        (TIERED, Usage(101, 100), (303 + 400) / 1e6),
    ],
    ids=["both", "told", "part-unknown", "unknown", "told-without-price", "free", "below-tier", "above-tier"],
)
def test_a_cost_is_exact_or_unknown(price: Price | None, usage: Usage, cost: float | None) -> None:
    assert cost_of(price, usage) == (pytest.approx(cost) if cost is not None else None)
