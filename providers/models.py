"""Asks a provider which models it serves, in the way of its own listing."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from urllib.parse import urlsplit

from pydantic import SecretStr

from handai_errors import ProviderError
from providers.base import ModelInfo
from providers.base_url import resolve_base_url
from providers.classify import bad_key_text
from providers.http_rules import request_headers
from providers.key_hints import key_hint
from providers.listing import count, listed_in, ollama_context, read_models
from providers.listing_http import ListingCall
from providers.published import built_in_models, with_published_facts
from providers.remedies import CallContext
from providers.specs import Listing, ProviderSpec, get_provider

_TIMEOUT_S = 10.0
_MOST_PAGES = 20
_PAGE = 1000
_AT_ONCE = 8
_ANTHROPIC_VERSION = "2023-06-01"


async def list_models(provider_id: str, base_url: str | None, api_key: SecretStr | None) -> list[ModelInfo]:
    """The models of that provider: its own list where anyone can have it, else those that Handai knows."""
    spec = get_provider(provider_id)
    if not spec.lists_models:
        return built_in_models(spec)
    return await fetch_models(provider_id, base_url, api_key)


async def fetch_models(provider_id: str, base_url: str | None, api_key: SecretStr | None) -> list[ModelInfo]:
    """The provider's own list, by id; every failure is a ProviderError. Empty where a provider has no list."""
    spec = get_provider(provider_id)
    if spec.listing is Listing.TYPED:
        return []
    key = api_key.get_secret_value().strip() if api_key else ""
    address = resolve_base_url(spec.id, base_url)
    context = CallContext(spec, address, timeout_s=_TIMEOUT_S, key_hint=key_hint(spec.id, key), has_key=bool(key))
    if not all("!" <= c <= "~" for c in key):
        raise bad_key_text(context)
    async with ListingCall(context, listing_headers(spec, key), key) as call:
        models = await _WAYS[spec.listing](call)
    return with_published_facts(spec, models)


def listing_headers(spec: ProviderSpec, key: str) -> dict[str, str]:
    """Anthropic's and Google's native lists take the key in a header of their own."""
    if spec.listing is Listing.ANTHROPIC:
        own = {"anthropic-version": _ANTHROPIC_VERSION, **({"x-api-key": key} if key else {})}
        return request_headers(None, {**spec.headers, **own})
    if spec.listing is Listing.GOOGLE:
        return request_headers(None, {**spec.headers, **({"x-goog-api-key": key} if key else {})})
    return request_headers(key or None, spec.headers)


async def _openai(call: ListingCall) -> list[ModelInfo]:
    value = await call.get(f"{call.context.base_url}/models")
    return _read(call, value)


async def _anthropic(call: ListingCall) -> list[ModelInfo]:
    found: list[ModelInfo] = []
    after: dict[str, str | int] = {}
    for _ in range(_MOST_PAGES):
        page = await call.get(f"{call.context.base_url}/models", {"limit": _PAGE, **after})
        found += _read(call, page)
        if not isinstance(page, dict) or not page.get("has_more") or not page.get("last_id"):
            break
        after = {"after_id": str(page["last_id"])}
    return found


async def _google(call: ListingCall) -> list[ModelInfo]:
    """The native list, which tells limits; the compatible one tells names alone."""
    address = call.context.base_url.removesuffix("/openai")
    found: list[ModelInfo] = []
    after: dict[str, str | int] = {}
    for _ in range(_MOST_PAGES):
        page = await call.get(f"{address}/models", {"pageSize": _PAGE, **after})
        found += _read(call, page)
        if not isinstance(page, dict) or not page.get("nextPageToken"):
            break
        after = {"pageToken": str(page["nextPageToken"])}
    return found


async def _lmstudio(call: ListingCall) -> list[ModelInfo]:
    """Its own list tells the context; its newest form came with version 0.4, the one before with 0.3.6."""
    root = _root(call)
    for path in ("/api/v1/models", "/api/v0/models"):
        value = await call.get_if_there(f"{root}{path}")
        if value is not None and (found := read_models(value)) is not None:
            return found
    return await _openai(call)


async def _ollama(call: ListingCall) -> list[ModelInfo]:
    """Its own list, and one question a model for its context."""
    root = _root(call)
    value = await call.get_if_there(f"{root}/api/tags")
    if value is None:
        return await _openai(call)
    if listed_in(value) is None:
        raise call.unreadable(value)
    models, slots = _read(call, value), asyncio.Semaphore(_AT_ONCE)

    async def with_context(model: ModelInfo) -> ModelInfo:
        async with slots:
            try:
                shown = await call.post(f"{root}/api/show", {"model": model.id})
            except ProviderError:
                return model  # one model that can't be shown hides no other
        return replace(model, context_length=count(ollama_context(shown)) or model.context_length)

    async with asyncio.TaskGroup() as tasks:
        asked = [tasks.create_task(with_context(model)) for model in models]
    return [task.result() for task in asked]


def _read(call: ListingCall, value: object) -> list[ModelInfo]:
    models = read_models(value)
    if models is None:
        raise call.unreadable(value)
    return models


def _root(call: ListingCall) -> str:
    """The server's address without the path of its compatible interface."""
    parts = urlsplit(call.context.base_url)
    return f"{parts.scheme}://{parts.netloc}{parts.path.removesuffix('/v1')}"


_WAYS: dict[Listing, Callable[[ListingCall], Awaitable[list[ModelInfo]]]] = {
    Listing.OPENAI: _openai,
    Listing.ANTHROPIC: _anthropic,
    Listing.GOOGLE: _google,
    Listing.LMSTUDIO: _lmstudio,
    Listing.OLLAMA: _ollama,
}
