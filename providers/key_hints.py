"""Hints about a key before it is used: they warn and name the likely provider, they never block."""

from providers.specs import PROVIDERS, get_provider

_SHORTEST_SHOWN = 20
_GENERIC_PREFIX = "sk-"  # several providers use it: it proves nothing by itself


def key_hint(provider_id: str, key: str) -> str | None:
    """A warning about `key` for this provider, or None if it looks as it should."""
    if not key:
        return None
    return _typing_hint(key) or _foreign_hint(provider_id, key)


def mask_key(key: str) -> str:
    """The key's prefix and last four characters, if it is long enough to spare them."""
    if len(key) < _SHORTEST_SHOWN:
        return "•" * 8
    return f"{_longest_prefix(key) or key[:3]}…{key[-4:]}"


def _typing_hint(key: str) -> str | None:
    if "\n" in key or "\r" in key:
        return "This key contains a line break. Paste it again as one line."
    if any(c.isspace() for c in key):
        return "This key contains spaces. Paste it again without them."
    if key[0] in "\"'“”‘’`" or key[-1] in "\"'“”‘’`":
        return "This key is in quotation marks. Paste it without them."
    if not key.isascii():
        return "This key contains characters that no key has (perhaps a dash or quote changed by a text editor)."
    if key.lower().startswith("bearer"):
        return "Paste the key alone, without the word Bearer."
    return None


def _foreign_hint(provider_id: str, key: str) -> str | None:
    own = get_provider(provider_id)
    owner = likely_provider(key)
    if owner is None or owner == provider_id or not own.requires_api_key:
        return None
    expected = (
        f"; {own.name} keys begin with {own.key_prefixes[0].rstrip('.')}."
        if own.key_prefixes
        else f", not {own.name}'s."
    )
    return f"This looks like {_a_name(owner)} key{expected}"


def likely_provider(key: str) -> str | None:
    """The id of the provider whose key prefix `key` has; None if it could be anyone's."""
    prefix = _longest_prefix(key)
    if prefix in {"", _GENERIC_PREFIX}:
        return None
    return next(spec.id for spec in PROVIDERS if prefix in spec.key_prefixes)


def _longest_prefix(key: str) -> str:
    prefixes = [p for spec in PROVIDERS for p in spec.key_prefixes if key.startswith(p)]
    return max(prefixes, key=len, default="")


def _a_name(provider_id: str) -> str:
    name = get_provider(provider_id).name
    named = f"{name} (Gemini)" if provider_id == "google" else name
    return f"{'an' if name[0] in 'AEIO' else 'a'} {named}"
