"""Lists the models a provider serves: asked where its list says something, built in where it doesn't."""

import asyncio
from collections.abc import Iterable
from typing import Any

import httpx2
from pydantic import SecretStr

from handai_errors import ErrorKind, ProviderError
from providers.base import ModelInfo
from providers.base_url import resolve_base_url
from providers.classify import TransportFault, bad_key_text, classify_status, classify_transport, malformed
from providers.error_body import parse_json
from providers.http_faults import fault_of
from providers.http_settings import http_settings, request_headers
from providers.key_hints import key_hint
from providers.prices import price_of
from providers.redact import redact
from providers.remedies import CallContext
from providers.specs import ProviderSpec, get_provider

_TIMEOUT_S = 10.0
_MILLION = 1_000_000


async def list_models(provider_id: str, base_url: str | None, api_key: SecretStr | None) -> list[ModelInfo]:
    """The models of that provider, sorted by id when asked for; every failure is a ProviderError."""
    spec = get_provider(provider_id)
    if not spec.lists_models:
        return [_built_in(spec, model) for model in spec.models]
    key = api_key.get_secret_value().strip() if api_key else ""
    address = resolve_base_url(spec.id, base_url)
    context = CallContext(spec, address, timeout_s=_TIMEOUT_S, key_hint=key_hint(spec.id, key), has_key=bool(key))
    if not all("!" <= c <= "~" for c in key):
        raise bad_key_text(context)
    outcome = await _ask(context, key)
    if isinstance(outcome, ProviderError):
        raise outcome
    return outcome


async def _ask(context: CallContext, key: str) -> list[ModelInfo] | ProviderError:
    keys = (key,) if key else ()
    settings = http_settings(context.base_url, request_headers(key or None, context.spec.headers))
    try:
        async with asyncio.timeout(_TIMEOUT_S), httpx2.AsyncClient(timeout=_TIMEOUT_S, **settings) as client:
            response = await client.get(f"{context.base_url}/models")
    except TimeoutError:
        return classify_transport(context, TransportFault.TIMEOUT)
    except Exception as error:  # noqa: BLE001 - whatever fails below is this one call's failure
        detail = redact(f"{type(error).__name__}: {error}", keys)
        fault = fault_of(error)
        if fault is None:
            return ProviderError(ErrorKind.INTERNAL, "The list of models could not be read.", raw=detail)
        return classify_transport(context, fault, detail)
    return _read(context, response, keys)


def _read(context: CallContext, response: httpx2.Response, keys: tuple[str, ...]) -> list[ModelInfo] | ProviderError:
    text = redact(response.text, keys)
    if not response.is_success:
        return classify_status(context, response.status_code, response.headers, text)
    listed = _listed(parse_json(response.content))
    if listed is None:
        return malformed(context, response.headers, text, "not a list of models")
    models = [model for model in (_model(item) for item in listed) if model]
    return sorted(models, key=lambda model: model.id.lower())


def _listed(value: object) -> Iterable[object] | None:
    """The list in {"data": []}, {"models": []} or a bare array."""
    if isinstance(value, dict):
        value = value.get("data") if value.get("data") is not None else value.get("models")
    return value if isinstance(value, list) else None


def _model(item: object) -> ModelInfo | None:
    entry: dict[str, Any] = item if isinstance(item, dict) else {"id": item}
    model_id = entry.get("id") or entry.get("name")
    if not isinstance(model_id, str) or not model_id:
        return None
    pricing = entry.get("pricing") if isinstance(entry.get("pricing"), dict) else {}
    context = entry.get("context_length") or entry.get("max_model_len") or entry.get("max_context_length")
    return ModelInfo(
        id=model_id,
        name=str(entry.get("name") or model_id),
        context_length=context if isinstance(context, int) else None,
        prompt_price=_per_million((pricing or {}).get("prompt")),
        completion_price=_per_million((pricing or {}).get("completion")),
    )


def _per_million(per_token: object) -> float | None:
    """OpenRouter's price strings are dollars per token; a negative one means that it varies."""
    try:
        price = float(str(per_token))
    except ValueError:
        return None
    return round(price * _MILLION, 6) if price >= 0 else None


def _built_in(spec: ProviderSpec, model: str) -> ModelInfo:
    price = price_of(spec.id, model)
    return ModelInfo(
        id=model,
        name=model,
        prompt_price=price.prompt if price else None,
        completion_price=price.completion if price else None,
    )
