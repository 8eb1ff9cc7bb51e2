"""The one module that imports the OpenAI SDK: whole answers where a proxy is in the way, and every stream."""

from functools import lru_cache
from typing import Any, cast

import aiohttp
import httpx2
import openai

from providers.address_guard import guarded_socket
from providers.http_rules import connect_timeout_s
from providers.http_settings import http_settings
from providers.sending import CHAT_PATH, Reply


class _GuardedHttpClient(openai.DefaultAioHttpClient):
    """The SDK's aiohttp client that looks at each address before it connects; through a proxy the proxy resolves."""

    def _init_transport(  # type: ignore[override]  # httpx2 passes its settings by name, and the SDK adds its own
        self,
        **settings: Any,  # noqa: ANN401 - whatever they are
    ) -> httpx2.AsyncBaseTransport:
        transport: Any = super()._init_transport(**settings)
        limits: httpx2.Limits = settings["limits"]

        def session() -> aiohttp.ClientSession:  # on the loop that it is used on
            connector = aiohttp.TCPConnector(
                ssl=settings["verify"],
                limit=limits.max_connections or 0,
                keepalive_timeout=limits.keepalive_expiry,
                socket_factory=guarded_socket,
            )
            return aiohttp.ClientSession(connector=connector)

        transport.client = session
        return cast("httpx2.AsyncBaseTransport", transport)


class SdkSender:
    """A Sender over the SDK's own request path; it knows every kind of proxy, and it streams."""

    def __init__(self, base_url: str, headers: dict[str, str]) -> None:
        # Every argument that the SDK would otherwise fill from the environment is given, so that no key, project or
        # header of another provider travels along; the headers that go out are ours alone.
        self._sdk = openai.AsyncOpenAI(
            api_key="not-sent",
            admin_api_key="",
            organization="",
            project="",
            webhook_secret="",
            base_url=base_url,
            max_retries=0,
            http_client=_GuardedHttpClient(**http_settings(base_url, headers)),
        )

    async def post(self, body: bytes, timeout_s: float) -> Reply:
        """Send one request and read its answer."""
        try:
            response = await self._sdk.post(
                CHAT_PATH, content=body, cast_to=httpx2.Response, options={"timeout": _timeouts(timeout_s)}
            )
        except openai.APIStatusError as refusal:
            response = refusal.response
        return Reply(response.status_code, response.headers, response.content)

    async def open_stream(self, body: bytes, timeout_s: float) -> httpx2.Response | Reply:
        """An answer that is still to be read, or the refusal."""
        try:
            response = await self._sdk.post(
                CHAT_PATH,
                content=body,
                cast_to=httpx2.Response,
                stream=True,
                stream_cls=openai.AsyncStream[object],
                options={"timeout": _timeouts(timeout_s)},
            )
        except openai.APIStatusError as refusal:
            return Reply(refusal.response.status_code, refusal.response.headers, refusal.response.content)
        return cast("httpx2.Response", response)  # what the SDK gives for this cast_to, unread

    async def aclose(self) -> None:
        """Close every connection."""
        await self._sdk.close()


@lru_cache(maxsize=8)
def _timeouts(timeout_s: float) -> httpx2.Timeout:
    """No time-out per read, the whole call has its deadline; connecting ends early enough to be told apart."""
    return httpx2.Timeout(None, connect=connect_timeout_s(timeout_s))
