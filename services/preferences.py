"""What a person set last time, keys excepted, is there next time."""

from typing import Annotated, Literal

from pydantic import Field, ValidationError

from engine.declared import Declared
from engine.spec import DEFAULT_MAX_ATTEMPTS, DEFAULT_TIMEOUT_S, MAX_CONCURRENCY
from services.environment import default_models
from services.home import environment, open_catalogue

_KEY = "preferences"


class Preferences(Declared):
    """The settings of the Transform page and of the command line's defaults; models and addresses by provider."""

    provider: str = "demo"
    models: dict[str, str] = Field(default_factory=dict)
    base_urls: dict[str, str] = Field(default_factory=dict)
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    json_mode: bool = False
    concurrency: Literal["auto"] | Annotated[int, Field(ge=1, le=MAX_CONCURRENCY)] = "auto"
    preview_rows: Annotated[int, Field(ge=1, le=100)] = 5
    max_attempts: Annotated[int, Field(ge=1, le=20)] = DEFAULT_MAX_ATTEMPTS
    timeout_s: Annotated[float, Field(gt=0, le=3600)] = DEFAULT_TIMEOUT_S
    keep_days: Annotated[int, Field(ge=1)] | None = None


def load() -> Preferences:
    """The saved settings, the environment's over them."""
    return _with_environment(stored())


def stored() -> Preferences:
    """The saved settings alone; what can't be read any more falls back to the defaults."""
    with open_catalogue() as catalogue:
        saved = catalogue.settings.all().get(_KEY, {})
    try:
        return Preferences.model_validate(saved)
    except ValidationError:
        return Preferences()


def save(preferences: Preferences) -> None:
    """Keep these settings for next time."""
    with open_catalogue() as catalogue:
        catalogue.settings.put({_KEY: preferences.model_dump(mode="json")})


def _with_environment(preferences: Preferences) -> Preferences:
    said = environment()
    provider = said.provider or preferences.provider
    models, base_urls = {**preferences.models, **default_models()}, dict(preferences.base_urls)
    if said.model:
        models[provider] = said.model
    if said.base_url:
        base_urls[provider] = said.base_url
    return preferences.model_copy(update={"provider": provider, "models": models, "base_urls": base_urls})
