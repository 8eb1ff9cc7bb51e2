"""The model and the address that a provider is used with unless a run says otherwise; kept for next time."""

from dataclasses import dataclass

from providers.base_url import resolve_base_url
from providers.specs import get_provider
from services import preferences
from services.models import key_hosts


@dataclass(frozen=True, slots=True)
class ProviderDefaults:
    """What is used where nothing else is said; `base_url` is None where there is no address yet."""

    model: str
    base_url: str | None
    own_model: bool
    own_base_url: bool


def defaults_of(provider_id: str) -> ProviderDefaults:
    """A provider's own model and address, or what a person put in their place."""
    spec, saved = get_provider(provider_id), preferences.load()
    model, address = saved.models.get(spec.id, ""), saved.base_urls.get(spec.id, "")
    return ProviderDefaults(
        model or spec.default_model,
        address or key_hosts.declared_base_url(spec) or spec.base_url or None,
        own_model=model not in ("", spec.default_model),
        own_base_url=address not in ("", spec.base_url),
    )


def save_defaults(provider_id: str, model: str, base_url: str) -> ProviderDefaults:
    """Keep a model and an address, blank for the provider's own; raises InputError for an address that can't be."""
    spec, saved = get_provider(provider_id), preferences.stored()
    models, addresses = dict(saved.models), dict(saved.base_urls)
    _put(models, spec.id, "" if model.strip() == spec.default_model else model.strip())
    address = base_url.strip()
    if address:
        resolve_base_url(spec.id, address)
    _put(addresses, spec.id, "" if address == spec.base_url else address)
    preferences.save(saved.model_copy(update={"models": models, "base_urls": addresses}))
    return defaults_of(spec.id)


def _put(values: dict[str, str], name: str, value: str) -> None:
    if value:
        values[name] = value
    else:
        values.pop(name, None)
