"""One conversation with a provider about its models: a few plain GETs, every failure a ProviderError."""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from handai_errors import ErrorKind, ProviderError
from providers.classify import TransportFault, classify_status, classify_transport, malformed
from providers.error_body import parse_json
from providers.http_faults import fault_of
from providers.redact import redact
from providers.remedies import CallContext

if TYPE_CHECKING:
    import httpx2

MISSING_PAGE = (404, 405)


class ListingCall:
    """An open connection that sends exactly `headers`; use it as an async context manager."""

    def __init__(self, context: CallContext, headers: dict[str, str], key: str = "") -> None:
        self.context = context
        self._keys = (key,) if key else ()
        import httpx2  # with the first conversation: most runs need none

        from providers.http_settings import http_settings

        settings = http_settings(context.base_url, headers)
        settings["event_hooks"]["request"].append(_say_length)
        self._client = httpx2.AsyncClient(timeout=context.timeout_s, **settings)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def get(self, url: str, params: Mapping[str, str | int] | None = None) -> object:
        """The JSON at `url`."""
        return await self._json("GET", url, params=params)

    async def get_if_there(self, url: str) -> object | None:
        """The JSON at `url`; None if the server has no such page."""
        try:
            return await self.get(url)
        except ProviderError as error:
            if error.status in MISSING_PAGE:
                return None
            raise

    async def post(self, url: str, body: Any) -> object:  # noqa: ANN401 any JSON
        """The JSON that `url` answers to `body`."""
        return await self._json("POST", url, json=body)

    def unreadable(self, value: object) -> ProviderError:
        """The error of an answer that is JSON but no list of models."""
        return malformed(self.context, {"content-type": "application/json"}, str(value)[:500], "not a list of models")

    async def _json(self, method: str, url: str, **more: Any) -> object:  # noqa: ANN401 httpx2's own arguments
        outcome = await self._attempt(method, url, **more)
        if isinstance(outcome, ProviderError):
            raise outcome  # here, outside any except block: httpx2's exceptions hold the key in their request
        return outcome[0]

    async def _attempt(self, method: str, url: str, **more: Any) -> tuple[object] | ProviderError:  # noqa: ANN401
        try:
            async with asyncio.timeout(self.context.timeout_s):
                response = await self._client.request(method, url, **more)
        except TimeoutError:
            return classify_transport(self.context, TransportFault.TIMEOUT)
        except Exception as error:  # noqa: BLE001 - whatever fails below is this one call's failure
            detail = redact(f"{type(error).__name__}: {error}", self._keys)
            fault = fault_of(error)
            if fault is None:
                return ProviderError(ErrorKind.INTERNAL, "The list of models could not be read.", raw=detail)
            return classify_transport(self.context, fault, detail)
        text = redact(response.text, self._keys)
        if not response.is_success:
            return classify_status(self.context, response.status_code, response.headers, text)
        value = parse_json(response.content)
        if value is None:
            return malformed(self.context, response.headers, text, "not a list of models")
        return (value,)


async def _say_length(request: "httpx2.Request") -> None:
    """The headers of http_settings know no body; a POST must say how long its is."""
    import httpx2

    body = await request.aread()
    if body:
        request.headers = httpx2.Headers({**request.headers, "Content-Length": str(len(body))})
