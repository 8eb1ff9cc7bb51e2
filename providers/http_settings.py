"""How Handai talks HTTP: trust, proxies, no redirects, a cap on every answer, and only our own headers."""

import ssl
import zlib
from collections.abc import AsyncIterator
from typing import Any, TypedDict

import httpx2

from handai_errors import ConflictError, SpecError
from providers.address_guard import watch_connection
from providers.base_url import host_of, is_loopback
from providers.dev_mode import dev_mode

MAX_ANSWER_BYTES = 10 * 1024 * 1024
CONNECT_TIMEOUT_S = 15.0

_MAX_CONNECTIONS = 1024
# Shorter than the 5 s after which common servers (uvicorn) close an idle connection: a request sent into a
# closing connection has an unknown outcome.
_KEEPALIVE_S = 4.0
# A model on this computer is never behind the company's proxy, whatever NO_PROXY says.
_DIRECT = ("all://localhost", "all://127.0.0.0/8", "all://[::1]", "all://host.docker.internal")


class WrongHostError(Exception):
    """A request was about to go to another host than the one that its key is for; it was not sent."""


class AnswerTooLargeError(Exception):
    """The answer exceeds the cap; reading stopped there."""

    def __init__(self, headers: httpx2.Headers) -> None:
        super().__init__("the answer is too large")
        self.headers = headers


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

    It talks to the host of `base_url` and no other; in DEV_MODE to none: this is the last place to hold it back.
    """
    if dev_mode():
        raise ConflictError("DEV_MODE is on: nothing is sent.", "Switch DEV_MODE off to reach the provider.")
    host = httpx2.Request("GET", base_url).headers["Host"]
    fixed = httpx2.Headers({"Host": host, **headers})
    bound_to = host_of(base_url)

    async def only_ours(request: httpx2.Request) -> None:
        if host_of(str(request.url)) != bound_to:
            raise WrongHostError(f"A request to another host than {bound_to} was not sent.")
        request.headers = fixed
        request.extensions = {**request.extensions, "trace": watch_connection}

    return HttpSettings(
        verify=_trust(base_url),
        mounts=dict.fromkeys(_DIRECT),
        limits=httpx2.Limits(max_connections=_MAX_CONNECTIONS, keepalive_expiry=_KEEPALIVE_S),
        follow_redirects=False,
        event_hooks={"request": [only_ours], "response": [_cap]},
        trust_env=True,
    )


def request_headers(api_key: str | None, extra: dict[str, str]) -> dict[str, str]:
    """Every header of a request; compression is not asked for, it costs more than it saves on short answers."""
    key = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    return {
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        "Accept-Encoding": "identity",
        "User-Agent": "handai",
        **extra,
        **key,
    }


def _trust(base_url: str) -> ssl.SSLContext:
    """SSL_CERT_FILE or SSL_CERT_DIR where set, else the system's own store."""
    if base_url.startswith("http://") and is_loopback(base_url):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used: loading the system's store takes 50 ms
    try:
        return httpx2.create_ssl_context()
    except (OSError, ssl.SSLError) as problem:
        raise SpecError(
            f"The certificates named by SSL_CERT_FILE or SSL_CERT_DIR can't be read: {problem}.",
            "Correct the variable, or remove it to use the system's certificates.",
        ) from None


async def _cap(response: httpx2.Response) -> None:
    encoding = response.headers.pop("content-encoding", "identity").strip().lower()
    stream = response.stream
    if not isinstance(stream, httpx2.AsyncByteStream):
        raise TypeError("an async client has async streams")
    response.stream = CappedStream(stream, encoding, response.headers)


class CappedStream(httpx2.AsyncByteStream):
    """A body that stops at the cap, before and after decompression."""

    def __init__(self, stream: httpx2.AsyncByteStream, encoding: str, headers: httpx2.Headers) -> None:
        self._stream = stream
        self._headers = headers
        self._left = MAX_ANSWER_BYTES
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 32) if encoding in {"gzip", "x-gzip", "deflate"} else None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            decoded = self._decode(chunk)
            self._left -= len(decoded)
            if self._left < 0:
                raise AnswerTooLargeError(self._headers)
            yield decoded

    def _decode(self, chunk: bytes) -> bytes:
        if self._inflate is None:
            return chunk
        try:
            return self._inflate.decompress(chunk, self._left + 1)
        except zlib.error:
            return chunk  # labelled as compressed, but isn't; the reader says what it can't read

    async def aclose(self) -> None:
        """Give the connection back, or close it if the body was not read whole."""
        await self._stream.aclose()
