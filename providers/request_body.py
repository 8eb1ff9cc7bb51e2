"""Writes a CompletionRequest as the JSON that a provider takes: unset settings are not sent."""

from typing import Any

import orjson

from providers.base import SCHEMA_FORMS, AnswerForm, CompletionRequest
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
        body[request.max_tokens_name or spec.max_tokens_parameter] = request.max_tokens
    if request.seed is not None and spec.seed_supported:
        body[spec.seed_parameter] = request.seed
    body |= _form_of_answer(spec, request)
    if spec.routes:
        body |= _route(request, body.get("provider", {}))
    if stream:
        body |= {"stream": True, **({"stream_options": {"include_usage": True}} if spec.usage_on_request else {})}
    return orjson.dumps(body)


def _route(request: CompletionRequest, demands: dict[str, Any]) -> dict[str, Any]:
    """The fallback models in their order, and whom to ask; what the form of the answer demands goes first."""
    wishes = {**(request.preferences or {}), **demands}
    models = list(dict.fromkeys([request.model, *request.fallbacks]))
    return {**({"models": models} if len(models) > 1 else {}), **({"provider": wishes} if wishes else {})}


def _form_of_answer(spec: ProviderSpec, request: CompletionRequest) -> dict[str, Any]:
    match request.form:
        case form if form in SCHEMA_FORMS and request.json_schema is not None:
            schema = {"name": "answer", "strict": is_strict(request.json_schema), "schema": request.json_schema}
            return {"response_format": {"type": "json_schema", "json_schema": schema}, **spec.sent_with_schema}
        case AnswerForm.TEXT | AnswerForm.INSTRUCTIONS:
            return {}
        case _ if spec.json_mode is JsonMode.JSON_OBJECT:
            return {"response_format": _JSON_OBJECT}
        case _:
            return {"response_format": _ANY_OBJECT} if spec.json_mode is JsonMode.OBJECT_SCHEMA else {}


def is_strict(schema: object) -> bool:
    """Whether every object in `schema` names all its keys, requires them and allows no others.

    OpenAI and Groq refuse other schemas as strict ones, and take them as a wish.
    """
    if isinstance(schema, list):
        return all(is_strict(part) for part in schema)
    if not isinstance(schema, dict):
        return True
    kind = schema.get("type")
    if kind == "object" or (isinstance(kind, list) and "object" in kind):
        named, required = schema.get("properties", {}), schema.get("required", ())
        if schema.get("additionalProperties") is not False or not named or {*named} != {*required}:
            return False
    return all(is_strict(part) for key, part in schema.items() if key not in {"enum", "const", "required"})
