"""Short ways to a real client of the fake provider."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from handai_errors import ProviderError
from providers.base import CompletionRequest, Message, StreamPiece
from providers.compatible_client import OpenAICompatibleClient
from providers.specs import get_provider

REQUEST = CompletionRequest(model="asked-model", messages=(Message("user", "ROW1 hello"),), timeout_s=10)


@asynccontextmanager
async def client_of(
    base_url: str, *, provider: str = "custom", key: str | None = None
) -> AsyncIterator[OpenAICompatibleClient]:
    """A client that is closed at the end; unlike the router's it talks to `base_url` under any provider's name."""
    client = OpenAICompatibleClient(get_provider(provider), base_url, SecretStr(key) if key else None)
    try:
        yield client
    finally:
        await client.aclose()


async def failure_of(
    base_url: str, request: CompletionRequest = REQUEST, *, provider: str = "custom", key: str | None = None
) -> ProviderError:
    """The error that one call ends in."""
    async with client_of(base_url, provider=provider, key=key) as client:
        with pytest.raises(ProviderError) as caught:
            await client.complete(request)
    return caught.value


async def pieces_of(client: OpenAICompatibleClient, request: CompletionRequest = REQUEST) -> list[StreamPiece]:
    """Everything that a stream yields."""
    return [piece async for piece in client.stream(request)]
