"""Puts a streamed answer together: server-sent events in, pieces of text and one completion out."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

from handai_errors import ProviderError
from providers.answer import Answer, broken_off, joined_text, read_usage, tells_error
from providers.base import Completion, Usage
from providers.classify import classify_value, malformed
from providers.error_body import parse_json
from providers.rate_limits import rate_limits_from
from providers.redact import redact


async def events(lines: AsyncIterator[str]) -> AsyncIterator[str]:
    """The data of each server-sent event, several data lines joined."""
    data: list[str] = []
    async for line in lines:
        if line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif not line.strip() and data:
            yield "\n".join(data)
            data = []
    if data:
        yield "\n".join(data)


@dataclass(slots=True)
class StreamedAnswer:
    """What has come so far of one streamed completion."""

    answer: Answer
    done: bool = False
    error: ProviderError | None = None
    _pieces: list[str] = field(default_factory=list)
    _refusals: list[str] = field(default_factory=list)
    _finish_reason: str | None = None
    _usage: Usage = field(default_factory=Usage)
    _model: str | None = None
    _upstream: str | None = None

    def take(self, data: str) -> str:
        """The text that this event adds; sets `error` if it tells one."""
        if data.strip() == "[DONE]":
            self.done = True
            return ""
        event = parse_json(data)
        if not isinstance(event, dict):
            self.error = self._malformed("an event is not JSON", data)
            return ""
        if tells_error(event):
            self._fail(event, data)
            return ""
        return self._add(event)

    def completion(self, latency_s: float) -> Completion | ProviderError:
        """The whole completion, or why there is none."""
        if self.error is not None:
            return self.error
        if self._finish_reason is None and not self.done:
            return self._malformed("it broke off before its end", "".join(self._pieces))
        if self._finish_reason == "error":
            return broken_off(self.answer, None)
        return Completion(
            text="".join(self._pieces) if self._pieces or not self._refusals else None,
            model=self._model,
            finish_reason=self._finish_reason,
            refusal="".join(self._refusals) or None,
            usage=self._usage,
            upstream=self._upstream,
            latency_s=latency_s,
            rate_limits=rate_limits_from(self.answer.headers),
        )

    def _add(self, event: dict[str, Any]) -> str:
        self._model = event.get("model") or self._model
        self._upstream = event.get("provider") or self._upstream
        if event.get("usage"):
            self._usage = read_usage(event["usage"])
        choices = event.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
        if choice.get("error"):
            self.error = broken_off(self.answer, choice["error"])
            return ""
        self._finish_reason = choice.get("finish_reason") or self._finish_reason
        delta = choice.get("delta")
        return self._add_delta(delta) if isinstance(delta, dict) else ""

    def _add_delta(self, delta: dict[str, Any]) -> str:
        if isinstance(delta.get("refusal"), str):
            self._refusals.append(delta["refusal"])
        piece = joined_text(delta.get("content")) or ""
        if piece:
            self._pieces.append(piece)
        return piece

    def _fail(self, event: dict[str, Any], data: str) -> None:
        text = redact(data, self.answer.keys)
        self.error = classify_value(self.answer.context, parse_json(text) or event, self.answer.headers, text)

    def _malformed(self, what: str, text: str) -> ProviderError:
        shown = replace(self.answer, raw=text.encode()).text()
        return malformed(self.answer.context, self.answer.headers, shown, what)
