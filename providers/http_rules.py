"""What holds for every HTTP request, whichever library sends it: our own headers, trust, time and size."""

import ssl
import zlib
from collections.abc import Mapping
from urllib.request import getproxies

from handai_errors import ConflictError, SpecError
from providers.base_url import is_loopback
from providers.dev_mode import dev_mode
from providers.redact import protect

MAX_ANSWER_BYTES = 10 * 1024 * 1024
CONNECT_TIMEOUT_S = 15.0
MAX_CONNECTIONS = 1024
# Shorter than the 5 s after which common servers (uvicorn) close an idle connection: a request sent into a
# closing connection has an unknown outcome.
KEEPALIVE_S = 4.0

_COMPRESSED = frozenset({"gzip", "x-gzip", "deflate"})


class AnswerTooLargeError(Exception):
    """The answer exceeds the cap; reading stopped there."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        super().__init__("the answer is too large")
        self.headers = headers


class CappedBody:
    """Takes a body chunk by chunk, and refuses more than the cap, before and after decompression."""

    def __init__(self, encoding: str, headers: Mapping[str, str]) -> None:
        self._headers = headers
        self._left = MAX_ANSWER_BYTES
        compressed = encoding.strip().lower() in _COMPRESSED
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 32) if compressed else None

    def take(self, chunk: bytes) -> bytes:
        """The chunk as it was before it was compressed."""
        decoded = self._decode(chunk)
        self._left -= len(decoded)
        if self._left < 0:
            raise AnswerTooLargeError(self._headers)
        return decoded

    def _decode(self, chunk: bytes) -> bytes:
        if self._inflate is None:
            return chunk
        try:
            return self._inflate.decompress(chunk, self._left + 1)
        except zlib.error:
            return chunk  # labelled as compressed, but isn't; the reader says what it can't read


def refuse_in_dev_mode() -> None:
    """Raise while DEV_MODE is on: the last place to hold a request back."""
    if dev_mode():
        raise ConflictError("DEV_MODE is on: nothing is sent.", "Switch DEV_MODE off to reach the provider.")


def request_headers(api_key: str | None, extra: dict[str, str]) -> dict[str, str]:
    """Every header of a request; compression is not asked for, it costs more than it saves on short answers."""
    if api_key:
        protect(api_key)
    key = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    return {
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        "Accept-Encoding": "identity",
        "User-Agent": "handai",
        **extra,
        **key,
    }


def trust(base_url: str) -> ssl.SSLContext:
    """SSL_CERT_FILE or SSL_CERT_DIR where set, else the system's own store."""
    if base_url.startswith("http://") and is_loopback(base_url):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used: loading the system's store takes 50 ms
    from httpx2 import create_ssl_context

    try:
        return create_ssl_context()
    except (OSError, ssl.SSLError) as problem:
        raise SpecError(
            f"The certificates named by SSL_CERT_FILE or SSL_CERT_DIR can't be read: {problem}.",
            "Correct the variable, or remove it to use the system's certificates.",
        ) from None


def connect_timeout_s(timeout_s: float) -> float:
    """How long connecting may take: it ends early enough to be told apart from the end of the whole call's time."""
    return min(CONNECT_TIMEOUT_S, timeout_s * 0.9)


def may_need_proxy(base_url: str) -> bool:
    """Whether the environment names a proxy that could be meant for `base_url`."""
    return not is_loopback(base_url) and not {"http", "https", "all"}.isdisjoint(getproxies())
