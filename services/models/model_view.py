"""Models as a person sees them: what their provider says, when they were used, and whether they work."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import SecretStr

from engine.model_ids import slugs_of
from engine.model_order import SortBy, order_key, search
from handai_errors import InputError
from providers.base import ModelInfo
from providers.specs import PROVIDERS, ProviderSpec, get_provider
from services import preferences
from services.models import key_hosts, keys
from services.models.model_lists import ModelList, model_list, used_models
from services.models.model_record import Known, known_models


@dataclass(frozen=True, slots=True)
class Reach:
    """How a provider is reached: the address that a person gave, if any, and the key in force there."""

    provider: ProviderSpec
    base_url: str | None
    key: SecretStr | None


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One model of one provider; `used_at` in Unix seconds, None is never."""

    provider: str
    info: ModelInfo
    slug: str
    used_at: float | None
    known: Known

    def figures(self) -> dict[str, Any]:
        """The model as the command line's --json prints it; unknown is None."""
        check, health = self.known.check, self.known.health
        return {
            "provider": self.provider,
            "slug": self.slug,
            **asdict(self.info),
            "used_at": self.used_at,
            "standing": check.standing if check else None,
            "checked_at": check.checked_at if check else None,
            "disabled": self.known.disabled,
            "health": {**asdict(health), "error_rate": health.error_rate} if health else None,
        }


@dataclass(frozen=True, slots=True)
class ListView:
    """The models of one provider, and what is to be said about the list."""

    reach: Reach
    list: ModelList
    rows: tuple[ModelRow, ...]

    def figures(self) -> dict[str, Any]:
        """The list as the command line's --json prints it."""
        changed = self.list.changed
        return {
            "provider": self.reach.provider.id,
            "fetched_at": self.list.fetched_at,
            "problem": self.list.problem,
            "changed": asdict(changed) if changed else None,
            "models": [row.figures() for row in self.rows],
        }


def reach(provider_id: str, base_url: str | None = None, *, key_needed: bool = False) -> Reach:
    """The provider with its address and key in force; raises InputError where the key may not go there, or lacks."""
    spec = get_provider(provider_id)
    if base_url:
        key_hosts.remember_host(spec.id, base_url)
    address = base_url or preferences.load().base_urls.get(spec.id) or key_hosts.declared_base_url(spec)
    there = key_needed or keys.find_key(spec.id, base_url=address) is not None
    return Reach(spec, address, keys.require_key(spec.id, base_url=address) if there else None)


def reachable() -> tuple[Reach, ...]:
    """The providers that a person set up: with a key or an address, or on this computer; the demo left out."""
    found: list[Reach] = []
    for spec in PROVIDERS:
        if spec.id == "demo":
            continue
        try:
            item = reach(spec.id)
        except InputError:  # its key is not for its address: naming the provider tells why
            continue
        if item.key or item.base_url or (spec.local and spec.base_url):
            found.append(item)
    return tuple(found)


def list_view(found: Reach, *, refresh: bool = False, ask: bool = True) -> ListView:
    """The provider's models with all that is known of them."""
    provider = found.provider.id
    listed = model_list(provider, found.base_url, found.key, refresh=refresh, ask=ask)
    used, known = used_models(provider), known_models(provider, found.base_url)
    slugs = slugs_of(model.id for model in listed.models)
    rows = tuple(
        ModelRow(provider, model, slugs[model.id], used.get(model.id), known.get(model.id, Known()))
        for model in listed.models
    )
    return ListView(found, listed, rows)


def chosen_rows(rows: Iterable[ModelRow], text: str, by: SortBy) -> list[ModelRow]:
    """The rows that a search finds, sorted."""
    shown = _found(tuple(rows), text)
    return sorted(shown, key=lambda row: order_key(row.info, by, row.used_at))


def _found(rows: Sequence[ModelRow], text: str) -> list[ModelRow]:
    return [row for row in rows if search((row.info,), text)]
