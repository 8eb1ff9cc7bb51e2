"""Writes a CompletionRequest as the JSON that a provider takes: unset settings are not sent."""

from typing import Any

import orjson

from providers.base import CompletionRequest
from providers.specs import JsonMode, ProviderSpec

_JSON_OBJECT = {"type": "json_object"}
_ANY_OBJECT = {"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "object"}}}


def request_body(spec: ProviderSpec, request: CompletionRequest, *, stream: bool = False) -> bytes:
    """The body of one chat-completions request."""
    body: dict[str, Any] = {
        "model": request.model,
        "messages": [{"role": m.role, "content": m.content} for m in request.messages],
    }
    if request.temperature is not None:
        body["temperature"] = request.temperature
    if request.max_tokens is not None:
        body[spec.max_tokens_parameter] = request.max_tokens
    if request.seed is not None and spec.seed_supported:
        body["seed"] = request.seed
    if request.json_mode and spec.json_mode is not JsonMode.NONE:
        body["response_format"] = _JSON_OBJECT if spec.json_mode is JsonMode.JSON_OBJECT else _ANY_OBJECT
    if stream:
        body["stream"] = True
        body["stream_options"] = {"include_usage": True}
    return orjson.dumps(body)
