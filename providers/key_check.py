"""Proves a key with the cheapest call that a wrong one can't make; a list that anyone may read proves nothing."""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import SecretStr

from handai_errors import ErrorKind, ProviderError
from providers.base_url import resolve_base_url
from providers.classify import bad_key_text, classify_value, malformed
from providers.dev_mode import dev_mode
from providers.http_rules import request_headers
from providers.listing_http import ListingCall
from providers.models import listing_headers
from providers.redact import redact
from providers.remedies import CallContext
from providers.specs import Listing, ProviderSpec, get_provider

TIMEOUT_S = 10.0
_KNOWN_BUT = {ErrorKind.PERMISSION, ErrorKind.CREDITS, ErrorKind.SPEND_CAP, ErrorKind.DAILY_QUOTA}
_NO_SUCH_PAGE = {404, 405}


class KeyStanding(StrEnum):
    """What is known of a key after it was tried."""

    WORKS = "works"
    LIMITED = "limited"  # the provider knows it, but holds it back: no credit, no right to this
    REFUSED = "refused"
    UNPROVEN = "unproven"  # the server answers whatever key is sent
    UNCHECKED = "unchecked"  # nobody could be asked
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What a provider tells about a key, in US dollars; None is unsaid, and for a limit: there is none."""

    limit_usd: float | None = None
    remaining_usd: float | None = None
    used_usd: float | None = None
    resets: str | None = None
    expires: str | None = None
    free_tier: bool | None = None


@dataclass(frozen=True, slots=True)
class KeyProof:
    """How a key stands, with what the provider said about it or why it was not taken."""

    standing: KeyStanding
    facts: KeyFacts | None = None
    error: ProviderError | None = None


async def prove_key(provider_id: str, base_url: str | None, api_key: SecretStr | None) -> KeyProof:
    """Ask the provider at that address whether it takes the key; never raises for what a provider answers."""
    spec = get_provider(provider_id)
    if not spec.key_variables or dev_mode():
        return KeyProof(KeyStanding.NOT_NEEDED)
    key = api_key.get_secret_value().strip() if api_key else ""
    address = resolve_base_url(spec.id, base_url)
    context = CallContext(spec, address, timeout_s=TIMEOUT_S, has_key=bool(key))
    if not all("!" <= c <= "~" for c in key):
        return KeyProof(KeyStanding.REFUSED, error=bad_key_text(context))
    answer = await _ask(context, key)
    if isinstance(answer, ProviderError):
        return KeyProof(_standing(answer, spec), error=answer)
    if spec.requires_api_key:
        return KeyProof(KeyStanding.WORKS, read_facts(answer))
    if not key:
        return KeyProof(KeyStanding.NOT_NEEDED)
    keyless = await _ask(context, "")
    wanted = isinstance(keyless, ProviderError) and keyless.kind in {ErrorKind.AUTH, ErrorKind.PERMISSION}
    return KeyProof(KeyStanding.WORKS if wanted else KeyStanding.UNPROVEN, read_facts(answer))


async def _ask(context: CallContext, key: str) -> object | ProviderError:
    try:
        async with ListingCall(context, _headers(context.spec, key), key) as call:
            answer = await call.get(f"{context.base_url}{context.spec.key_path}")
    except ProviderError as error:
        return error
    if isinstance(answer, dict) and answer.get("error"):
        return classify_value(context, answer, {}, redact(str(answer), (key,)))
    if isinstance(answer, list) or (isinstance(answer, dict) and answer.keys() & {"data", "models"}):
        return answer
    return malformed(context, {"content-type": "application/json"}, "", "not what such a call answers")


def _headers(spec: ProviderSpec, key: str) -> dict[str, str]:
    """As a run sends the key, except where that route has no call of this kind."""
    own_way = spec.listing is Listing.ANTHROPIC
    return listing_headers(spec, key) if own_way else request_headers(key or None, spec.headers)


def _standing(error: ProviderError, spec: ProviderSpec) -> KeyStanding:
    if error.kind is ErrorKind.AUTH:
        return KeyStanding.REFUSED
    if error.kind in _KNOWN_BUT:
        return KeyStanding.LIMITED
    if error.status in _NO_SUCH_PAGE and not spec.requires_api_key:
        return KeyStanding.UNPROVEN
    return KeyStanding.UNCHECKED


def read_facts(answer: object) -> KeyFacts | None:
    """The limits in OpenRouter's answer about a key; None where an answer has none."""
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, dict) or "usage" not in data:
        return None
    free = data.get("is_free_tier")
    return KeyFacts(
        limit_usd=_number(data.get("limit")),
        remaining_usd=_number(data.get("limit_remaining")),
        used_usd=_number(data.get("usage")),
        resets=_text(data.get("limit_reset")),
        expires=_text(data.get("expires_at")),
        free_tier=free if isinstance(free, bool) else None,
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
