"""What a model costs: from genai-prices' own data, without the network, loaded only when asked."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from providers.base import ModelInfo, Usage
from providers.specs import get_provider

if TYPE_CHECKING:
    from genai_prices.types import TieredPrices

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class PriceTier:
    """Prices of a call whose prompt has more than `above` tokens."""

    above: int
    prompt: float
    completion: float


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens; `tiers`, in ascending order, price the whole of a call with a longer prompt.

    `request` is what each call costs beside its tokens, in US dollars.
    """

    prompt: float
    completion: float
    tiers: tuple[PriceTier, ...] = ()
    request: float = 0.0

    def rates_at(self, prompt_tokens: int) -> tuple[float, float]:
        """The prompt's and the completion's price for a prompt of that length."""
        reached = [tier for tier in self.tiers if prompt_tokens > tier.above]
        return (reached[-1].prompt, reached[-1].completion) if reached else (self.prompt, self.completion)


FREE = Price(0.0, 0.0)


@lru_cache(maxsize=512)
def price_of(provider_id: str, model: str) -> Price | None:
    """The model's price; free where it runs on this computer, None where nobody knows it."""
    spec = get_provider(provider_id)
    if spec.local or (spec.free_suffix and model.endswith(spec.free_suffix)):
        return FREE
    return _published_price(spec.price_provider, model) if spec.price_provider and model else None


def listed_price(provider_id: str, listed: ModelInfo) -> Price | None:
    """The price in the provider's own list, else the published one; None where it varies or nobody knows it.

    A list that says no prices of longer prompts, as one kept from an earlier version, takes the published ones.
    """
    published = price_of(provider_id, listed.id)
    if published == FREE:
        return FREE
    if listed.prompt_price is None or listed.completion_price is None:
        return None if get_provider(provider_id).says_prices else published
    tiers = tuple(PriceTier(*tier) for tier in listed.price_tiers or ())
    own = Price(listed.prompt_price, listed.completion_price, tiers, listed.request_price or 0.0)
    if tiers or published is None or own == FREE:
        return own
    return replace(own, tiers=dearest([own, replace(published, prompt=0.0, completion=0.0)]).tiers)


def dearest(prices: Sequence[Price]) -> Price:
    """The most that any of them comes to."""
    starts = sorted({tier.above for price in prices for tier in price.tiers})
    tiers = [PriceTier(start, *_most([price.rates_at(start + 1) for price in prices])) for start in starts]
    base = _most([(price.prompt, price.completion) for price in prices])
    return Price(*base, tuple(tiers), max(price.request for price in prices))


def _most(rates: list[tuple[float, float]]) -> tuple[float, float]:
    return max(prompt for prompt, _ in rates), max(completion for _, completion in rates)


def cost_of(price: Price | None, usage: Usage) -> float | None:
    """What `usage` cost: the provider's own figure where it said one, None where a part is unknown."""
    if usage.cost_usd is not None:
        return usage.cost_usd
    if price is None:
        return None
    if price == FREE:
        return 0.0
    if usage.prompt_tokens is None or usage.completion_tokens is None:
        return None
    prompt, completion = price.rates_at(usage.prompt_tokens)
    return price.request + (usage.prompt_tokens * prompt + usage.completion_tokens * completion) / _MILLION


def _published_price(price_provider: str, model: str) -> Price | None:
    import genai_prices

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = genai_prices.calc_price(genai_prices.Usage(), model, provider_id=price_provider)
    except LookupError:
        return None
    prompt = _steps(getattr(found.model_price, "input_mtok", None))
    completion = _steps(getattr(found.model_price, "output_mtok", None))
    if not prompt or not completion:
        return None
    starts = sorted((set(prompt) | set(completion)) - {0})
    tiers = tuple(PriceTier(start, _at(prompt, start), _at(completion, start)) for start in starts)
    return Price(prompt[0], completion[0], tiers)


def _steps(price: "Decimal | TieredPrices | None") -> dict[int, float]:
    """Prices by the number of prompt tokens from which they hold; empty if there is none."""
    if price is None:
        return {}
    if isinstance(price, Decimal):
        return {0: float(price)}
    return {0: float(price.base), **{tier.start: float(tier.price) for tier in price.tiers}}


def _at(steps: dict[int, float], tokens: int) -> float:
    return steps[max(start for start in steps if start <= tokens)]
