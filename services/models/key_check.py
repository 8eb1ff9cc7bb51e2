"""A key, checked when it is entered: first what its look says, then what the provider says, in plain words."""

import asyncio
from dataclasses import dataclass

from pydantic import SecretStr

from handai_errors import ErrorKind, HandaiError, ProviderError
from providers.key_check import KeyFacts, KeyProof, KeyStanding, prove_key
from providers.key_hints import key_hint
from providers.specs import ProviderSpec, get_provider
from services.dev_mode import dev_mode, dev_mode_notice
from services.models import key_hosts, keys

_TRIED = {KeyStanding.WORKS, KeyStanding.LIMITED, KeyStanding.UNPROVEN, KeyStanding.NOT_NEEDED}


@dataclass(frozen=True, slots=True)
class KeyReport:
    """What a person is told about a provider's key; `lines` in the order to read them."""

    provider: str
    standing: KeyStanding
    lines: tuple[str, ...]
    shown: str | None = None
    source: str | None = None
    facts: KeyFacts | None = None
    error: ProviderError | None = None
    key_page: str = ""

    @property
    def usable(self) -> bool:
        """Whether nothing is known against using it."""
        return self.standing in _TRIED


def check_key(provider_id: str, typed: SecretStr | None = None, base_url: str | None = None) -> KeyReport:
    """Try the key in force for a provider at that address; never raises for what a provider answers."""
    spec = get_provider(provider_id)
    if (notice := dev_mode_notice()) is not None:
        return KeyReport(spec.id, KeyStanding.NOT_NEEDED, (notice,))
    address = base_url or key_hosts.declared_base_url(spec)
    try:
        key = keys.require_key(spec.id, typed, address)
        found = keys.find_key(spec.id, typed, address)
        proof = asyncio.run(prove_key(spec.id, address, key))
    except HandaiError as error:  # no key, no address, or a key that is not for that address: nothing was sent
        return KeyReport(spec.id, KeyStanding.UNCHECKED, (str(error),), key_page=spec.key_page)
    hint = key_hint(spec.id, key.get_secret_value()) if key else None
    lines = (*((hint,) if hint else ()), *_told(spec, proof))
    return KeyReport(
        spec.id,
        proof.standing,
        lines,
        shown=found.shown if found else None,
        source=found.source if found else None,
        facts=proof.facts,
        error=proof.error,
        key_page=spec.key_page,
    )


def may_be_tried(provider_id: str, key: SecretStr, base_url: str | None = None) -> bool:
    """Whether a key may go out as soon as it was entered: it looks like this provider's, and has somewhere to go."""
    there = key_hosts.host(provider_id, base_url) is not None
    return there and not dev_mode() and key_hint(provider_id, key.get_secret_value()) is None


def _told(spec: ProviderSpec, proof: KeyProof) -> tuple[str, ...]:
    said = _said(proof.error)
    page = (f"Keys of {spec.name}: {spec.key_page}",) if spec.key_page and spec.key_page not in " ".join(said) else ()
    match proof.standing:
        case KeyStanding.WORKS:
            return (f"The key works: {spec.name} took it.", *facts_told(proof.facts))
        case KeyStanding.NOT_NEEDED:
            return (f"{spec.name} needs no key.",)
        case KeyStanding.UNPROVEN:
            return (
                f"{spec.name} answered, but it answers any key: whether this one is right shows with the first row.",
            )
        case KeyStanding.REFUSED:
            return ("Invalid API key.", *said, *page)
        case KeyStanding.LIMITED:
            return (f"{spec.name} knows the key, but holds it back.", *said, *page)
        case KeyStanding.UNCHECKED:
            return ("The key could not be checked; it may be right.", *said)


def facts_told(facts: KeyFacts | None) -> tuple[str, ...]:
    """What a provider told about a key, one sentence each."""
    if facts is None:
        return ()
    told: list[str] = []
    if facts.remaining_usd is not None:
        of = f" of ${facts.limit_usd:.2f}" if facts.limit_usd is not None else ""
        resets = f", renewed {facts.resets}" if facts.resets else ""
        told.append(f"${facts.remaining_usd:.2f}{of} is left on it{resets}.")
    elif facts.limit_usd is None:
        told.append("It has no spending limit of its own.")
    if facts.used_usd is not None:
        told.append(f"${facts.used_usd:.2f} was spent with it so far.")
    if facts.free_tier:
        told.append("No credit was bought yet: free models only, and few requests a day.")
    if facts.expires:
        told.append(f"It ends at {facts.expires}.")
    if facts.remaining_usd is not None and facts.remaining_usd <= 0:
        told.append("Raise its limit before a run: nothing is left.")
    return tuple(told)


def _said(error: ProviderError | None) -> tuple[str, ...]:
    if error is None:
        return ()
    if error.kind is ErrorKind.AUTH:
        return (error.remedy,)
    return tuple(part for part in (error.cause, error.remedy) if part)
