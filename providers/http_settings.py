"""How Handai talks HTTP over httpx2: trust, proxies, no redirects, a cap on every answer, and only our own headers."""

import ssl
from collections.abc import AsyncIterator
from typing import Any, TypedDict

import httpx2

from providers.address_guard import watch_connection
from providers.base_url import host_of
from providers.http_rules import KEEPALIVE_S, MAX_CONNECTIONS, CappedBody, refuse_in_dev_mode, trust

# A model on this computer is never behind the company's proxy, whatever NO_PROXY says.
_DIRECT = ("all://localhost", "all://127.0.0.0/8", "all://[::1]", "all://host.docker.internal")


class WrongHostError(Exception):
    """A request was about to go to another host than the one that its key is for; it was not sent."""


class HttpSettings(TypedDict):
    """Arguments of every httpx2 client."""

    verify: ssl.SSLContext
    mounts: dict[str, Any]
    limits: httpx2.Limits
    follow_redirects: bool
    event_hooks: dict[str, list[Any]]
    trust_env: bool


def http_settings(base_url: str, headers: dict[str, str]) -> HttpSettings:
    """The settings of a client that sends exactly `headers` with every request, and nothing a library adds.

    It talks to the host of `base_url` and no other; in DEV_MODE to none.
    """
    refuse_in_dev_mode()
    host = httpx2.Request("GET", base_url).headers["Host"]
    fixed = httpx2.Headers({"Host": host, **headers})
    bound_to = host_of(base_url)

    async def only_ours(request: httpx2.Request) -> None:
        if host_of(str(request.url)) != bound_to:
            raise WrongHostError(f"A request to another host than {bound_to} was not sent.")
        request.headers = fixed
        request.extensions = {**request.extensions, "trace": watch_connection}

    return HttpSettings(
        verify=trust(base_url),
        mounts=dict.fromkeys(_DIRECT),
        limits=httpx2.Limits(max_connections=MAX_CONNECTIONS, keepalive_expiry=KEEPALIVE_S),
        follow_redirects=False,
        event_hooks={"request": [only_ours], "response": [_cap]},
        trust_env=True,
    )


async def _cap(response: httpx2.Response) -> None:
    encoding = response.headers.pop("content-encoding", "identity")
    stream = response.stream
    if not isinstance(stream, httpx2.AsyncByteStream):
        raise TypeError("an async client has async streams")
    response.stream = CappedStream(stream, CappedBody(encoding, response.headers))


class CappedStream(httpx2.AsyncByteStream):
    """A body that stops at the cap, before and after decompression."""

    def __init__(self, stream: httpx2.AsyncByteStream, body: CappedBody) -> None:
        self._stream = stream
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            yield self._body.take(chunk)

    async def aclose(self) -> None:
        """Give the connection back, or close it if the body was not read whole."""
        await self._stream.aclose()
