"""The client of every server that speaks OpenAI's chat completions; it lets nothing out but completions and our errors.

A whole answer goes over aiohttp directly; over the SDK where a proxy may be in the way, where HANDAI_HTTP=sdk asks for
it, and for every stream. What comes back is judged here, whichever way it came.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import SecretStr

from handai_errors import ErrorKind, ProviderError
from providers.answer import Answer, read_completion
from providers.attribution import own_headers
from providers.base import Completion, CompletionRequest, StreamPiece
from providers.classify import TransportFault, bad_key_text, classify_status, classify_transport, malformed
from providers.direct_sender import DirectSender
from providers.event_stream import StreamedAnswer, events
from providers.http_faults import fault_of
from providers.http_rules import MAX_ANSWER_BYTES, AnswerTooLargeError, may_need_proxy, request_headers
from providers.key_hints import key_hint
from providers.redact import redact, without_keys
from providers.remedies import CallContext
from providers.request_body import request_body
from providers.sending import Reply, Sender
from providers.specs import ProviderSpec
from providers.truncation import cut_prompt
from providers.variables import variable

if TYPE_CHECKING:
    import httpx2

    from providers.openai_client import SdkSender

WAY_VARIABLE = "HANDAI_HTTP"


class OpenAICompatibleClient:
    """A CompletionClient over any server that speaks OpenAI's chat completions. One attempt per call, no retries."""

    def __init__(self, spec: ProviderSpec, base_url: str, api_key: SecretStr | None) -> None:
        key = api_key.get_secret_value().strip() if api_key else ""
        self._context = CallContext(spec, base_url, key_hint=key_hint(spec.id, key), has_key=bool(key))
        self._contexts: dict[tuple[str, float], CallContext] = {}
        self._keys = (key,) if key else ()
        self._key_can_be_sent = all("!" <= c <= "~" for c in key)
        self._headers = request_headers(key if self._key_can_be_sent else None, own_headers(spec))
        self._sdk: SdkSender | None = None
        self._sender: Sender = self._by_sdk() if _takes_sdk(base_url) else DirectSender(base_url, self._headers)

    async def complete(self, request: CompletionRequest) -> Completion:
        """The answer to `request`, within its total deadline; every failure is a ProviderError."""
        outcome = await self._attempt(request)
        if isinstance(outcome, ProviderError):
            raise outcome  # here, outside any except block: a library's exceptions hold the key in their request
        if outcome.text and any(key in outcome.text for key in self._keys):
            return replace(outcome, text=without_keys(outcome.text, self._keys))
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
        await self._sender.aclose()
        if self._sdk is not None and self._sdk is not self._sender:
            await self._sdk.aclose()

    def _by_sdk(self) -> "SdkSender":
        if self._sdk is None:
            from providers.openai_client import SdkSender

            self._sdk = SdkSender(self._context.base_url, self._headers)
        return self._sdk

    async def _attempt(self, request: CompletionRequest) -> Completion | ProviderError:
        if not self._key_can_be_sent:
            return bad_key_text(self._context)
        started = time.perf_counter()
        deadline = asyncio.timeout(request.timeout_s)
        try:
            async with deadline:
                reply = await self._sender.post(request_body(self._context.spec, request), request.timeout_s)
        except Exception as error:  # noqa: BLE001 - SDK, httpx2, aiohttp, ssl: whatever fails here is one call's failure
            return self._failure(request, error, expired=deadline.expired())
        if not reply.is_success:
            return self._refusal(request, reply)
        return self._whole(request, read_completion(self._answer(request, reply.headers, reply.raw, started)))

    def _whole(self, request: CompletionRequest, outcome: Completion | ProviderError) -> Completion | ProviderError:
        """The outcome, or the error that its prompt was cut."""
        if isinstance(outcome, ProviderError):
            return outcome
        return cut_prompt(self._context_of(request), request, outcome) or outcome

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
            sdk = await asyncio.to_thread(self._by_sdk)  # the first time it is imported
            body = request_body(self._context.spec, request, stream=True)
            opened = await sdk.open_stream(body, request.timeout_s)
            if isinstance(opened, Reply):
                yield self._refusal(request, opened)
                return
            async with contextlib.aclosing(opened) as response:
                async for piece in self._read_stream(request, response, started):
                    yield piece
        except Exception as error:  # noqa: BLE001 - whatever a transport raises is told as a failure
            yield self._failure(request, error)

    async def _read_stream(
        self, request: CompletionRequest, response: "httpx2.Response", started: float
    ) -> AsyncGenerator[StreamPiece | ProviderError]:
        if "event-stream" not in response.headers.get("content-type", ""):
            whole = read_completion(self._answer(request, response.headers, await response.aread(), started))
            if isinstance(whole, Completion):
                yield StreamPiece(text=whole.text or "")
        else:
            streamed = StreamedAnswer(self._answer(request, response.headers, b"", started))
            async for data in events(response.aiter_lines()):
                piece = streamed.take(data)
                if piece:
                    yield StreamPiece(text=piece)
                if streamed.done or streamed.error:
                    break
            whole = streamed.completion(time.perf_counter() - started)
        whole = self._whole(request, whole)
        yield whole if isinstance(whole, ProviderError) else StreamPiece(completion=whole)

    def _answer(self, request: CompletionRequest, headers: Mapping[str, str], raw: bytes, started: float) -> Answer:
        return Answer(self._context_of(request), headers, raw, time.perf_counter() - started, self._keys)

    def _context_of(self, request: CompletionRequest) -> CallContext:
        asked = (request.model, request.timeout_s)
        if asked not in self._contexts:  # a run asks a few models, each with the same deadline
            self._contexts[asked] = replace(self._context, model=request.model, timeout_s=request.timeout_s)
        return self._contexts[asked]

    def _refusal(self, request: CompletionRequest, reply: Reply) -> ProviderError:
        return classify_status(self._context_of(request), reply.status, reply.headers, redact(reply.text, self._keys))

    def _failure(self, request: CompletionRequest, error: Exception, *, expired: bool = False) -> ProviderError:
        context = self._context_of(request)
        if expired:
            return classify_transport(context, TransportFault.TIMEOUT)
        if isinstance(error, AnswerTooLargeError):
            return malformed(context, error.headers, "", f"it is larger than {MAX_ANSWER_BYTES // 1024 // 1024} MB")
        detail = redact(f"{type(error).__name__}: {error.__cause__ or error}", self._keys)
        fault = fault_of(error)
        if fault is not None:
            return classify_transport(context, fault, detail)
        return ProviderError(ErrorKind.INTERNAL, f"The call to {context.spec.name} failed in Handai.", raw=detail)


def _takes_sdk(base_url: str) -> bool:
    wish = variable(WAY_VARIABLE)
    return (wish is not None and wish.value.lower() == "sdk") or may_need_proxy(base_url)
