"""Which models a provider serves: its own list where it has one, the built-in list where it can't be asked."""

import asyncio
from dataclasses import dataclass

from pydantic import SecretStr

from handai_errors import HandaiError
from providers.base import ModelInfo
from providers.models import list_models
from providers.specs import get_provider


@dataclass(frozen=True, slots=True)
class ModelList:
    """Models to choose from; `problem` says in plain words why the provider's own list is not among them."""

    models: tuple[ModelInfo, ...]
    problem: str | None = None


def models_of(provider_id: str, base_url: str | None, key: SecretStr | None) -> ModelList:
    """The models of a provider; never raises for a provider that can't be asked. A typed name always works."""
    try:
        return ModelList(tuple(asyncio.run(list_models(provider_id, base_url, key))))
    except HandaiError as error:
        return ModelList(built_in(provider_id).models, str(error))


def built_in(provider_id: str) -> ModelList:
    """The models that Handai knows without asking."""
    return ModelList(tuple(ModelInfo(name, name) for name in get_provider(provider_id).models))
