"""Which host a key may go to: its provider's own, and those that the person named on this machine; no other."""

from handai_errors import HandaiError
from providers.base_url import host_of, resolve_base_url
from providers.specs import ProviderSpec, get_provider
from providers.variables import variable
from services import preferences
from services.home import open_catalogue

_SETTING = "key_hosts"


def declared_base_url(spec: ProviderSpec) -> str | None:
    """The address that a variable such as AZURE_OPENAI_ENDPOINT gives to this provider."""
    found = variable(spec.base_url_variable) if spec.base_url_variable else None
    return found.value if found else None


def host(provider_id: str, base_url: str | None) -> str | None:
    """The host that a call would go to; None while there is no address that can be used."""
    spec = get_provider(provider_id)
    try:
        return host_of(resolve_base_url(spec.id, base_url or declared_base_url(spec)))
    except HandaiError:
        return None


def own_host(provider_id: str) -> str | None:
    """The provider's own host; None where each person has another one."""
    spec = get_provider(provider_id)
    return host_of(spec.base_url) if spec.base_url else None


def may_have_key(provider_id: str, base_url: str | None) -> bool:
    """Whether the provider's key may go to that address.

    A spec from elsewhere can name any address: it gets the key only if the person named it too, by a variable, a
    flag or in the app.
    """
    wanted = host(provider_id, base_url)
    if wanted is None or wanted == own_host(provider_id):
        return True
    spec = get_provider(provider_id)
    said = [declared_base_url(spec), preferences.load().base_urls.get(spec.id)]
    return wanted in {host(spec.id, url) for url in said if url} or wanted in _remembered().get(spec.id, [])


def remember_host(provider_id: str, base_url: str | None) -> None:
    """The person named this address for the provider: its key may go there, now and when a run is resumed."""
    wanted = host(provider_id, base_url)
    if wanted is None or wanted == own_host(provider_id) or wanted in _remembered().get(provider_id, []):
        return
    with open_catalogue() as catalogue:
        known = catalogue.settings.all().get(_SETTING, {})
        catalogue.settings.put({_SETTING: {**known, provider_id: sorted({*known.get(provider_id, []), wanted})}})


def remember_meant(provider_id: str, base_url: str | None, *, typed: bool) -> None:
    """Remember an address that a person gave beside a button: with a typed key, or where each has one's own."""
    spec = get_provider(provider_id)
    if typed or spec.needs_base_url or spec.local:
        remember_host(spec.id, base_url)


def _remembered() -> dict[str, list[str]]:
    with open_catalogue() as catalogue:
        found: dict[str, list[str]] = catalogue.settings.all().get(_SETTING, {})
    return found
