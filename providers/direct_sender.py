"""Sends straight over aiohttp, at a fraction of the CPU that the SDK's request path takes for the same bytes."""

import io
import ssl
from functools import lru_cache

import aiohttp

from providers.address_guard import guarded_socket
from providers.http_rules import (
    KEEPALIVE_S,
    MAX_ANSWER_BYTES,
    MAX_CONNECTIONS,
    AnswerTooLargeError,
    CappedBody,
    connect_timeout_s,
    refuse_in_dev_mode,
    trust,
)
from providers.sending import CHAT_PATH, Reply

_LARGE_BODY_BYTES = 1024 * 1024  # from here on aiohttp wants a file: bytes in one piece would hold up the loop
_NOT_ADDED = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


class DirectSender:
    """A Sender to one address and no other: no proxy, no redirect, no cookie, no header but ours."""

    def __init__(self, base_url: str, headers: dict[str, str]) -> None:
        refuse_in_dev_mode()
        self._url = base_url.rstrip("/") + CHAT_PATH
        self._headers = headers
        self._trust: ssl.SSLContext = trust(base_url)
        self._session: aiohttp.ClientSession | None = None

    async def post(self, body: bytes, timeout_s: float) -> Reply:
        """Send one request and read its answer, up to the cap."""
        session = self._session or self._open()
        data = body if len(body) < _LARGE_BODY_BYTES else io.BytesIO(body)
        async with session.post(self._url, data=data, allow_redirects=False, timeout=_timeouts(timeout_s)) as response:
            return Reply(response.status, response.headers, await _body(response))

    async def aclose(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        """The session, made on the loop that it is used on."""
        connector = aiohttp.TCPConnector(
            ssl=self._trust, limit=MAX_CONNECTIONS, keepalive_timeout=KEEPALIVE_S, socket_factory=guarded_socket
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            headers=self._headers,
            skip_auto_headers=_NOT_ADDED,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,  # the cap has to hold before decompression, too
            trust_env=False,  # no proxy and no netrc
        )
        return self._session


async def _body(response: aiohttp.ClientResponse) -> bytes:
    size, encoding = response.content_length, response.headers.get("content-encoding")
    if size is not None and size <= MAX_ANSWER_BYTES and encoding is None:
        return await response.read()
    if size is not None and size > MAX_ANSWER_BYTES:
        raise AnswerTooLargeError(response.headers)
    capped = CappedBody(encoding or "identity", response.headers)
    return b"".join([capped.take(chunk) async for chunk in response.content.iter_any()])


@lru_cache(maxsize=8)
def _timeouts(timeout_s: float) -> aiohttp.ClientTimeout:
    """No time-out per read, the whole call has its deadline."""
    return aiohttp.ClientTimeout(total=None, sock_connect=connect_timeout_s(timeout_s))
