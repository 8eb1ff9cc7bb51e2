from dataclasses import replace
from typing import Any

import orjson
import pytest

from providers.base import AnswerForm, CompletionRequest, Message
from providers.request_body import is_strict, request_body
from providers.specs import get_provider

STRICT: dict[str, Any] = {
    "type": "object",
    "properties": {"mood": {"type": "string", "enum": ["good", "bad"]}},
    "required": ["mood"],
    "additionalProperties": False,
}
REQUEST = CompletionRequest("m", (Message("user", "JSON"),), form=AnswerForm.JSON_SCHEMA, json_schema=STRICT)


def body_of(provider: str, request: CompletionRequest = REQUEST) -> dict[str, Any]:
    body: dict[str, Any] = orjson.loads(request_body(get_provider(provider), request))
    return body


def test_a_schema_goes_out_as_a_strict_one() -> None:
    body = body_of("openai")
    assert body["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "strict": True, "schema": STRICT},
    }
    assert "provider" not in body


def test_openrouter_only_asks_upstreams_that_keep_to_a_schema() -> None:
    assert body_of("openrouter")["provider"] == {"require_parameters": True}
    assert "provider" not in body_of("openrouter", replace(REQUEST, form=AnswerForm.JSON_OBJECT))


ROUTED = replace(
    REQUEST,
    form=AnswerForm.TEXT,
    fallbacks=("b", "m", "c"),
    preferences={"order": ["groq"], "require_parameters": False},
)


def test_000_4_preferences_and_fallbacks_reach_an_aggregator() -> None:
    body = body_of("openrouter", ROUTED)
    assert body["models"] == ["m", "b", "c"]
    assert body["provider"] == {"order": ["groq"], "require_parameters": False}
    assert body_of("openrouter", replace(ROUTED, fallbacks=())).get("models") is None


def test_a_schema_demands_upstreams_that_keep_to_it_whatever_is_preferred() -> None:
    body = body_of("openrouter", replace(ROUTED, form=AnswerForm.JSON_SCHEMA))
    assert body["provider"] == {"order": ["groq"], "require_parameters": True}


@pytest.mark.parametrize("provider", ["openai", "custom", "vllm"])
def test_no_other_provider_is_told_of_a_route(provider: str) -> None:
    assert not {"models", "provider"} & body_of(provider, ROUTED).keys()


@pytest.mark.parametrize(
    ("provider", "name", "sent"),
    [
        ("custom", None, "max_tokens"),
        ("openai", None, "max_completion_tokens"),
        ("custom", "max_completion_tokens", "max_completion_tokens"),
        ("openai", "max_tokens", "max_tokens"),
    ],
)
def test_max_tokens_go_out_under_one_name(provider: str, name: str | None, sent: str) -> None:
    body = body_of(provider, replace(REQUEST, max_tokens=5, max_tokens_name=name))
    assert {key: body[key] for key in body if key.startswith("max_")} == {sent: 5}


@pytest.mark.parametrize(
    ("provider", "form", "sent"),
    [
        ("openai", AnswerForm.JSON_OBJECT, "json_object"),
        ("lmstudio", AnswerForm.JSON_OBJECT, "json_schema"),
        ("anthropic", AnswerForm.JSON_OBJECT, None),
        ("openai", AnswerForm.INSTRUCTIONS, None),
        ("openai", AnswerForm.TEXT, None),
    ],
)
def test_the_form_decides_what_is_sent(provider: str, form: AnswerForm, sent: str | None) -> None:
    assert body_of(provider, replace(REQUEST, form=form)).get("response_format", {}).get("type") == sent


def test_a_schema_form_without_a_schema_asks_for_any_object() -> None:
    assert body_of("openai", replace(REQUEST, json_schema=None))["response_format"] == {"type": "json_object"}


@pytest.mark.parametrize(
    "part",
    [
        {"type": "object"},
        {"type": ["object", "null"], "properties": {"a": {}}, "required": ["a"]},
        {"type": "object", "properties": {"a": {}}, "required": [], "additionalProperties": False},
        {"anyOf": [{"type": "object", "additionalProperties": True}, {"type": "null"}]},
    ],
)
def test_a_schema_with_an_open_object_anywhere_is_not_called_strict(part: dict[str, Any]) -> None:
    schema = {**STRICT, "properties": {"mood": {"type": "array", "items": part}}}
    assert is_strict(STRICT)
    assert not is_strict(schema)


@pytest.mark.parametrize(
    ("provider", "asked"),
    [("openai", {"include_usage": True}), ("vllm", {"include_usage": True}), ("mistral", None)],
)
def test_a_stream_asks_for_its_usage_only_where_that_is_taken(provider: str, asked: dict[str, bool] | None) -> None:
    """Mistral always tells it and refuses to be asked: github.com/avante-corp/avante.nvim#2347, 2025-06."""
    body = orjson.loads(request_body(get_provider(provider), REQUEST, stream=True))
    assert body["stream"] is True
    assert body.get("stream_options") == asked
