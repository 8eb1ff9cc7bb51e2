"""The one module that imports the OpenAI SDK: it sends chat completions and lets no SDK exception out."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace
from functools import lru_cache
from typing import Any, cast

import aiohttp
import httpx2
import openai
from pydantic import SecretStr

from handai_errors import ErrorKind, ProviderError
from providers.address_guard import guarded_socket
from providers.answer import Answer, read_completion
from providers.attribution import own_headers
from providers.base import Completion, CompletionRequest, StreamPiece
from providers.classify import TransportFault, bad_key_text, classify_status, classify_transport, malformed
from providers.event_stream import StreamedAnswer, events
from providers.http_faults import fault_of
from providers.http_settings import (
    CONNECT_TIMEOUT_S,
    MAX_ANSWER_BYTES,
    AnswerTooLargeError,
    http_settings,
    request_headers,
)
from providers.key_hints import key_hint
from providers.redact import redact
from providers.remedies import CallContext
from providers.request_body import request_body
from providers.specs import ProviderSpec

_PATH = "/chat/completions"


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


class OpenAICompatibleClient:
    """A CompletionClient over any server that speaks OpenAI's chat completions. One attempt per call, no retries."""

    def __init__(self, spec: ProviderSpec, base_url: str, api_key: SecretStr | None) -> None:
        key = api_key.get_secret_value().strip() if api_key else ""
        self._context = CallContext(spec, base_url, key_hint=key_hint(spec.id, key), has_key=bool(key))
        self._keys = (key,) if key else ()
        self._key_can_be_sent = all("!" <= c <= "~" for c in key)
        headers = request_headers(key if self._key_can_be_sent else None, own_headers(spec))
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

    async def complete(self, request: CompletionRequest) -> Completion:
        """The answer to `request`, within its total deadline; every failure is a ProviderError."""
        outcome = await self._attempt(request)
        if isinstance(outcome, ProviderError):
            raise outcome  # here, outside any except block: the SDK's exceptions hold the key in their request
        return outcome

    async def stream(self, request: CompletionRequest) -> AsyncIterator[StreamPiece]:
        """The answer piece by piece, the completion last; its deadline is that of the whole answer."""
        deadline = asyncio.get_running_loop().time() + request.timeout_s
        pieces = self._pieces(request)
        try:
            while True:
                piece = await self._next_piece(pieces, request, deadline)
                if isinstance(piece, ProviderError):
                    raise piece
                if piece is None:
                    return
                yield piece
        finally:
            await pieces.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._sdk.close()

    async def _attempt(self, request: CompletionRequest) -> Completion | ProviderError:
        if not self._key_can_be_sent:
            return bad_key_text(self._context)
        started = time.perf_counter()
        deadline = asyncio.timeout(request.timeout_s)
        try:
            async with deadline:
                response = await self._sdk.post(
                    _PATH,
                    content=request_body(self._context.spec, request),
                    cast_to=httpx2.Response,
                    options={"timeout": _timeouts(request.timeout_s)},
                )
        except Exception as error:  # noqa: BLE001 - SDK, httpx2, aiohttp, ssl: whatever fails here is one call's failure
            return self._failure(request, error, expired=deadline.expired())
        return read_completion(self._answer(request, response, response.content, started))

    async def _next_piece(
        self, pieces: AsyncGenerator[StreamPiece | ProviderError], request: CompletionRequest, deadline_at: float
    ) -> StreamPiece | ProviderError | None:
        try:
            async with asyncio.timeout_at(deadline_at):
                return await anext(pieces, None)
        except TimeoutError:
            return classify_transport(self._context_of(request), TransportFault.TIMEOUT)

    async def _pieces(self, request: CompletionRequest) -> AsyncGenerator[StreamPiece | ProviderError]:
        if not self._key_can_be_sent:
            yield bad_key_text(self._context)
            return
        started = time.perf_counter()
        try:
            async with contextlib.aclosing(await self._open_stream(request)) as response:
                async for piece in self._read_stream(request, response, started):
                    yield piece
        except Exception as error:  # noqa: BLE001 - as above
            yield self._failure(request, error)

    async def _open_stream(self, request: CompletionRequest) -> httpx2.Response:
        response = await self._sdk.post(
            _PATH,
            content=request_body(self._context.spec, request, stream=True),
            cast_to=httpx2.Response,
            stream=True,
            stream_cls=openai.AsyncStream[object],
            options={"timeout": _timeouts(request.timeout_s)},
        )
        return cast("httpx2.Response", response)  # what the SDK gives for this cast_to, unread

    async def _read_stream(
        self, request: CompletionRequest, response: httpx2.Response, started: float
    ) -> AsyncGenerator[StreamPiece | ProviderError]:
        if "event-stream" not in response.headers.get("content-type", ""):
            whole = read_completion(self._answer(request, response, await response.aread(), started))
            if isinstance(whole, Completion):
                yield StreamPiece(text=whole.text or "")
        else:
            streamed = StreamedAnswer(self._answer(request, response, b"", started))
            async for data in events(response.aiter_lines()):
                piece = streamed.take(data)
                if piece:
                    yield StreamPiece(text=piece)
                if streamed.done or streamed.error:
                    break
            whole = streamed.completion(time.perf_counter() - started)
        yield whole if isinstance(whole, ProviderError) else StreamPiece(completion=whole)

    def _answer(self, request: CompletionRequest, response: httpx2.Response, raw: bytes, started: float) -> Answer:
        latency_s = time.perf_counter() - started
        return Answer(self._context_of(request), response.headers, raw, latency_s, self._keys)

    def _context_of(self, request: CompletionRequest) -> CallContext:
        return replace(self._context, model=request.model, timeout_s=request.timeout_s)

    def _failure(self, request: CompletionRequest, error: Exception, *, expired: bool = False) -> ProviderError:
        context = self._context_of(request)
        if isinstance(error, openai.APIStatusError):
            text = redact(error.response.text, self._keys)
            return classify_status(context, error.response.status_code, error.response.headers, text)
        if expired:
            return classify_transport(context, TransportFault.TIMEOUT)
        if isinstance(error, AnswerTooLargeError):
            return malformed(context, error.headers, "", f"it is larger than {MAX_ANSWER_BYTES // 1024 // 1024} MB")
        detail = redact(f"{type(error).__name__}: {error.__cause__ or error}", self._keys)
        fault = fault_of(error)
        if fault is not None:
            return classify_transport(context, fault, detail)
        return ProviderError(ErrorKind.INTERNAL, f"The call to {context.spec.name} failed in Handai.", raw=detail)


@lru_cache(maxsize=8)
def _timeouts(timeout_s: float) -> httpx2.Timeout:
    """No time-out per read, the whole call has its deadline; connecting ends early enough to be told apart."""
    return httpx2.Timeout(None, connect=min(CONNECT_TIMEOUT_S, timeout_s * 0.9))
