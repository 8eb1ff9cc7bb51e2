"""Which key is in force: typed in this visit, the environment, .env, secrets.env. Keys are never stored by Handai."""

import os
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values
from pydantic import SecretStr

from handai_errors import InputError
from providers.key_hints import key_hint, mask_key
from providers.specs import get_provider

_FILES = (".env", "secrets.env")


@dataclass(frozen=True, slots=True)
class KeyInForce:
    """A key and where it came from, in plain words."""

    key: SecretStr
    source: str

    @property
    def shown(self) -> str:
        """The key as it may be shown."""
        return mask_key(self.key.get_secret_value())


def find_key(provider_id: str, typed: SecretStr | None = None) -> KeyInForce | None:
    """The key in force for a provider, or None; a typed one wins."""
    if typed and typed.get_secret_value().strip():
        return KeyInForce(SecretStr(typed.get_secret_value().strip()), "typed here, for this visit")
    variables = get_provider(provider_id).key_variables
    for variable in variables:
        if os.environ.get(variable, "").strip():
            return KeyInForce(SecretStr(os.environ[variable].strip()), f"the environment variable {variable}")
    for name in _FILES:
        values = dotenv_values(Path(name)) if Path(name).is_file() else {}
        for variable in variables:
            if (values.get(variable) or "").strip():
                return KeyInForce(SecretStr((values[variable] or "").strip()), f"{variable} in {name}")
    return None


def require_key(provider_id: str, typed: SecretStr | None = None) -> SecretStr | None:
    """The key in force; raises InputError when the provider needs one and there is none."""
    found = find_key(provider_id, typed)
    spec = get_provider(provider_id)
    if found is None and spec.requires_api_key:
        variables = " or ".join(spec.key_variables)
        raise InputError(
            f"{spec.name} needs a key, and there is none.",
            f"Paste it on the Transform page, or set {variables}. Keys: {spec.key_page}",
        )
    return found.key if found else None


def hint(provider_id: str, key: SecretStr) -> str | None:
    """A warning when the key looks like another provider's or has stray characters; never a refusal."""
    return key_hint(provider_id, key.get_secret_value())
