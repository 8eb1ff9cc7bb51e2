"""Which key is in force and why: this session's, the environment's, .env, secrets.env, the keyring's; in this order."""

from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import SecretStr

from handai_errors import InputError
from providers.dev_mode import dev_mode
from providers.key_hints import key_hint, mask_key
from providers.redact import protect
from providers.specs import ProviderSpec, get_provider
from providers.variables import variables
from services.home import open_catalogue
from services.models import key_hosts, keyring_store

_STORED = "keyring_names"


class KeySource(StrEnum):
    """The places where a key can be, the strongest first."""

    TYPED = "typed"
    ENVIRONMENT = "environment"
    DOTENV = ".env"
    SECRETS = "secrets.env"
    KEYRING = "keyring"


@dataclass(frozen=True, slots=True)
class KeyInForce:
    """A key and where it came from; `source` says it in plain words."""

    key: SecretStr
    source: str
    place: KeySource

    @property
    def shown(self) -> str:
        """The key as it may be shown."""
        return mask_key(self.key.get_secret_value())


@dataclass(frozen=True, slots=True)
class KeyState:
    """Everything to show about a provider's key: the one in force, those it hides, and why it is this one."""

    in_force: KeyInForce | None
    hidden: tuple[KeyInForce, ...]
    why: str
    hint: str | None
    keyring: bool


@dataclass(slots=True)
class VisitKeys:
    """The keys typed in one visit, kept for this session only; each belongs to a provider and the host it is for."""

    _keys: dict[tuple[str, str | None], SecretStr] = field(default_factory=dict, repr=False)

    def put(self, provider_id: str, base_url: str | None, key: SecretStr | None) -> None:
        """Keep what was typed; None or blank forgets it. Other providers' keys stay."""
        place = (provider_id, key_hosts.host(provider_id, base_url))
        if key and key.get_secret_value().strip():
            self._keys[place] = SecretStr(key.get_secret_value().strip())
        else:
            self._keys.pop(place, None)

    def get(self, provider_id: str, base_url: str | None) -> SecretStr | None:
        """The key typed for this provider at this host; one typed before there was a host is for the first there is."""
        host = key_hosts.host(provider_id, base_url)
        unbound = self._keys.pop((provider_id, None), None) if host is not None else None
        if unbound is not None:
            self._keys.setdefault((provider_id, host), unbound)
        return self._keys.get((provider_id, host))

    def any_of(self, provider_id: str) -> bool:
        """Whether a key was typed for this provider, at whatever host."""
        return any(provider == provider_id for provider, _ in self._keys)


def find_key(provider_id: str, typed: SecretStr | None = None, base_url: str | None = None) -> KeyInForce | None:
    """The key in force for a provider at that address, or None."""
    found = all_keys(provider_id, typed, base_url, first=True)
    return found[0] if found else None


def all_keys(
    provider_id: str, typed: SecretStr | None = None, base_url: str | None = None, *, first: bool = False
) -> tuple[KeyInForce, ...]:
    """Every key that is there for a provider, the one in force first; `first` looks no further than that."""
    spec = get_provider(provider_id)
    found: list[KeyInForce] = []
    if typed and typed.get_secret_value().strip():
        found.append(
            KeyInForce(SecretStr(typed.get_secret_value().strip()), "typed here, for this visit", KeySource.TYPED)
        )
    for item in variables(*spec.key_variables):
        place = KeySource(item.file) if item.file else KeySource.ENVIRONMENT
        found.append(KeyInForce(SecretStr(item.value), item.where, place))
    if not (found and first) and (stored := _in_keyring(spec, base_url)) is not None:
        found.append(KeyInForce(stored, "this computer's keyring", KeySource.KEYRING))
    for known in found:
        protect(known.key.get_secret_value())
    return tuple(found)


def key_state(provider_id: str, typed: SecretStr | None = None, base_url: str | None = None) -> KeyState:
    """Which key is in force and why, for a person to see."""
    found = all_keys(provider_id, typed, base_url)
    hint = key_hint(provider_id, found[0].key.get_secret_value()) if found else None
    return KeyState(found[0] if found else None, found[1:], _why(provider_id, found), hint, keyring_store.is_usable())


def require_key(
    provider_id: str, typed: SecretStr | None = None, base_url: str | None = None, *, in_app: bool = False
) -> SecretStr | None:
    """The key to send to that address; raises InputError when one is needed and missing, or is not for that host.

    `in_app` leaves out what only concerns the command line.
    """
    spec = get_provider(provider_id)
    if dev_mode():
        return None
    found = find_key(provider_id, typed, base_url)
    if found is None and spec.requires_api_key:
        raise InputError(f"{spec.name} needs a key, and there is none.", _how_to_give_one(spec, in_app=in_app))
    if found is None:
        return None
    if found.place is not KeySource.TYPED and not key_hosts.may_have_key(spec.id, base_url):
        raise _foreign_host(spec, found, base_url)
    return found.key


def store_in_keyring(provider_id: str, key: SecretStr, base_url: str | None = None) -> None:
    """Keep a key in this computer's keyring, for the host of `base_url`; raises InputError where there is none."""
    name = _name(get_provider(provider_id), base_url)
    if not key.get_secret_value().strip():
        raise InputError("There is no key to store.", "Paste it first.")
    keyring_store.store(name, key)
    _note({*_noted(), name})
    key_hosts.remember_host(provider_id, base_url)


def delete_from_keyring(provider_id: str, base_url: str | None = None) -> bool:
    """Remove a provider's key from the keyring; False if there was none."""
    name = _name(get_provider(provider_id), base_url)
    deleted = keyring_store.delete(name)
    if name in _noted():
        _note(_noted() - {name})
    return deleted


def stored_names() -> frozenset[str]:
    """What was stored in the keyring from here, by name; the keyring itself is not asked, which takes a while."""
    return frozenset(_noted())


def hint(provider_id: str, key: SecretStr) -> str | None:
    """A warning when the key looks like another provider's or has stray characters; never a refusal."""
    return key_hint(provider_id, key.get_secret_value())


def _why(provider_id: str, found: tuple[KeyInForce, ...]) -> str:
    spec = get_provider(provider_id)
    if not found:
        needed = "needs one, and there is none" if spec.requires_api_key else "needs none"
        return f"No key yet: {spec.name} {needed}."
    first = found[0]
    if len(found) == 1:
        return f"{first.shown} is used, {_whence(first)}. There is no other."
    others = " and ".join(f"{item.shown} {_whence(item)}" for item in found[1:])
    return f"{first.shown} is used, {_whence(first)}. It comes before {others}."


def _whence(found: KeyInForce) -> str:
    return found.source if found.place is KeySource.TYPED else f"from {found.source}"


def _how_to_give_one(spec: ProviderSpec, *, in_app: bool) -> str:
    where = f"You get a key at {spec.key_page}. " if spec.key_page else ""
    if in_app:
        return f"{where}Paste it into the field “Key for {spec.name}”."
    named = " or ".join(spec.key_variables)
    return (
        f"{where}In the app paste it into the field “Key for {spec.name}”; for the command line set the variable "
        f"{named}, or write it into a file named .env as {spec.key_variables[0]}=your-key."
    )


def _foreign_host(spec: ProviderSpec, found: KeyInForce, base_url: str | None) -> InputError:
    host = key_hosts.host(spec.id, base_url)
    variable = f", or set {spec.base_url_variable}" if spec.base_url_variable else ""
    return InputError(
        f"The key from {found.source} is not for {host}: nothing was sent.",
        f"If you trust that address, name it yourself with --base-url or in the app{variable}; "
        "else take it out of the spec.",
    )


def _in_keyring(spec: ProviderSpec, base_url: str | None) -> SecretStr | None:
    if not spec.key_variables:
        return None
    name = _name(spec, base_url)
    # Asking takes a fifth of a second: where no key is needed it is only done for those that were stored.
    return keyring_store.lookup(name) if spec.requires_api_key or name in _noted() else None


def _name(spec: ProviderSpec, base_url: str | None) -> str:
    """What a key is called in the keyring: its provider, and its host where that is not the provider's own."""
    host = key_hosts.host(spec.id, base_url)
    return spec.id if host is None or host == key_hosts.own_host(spec.id) else f"{spec.id}@{host}"


def _noted() -> set[str]:
    """Names, never keys, of what was stored in the keyring."""
    with open_catalogue() as catalogue:
        return {str(name) for name in catalogue.settings.all().get(_STORED, [])}


def _note(names: set[str]) -> None:
    with open_catalogue() as catalogue:
        catalogue.settings.put({_STORED: sorted(names)})
