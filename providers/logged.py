"""A client that writes down every request and what came of it: never a key, row contents only when asked."""

import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from handai_errors import ProviderError
from providers.base import Completion, CompletionClient, CompletionRequest, RateLimits, StreamPiece
from providers.redact import redact

Write = Callable[[dict[str, Any]], None]


class LoggedClient:
    """A CompletionClient around another one; each request gets a number, and its end is written under the same.

    What a person, a row or a model wrote is told by its length alone, unless `content`. A provider's error text is
    content too: many repeat the prompt in it.
    """

    def __init__(
        self, client: CompletionClient, write: Write, *, content: bool = False, key: str | None = None
    ) -> None:
        self._client = client
        self._write = write
        self._content = content
        self._keys = (key,) if key else ()
        self._sent = 0

    async def complete(self, request: CompletionRequest) -> Completion:
        """The other client's answer, written down."""
        number, started = self._begin(request, "complete")
        try:
            completion = await self._client.complete(request)
        except BaseException as error:
            self._failed(number, started, error)
            raise
        self._answered(number, completion)
        return completion

    async def stream(self, request: CompletionRequest) -> AsyncIterator[StreamPiece]:
        """The other client's pieces; the completion is written down."""
        number, started = self._begin(request, "stream")
        try:
            async for piece in self._client.stream(request):
                if piece.completion is not None:
                    self._answered(number, piece.completion)
                yield piece
        except BaseException as error:
            self._failed(number, started, error)
            raise

    async def aclose(self) -> None:
        """Close the other client."""
        await self._client.aclose()

    def _begin(self, request: CompletionRequest, how: str) -> tuple[int, float]:
        self._sent += 1
        messages = [{"role": m.role, **self._text("content", m.content)} for m in request.messages]
        settings = {
            "model": request.model,
            "temperature": request.temperature,
            "max_tokens": request.max_tokens,
            "seed": request.seed,
            "timeout_s": request.timeout_s,
            "max_tokens_name": request.max_tokens_name,
            "fallbacks": request.fallbacks or None,
            "preferences": request.preferences,
        }
        schema = {"json_schema": request.json_schema} if self._content and request.json_schema else {}
        self._put("request", self._sent, how=how, form=str(request.form), messages=messages, **settings, **schema)
        return self._sent, time.perf_counter()

    def _answered(self, number: int, completion: Completion) -> None:
        usage = completion.usage
        self._put(
            "answer",
            number,
            model=completion.model,
            upstream=completion.upstream,
            finish_reason=completion.finish_reason,
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            cost_usd=usage.cost_usd,
            latency_s=round(completion.latency_s, 3),
            **_limits(completion.rate_limits),
            **self._text("text", completion.text),
            **self._text("refusal", completion.refusal),
        )

    def _failed(self, number: int, started: float, error: BaseException) -> None:
        told: dict[str, Any] = {"error": type(error).__name__, "latency_s": round(time.perf_counter() - started, 3)}
        if isinstance(error, ProviderError):
            told |= {"kind": str(error.kind), "status": error.status, "unsent": error.unsent}
            told |= {"retry_after_s": error.retry_after_s, "parameter": error.parameter}
            told |= {**self._text("cause", error.cause), **self._text("raw", error.raw)}
        self._put("failure", number, **told)

    def _text(self, name: str, text: str | None) -> dict[str, Any]:
        if text is None:
            return {}
        return {name: text} if self._content else {f"{name}_characters": len(text)}

    def _put(self, event: str, number: int, **told: Any) -> None:  # noqa: ANN401 any JSON
        said = {name: value for name, value in told.items() if value is not None}
        self._write(_without_keys({"event": event, "number": number, **said}, self._keys))


def _limits(limits: RateLimits | None) -> dict[str, Any]:
    if limits is None:
        return {}
    told = {"remaining_requests": limits.requests, "remaining_tokens": limits.tokens}
    return {name: allowance and allowance.remaining for name, allowance in told.items()}


def _without_keys(value: Any, keys: tuple[str, ...]) -> Any:  # noqa: ANN401 any JSON
    """The same JSON, its texts redacted."""
    if isinstance(value, str):
        return redact(value, keys)
    if isinstance(value, dict):
        return {name: _without_keys(item, keys) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_keys(item, keys) for item in value]
    return value
