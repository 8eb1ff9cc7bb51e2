"""Asks an aggregator afterwards what an answer was: who gave it, its tokens in the model's own count, its cost."""

from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from providers.attribution import own_headers
from providers.http_rules import request_headers
from providers.listing_http import ListingCall
from providers.remedies import CallContext
from providers.specs import ProviderSpec

_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Generation:
    """What a provider remembers of an answer; None is unsaid."""

    upstream: str | None = None
    model: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost_usd: float | None = None


def generations_call(spec: ProviderSpec, base_url: str, api_key: SecretStr | None) -> ListingCall:
    """A connection that asks with the key that made the calls; use it as an async context manager."""
    key = api_key.get_secret_value().strip() if api_key else ""
    context = CallContext(spec, base_url, timeout_s=_TIMEOUT_S, has_key=bool(key))
    return ListingCall(context, request_headers(key or None, own_headers(spec)), key)


async def fetch_generation(call: ListingCall, generation: str) -> Generation:
    """What is known of one answer; raises ProviderError."""
    context = call.context
    return read_generation(await call.get(f"{context.base_url}{context.spec.generation_path}", {"id": generation}))


def read_generation(value: object) -> Generation:
    """The facts in what OpenRouter answers; whatever it leaves out is unknown."""
    data = value.get("data") if isinstance(value, dict) else None
    if not isinstance(data, dict):
        return Generation()
    return Generation(
        upstream=_text(data.get("provider_name")),
        model=_text(data.get("model")),
        prompt_tokens=_count(data.get("native_tokens_prompt")),
        completion_tokens=_count(data.get("native_tokens_completion")),
        cost_usd=_amount(data.get("total_cost")),
    )


def _text(value: Any) -> str | None:  # noqa: ANN401 any JSON
    return value if isinstance(value, str) and value else None


def _count(value: Any) -> int | None:  # noqa: ANN401 any JSON
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _amount(value: Any) -> float | None:  # noqa: ANN401 any JSON
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else None
