"""Which models a provider serves: its own list, kept for an hour and for when it can't be asked; else those we know."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import SecretStr

from engine.model_ids import is_slug_form, resolve, unknown_model
from handai_db import ListRecord, Place, Stored
from handai_errors import HandaiError
from providers.base import ModelInfo
from providers.base_url import resolve_base_url
from providers.dev_mode import dev_mode
from providers.published import built_in_models
from providers.specs import Listing, ProviderSpec, get_provider
from services import preferences
from services.home import open_catalogue

FRESH_S = 3600.0
_TRY_AGAIN_S = 60.0  # a provider that could not be asked a moment ago is not asked on every look

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class ModelList:
    """Models to choose from; `problem` says in plain words why the provider's own list, as it is now, is not there.

    `fetched_at` is when its own list was fetched, in Unix seconds; None for models that Handai knows without asking.
    `changed` is what fetching it just now changed.
    """

    models: tuple[ModelInfo, ...]
    problem: str | None = None
    fetched_at: float | None = None
    changed: Stored | None = None


def models_of(provider_id: str, base_url: str | None, key: SecretStr | None) -> ModelList:
    """The models of a provider, asked now where anyone may ask; never raises for one that can't be asked."""
    spec = get_provider(provider_id)
    return model_list(provider_id, base_url, key, refresh=spec.lists_models, ask=spec.lists_models)


def model_list(
    provider_id: str,
    base_url: str | None,
    key: SecretStr | None,
    *,
    refresh: bool = False,
    ask: bool = True,
    clock: Clock = time.time,
) -> ModelList:
    """The models of a provider: from the last hour's copy, else asked, else the last copy with its age.

    `refresh` asks whatever the copy's age, `ask` false never does. Never raises for a provider that can't be asked.
    """
    spec, place = get_provider(provider_id), place_of(provider_id, base_url)
    if spec.listing is Listing.TYPED:
        return _typed(spec, place)
    with open_catalogue() as catalogue:
        record, kept = catalogue.models.record(place), catalogue.models.all(place)
    now = clock()
    fresh = record is not None and record.fetched_at is not None and 0 <= now - record.fetched_at < FRESH_S
    if ask and (refresh or not (fresh or _just_failed(record, now))):
        problem = _reason_not_to_ask(spec, key)
        if problem is None:
            return _asked(spec, place, key, clock)
        return _kept(spec, record, kept, now, problem)
    return _kept(spec, record, kept, now, record.problem if record and ask and not fresh else None)


def built_in(provider_id: str) -> ModelList:
    """The models that Handai knows without asking."""
    return ModelList(tuple(built_in_models(get_provider(provider_id))))


def place_of(provider_id: str, base_url: str | None) -> Place:
    """Under which provider and address the models are kept; no address where none can be used."""
    spec = get_provider(provider_id)
    try:
        return Place(spec.id, resolve_base_url(spec.id, base_url))
    except HandaiError:
        return Place(spec.id, "")


def used_models(provider_id: str) -> dict[str, float]:
    """When each model of a provider was last used, in Unix seconds."""
    with open_catalogue() as catalogue:
        return catalogue.models.used(provider_id)


def model_id(provider_id: str, base_url: str | None, name: str) -> str:
    """The id that a request for `name` carries: the listed model it means, else the name itself.

    Raises NotFoundError for a name in slug form that no listed model has: no request with it could succeed.
    """
    place = place_of(provider_id, base_url)
    with open_catalogue() as catalogue:
        if catalogue.models.get(place, name):
            return name
        listed = catalogue.models.all(place)
    found = resolve(name, listed)
    if found is None and is_slug_form(name, listed):
        raise unknown_model(name, listed)
    return found or name.strip()


def age(seconds: float) -> str:
    """How old a list is, in plain words."""
    for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            number = int(seconds // size)
            return f"{number} {unit}{'' if number == 1 else 's'} old"
    return "less than a minute old"


def _asked(spec: ProviderSpec, place: Place, key: SecretStr | None, clock: Clock) -> ModelList:
    from providers.models import fetch_models

    try:
        found = tuple(asyncio.run(fetch_models(spec.id, place.base_url or None, key)))
    except HandaiError as error:
        with open_catalogue() as catalogue:
            catalogue.models.note_problem(place, str(error), clock())
            record, kept = catalogue.models.record(place), catalogue.models.all(place)
        return _kept(spec, record, kept, clock(), str(error))
    with open_catalogue() as catalogue:
        changed = catalogue.models.store(place, found, clock())
        record = catalogue.models.record(place)
        found = catalogue.models.all(place)
    return ModelList(found, None, record.fetched_at if record else None, changed)


def _kept(
    spec: ProviderSpec, record: ListRecord | None, kept: tuple[ModelInfo, ...], now: float, problem: str | None
) -> ModelList:
    """The last copy, with its age if something kept a new one from being there; else what Handai knows."""
    if record is None or record.fetched_at is None:
        return ModelList(tuple(built_in_models(spec)), problem)
    if problem is not None:
        problem = f"{problem} These models are the list of before, {age(now - record.fetched_at)}."
    return ModelList(kept, problem, record.fetched_at)


def _typed(spec: ProviderSpec, place: Place) -> ModelList:
    """The names that a person gave or used before, the last used first: no list can be asked for."""
    used = used_models(spec.id)
    names = sorted(used, key=lambda name: -used[name])
    saved = preferences.load().models.get(spec.id)
    names = list(dict.fromkeys([*spec.models, *([saved] if saved else []), *names]))
    return ModelList(tuple(ModelInfo(name, name) for name in names))


def _reason_not_to_ask(spec: ProviderSpec, key: SecretStr | None) -> str | None:
    if dev_mode():
        return "DEV_MODE is on: nothing is asked."
    if not spec.lists_models and key is None:
        return f"{spec.name} shows its own list only to those with a key."
    return None


def _just_failed(record: ListRecord | None, now: float) -> bool:
    return record is not None and record.problem_at is not None and 0 <= now - record.problem_at < _TRY_AGAIN_S
