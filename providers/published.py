"""What is published of a model where its provider's list says nothing: prices and context, without the network."""

import warnings
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from providers.base import ModelInfo
from providers.listing import count
from providers.prices import price_of
from providers.specs import ProviderSpec


def with_published_facts(spec: ProviderSpec, models: Iterable[ModelInfo]) -> list[ModelInfo]:
    """The models with published prices and context in place of what their list leaves unsaid."""
    return [_completed(spec, model) for model in models]


def built_in_models(spec: ProviderSpec) -> list[ModelInfo]:
    """The models that Handai knows without asking."""
    return with_published_facts(spec, (ModelInfo(name, name) for name in spec.models))


def _completed(spec: ProviderSpec, model: ModelInfo) -> ModelInfo:
    if spec.says_prices:
        return model  # what its list leaves out varies
    if model.prompt_price is None and (price := price_of(spec.id, model.id)) is not None:
        model = replace(model, prompt_price=price.prompt, completion_price=price.completion)
    if model.context_length is None and spec.price_provider:
        model = replace(model, context_length=_context(spec.price_provider, model.id))
    return model


@lru_cache(maxsize=512)
def _context(price_provider: str, model_id: str) -> int | None:
    import genai_prices

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = genai_prices.calc_price(genai_prices.Usage(), model_id, provider_id=price_provider)
    except LookupError:
        return None
    return count(found.model.context_window)
