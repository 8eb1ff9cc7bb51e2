"""Reads a chat completion that came with status 200: a usable answer, or the error that hides in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from handai_errors import ProviderError
from providers.base import Completion, Usage
from providers.classify import classify_value, malformed
from providers.rate_limits import rate_limits_from
from providers.redact import redact
from providers.remedies import CallContext


@dataclass(frozen=True, slots=True)
class Answer:
    """The bytes of one answer, what was asked, and the keys that its text must not show."""

    context: CallContext
    headers: Mapping[str, str]
    raw: bytes
    latency_s: float
    keys: tuple[str, ...] = ()

    def text(self) -> str:
        """The answer as text that may be stored."""
        return redact(self.raw.decode("utf-8", "replace"), self.keys)


def read_completion(answer: Answer) -> Completion | ProviderError:
    """The completion in `answer`, or why there is none."""
    try:
        value = orjson.loads(answer.raw)
    except orjson.JSONDecodeError:
        return _malformed(answer, "not JSON" if answer.raw.strip() else "it is empty")
    if isinstance(value, dict) and not tells_error(value):
        return _from_body(answer, value)
    if isinstance(value, list) and not (value and isinstance(value[0], dict) and value[0].get("error")):
        return _malformed(answer, "a list instead of a completion")
    if not isinstance(value, dict | list):
        return _malformed(answer, "not a completion")
    return _error_in(answer)


def _from_body(answer: Answer, body: dict[str, Any]) -> Completion | ProviderError:
    choices = body.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        return _malformed(answer, "it holds no choices")
    choice = choices[0]
    if choice.get("error") or choice.get("finish_reason") == "error":
        return broken_off(answer, choice.get("error"))
    message = choice.get("message")
    if not isinstance(message, dict):
        return _malformed(answer, "it holds no message")
    return Completion(
        text=joined_text(message.get("content")),
        model=_text_or_none(body.get("model")),
        finish_reason=_text_or_none(choice.get("finish_reason")),
        refusal=_text_or_none(message.get("refusal")),
        usage=read_usage(body.get("usage")),
        upstream=_text_or_none(body.get("provider")),
        latency_s=answer.latency_s,
        rate_limits=rate_limits_from(answer.headers),
        id=_text_or_none(body.get("id")) if answer.context.spec.generation_path else None,
    )


def tells_error(body: dict[str, Any]) -> bool:
    """Whether an answer that came with status 200 is an error; RunPod's workers put none around theirs."""
    return bool(body.get("error")) or body.get("object") == "error"


def broken_off(answer: Answer, error: object) -> ProviderError:
    """The error of an answer that stopped half way; what came of its text is no result."""
    told = error or {"code": 502, "message": "The model's answer broke off"}
    return classify_value(answer.context, _redacted({"error": told}, answer.keys), answer.headers, answer.text())


def joined_text(content: object) -> str | None:
    """The text of a message: a string, or the text parts of a list; None when there is no content."""
    if content is None or isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        return "".join([part for part in parts if isinstance(part, str)])
    return str(content)


def read_usage(usage: object) -> Usage:
    """Tokens, and the cost where the provider says it."""
    if not isinstance(usage, dict):
        return Usage()
    cost = usage.get("cost")
    return Usage(
        prompt_tokens=_count(usage.get("prompt_tokens")),
        completion_tokens=_count(usage.get("completion_tokens")),
        cost_usd=float(cost) if isinstance(cost, int | float) and not isinstance(cost, bool) else None,
    )


def _error_in(answer: Answer) -> ProviderError:
    return classify_value(answer.context, orjson.loads(answer.text()), answer.headers, answer.text())


def _malformed(answer: Answer, what: str) -> ProviderError:
    return malformed(answer.context, answer.headers, answer.text(), what)


def _redacted(value: object, keys: tuple[str, ...]) -> object:
    return orjson.loads(redact(orjson.dumps(value).decode(), keys))


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
