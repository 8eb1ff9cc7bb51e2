"""What an error says to a person: who failed, whose key or model it is, and what may be behind a bare 404."""

import orjson
import pytest

from handai_errors import KIND_FACTS, ErrorKind
from providers.classify import classify_status
from providers.model_hints import model_hint
from providers.remedies import CallContext
from providers.specs import get_provider


def told(provider: str, status: int, body: object, *, model: str = "asked-model", key_hint: str | None = None) -> str:
    context = CallContext(get_provider(provider), "https://example.org/v1", model=model, key_hint=key_hint)
    return str(classify_status(context, status, {}, orjson.dumps(body).decode()))


@pytest.mark.parametrize("said", ["No cookie auth credentials found", "No auth credentials found", "User not found."])
def test_openrouters_words_for_a_wrong_key_read_as_a_wrong_key(said: str) -> None:
    text = told("openrouter", 401, {"error": {"code": 401, "message": said}})
    assert text.startswith("The key was refused by OpenRouter")
    assert "https://openrouter.ai/settings/keys" in text


def upstream_404(raw: str | None = None) -> dict[str, object]:
    metadata = {"metadata": {"provider_name": "Acme", "raw": raw}} if raw else {}
    return {"error": {"code": 404, "message": "Provider returned error", **metadata}}


@pytest.mark.parametrize("raw", [None, "boom", '{"error":{"message":"The model `asked-model` does not exist"}}'])
def test_provider_returned_error_with_404_names_both_causes(raw: str | None) -> None:
    text = told("openrouter", 404, upstream_404(raw))
    assert "id is wrong" in text
    assert "is down" in text


def test_a_404_that_says_no_more_is_the_providers_not_the_base_urls() -> None:
    context = CallContext(get_provider("openrouter"), "https://example.org/v1")
    error = classify_status(context, 404, {}, orjson.dumps(upstream_404()).decode())
    assert error.kind is ErrorKind.UPSTREAM
    assert "base URL" not in str(error)


@pytest.mark.parametrize(
    "raw",
    [
        '{"error":{"message":"at most 1 image per prompt","code":"invalid_request_error"}}',
        "at most 1 image per prompt",
        {"error": {"message": "at most 1 image per prompt"}},
    ],
)
def test_what_an_upstream_said_is_told_instead_of_that_it_said_something(raw: object) -> None:
    body = {
        "error": {"code": 400, "message": "Provider returned error", "metadata": {"provider_name": "A", "raw": raw}}
    }
    text = told("openrouter", 400, body)
    assert "A said: at most 1 image per prompt" in text
    assert "Provider returned error" not in text


def test_an_error_inside_a_message_is_read() -> None:
    inner = (
        '{\n  "error": {\n "code": 429, "message": "Resource has been exhausted.", "status": "RESOURCE_EXHAUSTED"}}\n'
    )
    text = told("google", 429, {"error": {"message": inner, "code": 429, "status": "Too Many Requests"}})
    assert text.endswith("Resource has been exhausted.")


@pytest.mark.parametrize("kind", [kind for kind in ErrorKind if kind is not ErrorKind.INTERNAL])
def test_only_our_own_fault_is_called_handais(kind: ErrorKind) -> None:
    assert "Handai" in KIND_FACTS[ErrorKind.INTERNAL].title
    assert "Handai" not in KIND_FACTS[kind].title


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 500, 503, 529])
def test_a_providers_fault_names_the_provider(status: int) -> None:
    cause = told("groq", status, {"error": {"message": "no"}}, model="")
    assert "Groq" in cause
    assert "fault in Handai" not in cause


def test_a_refusal_that_names_another_providers_keys_says_whose_key_it_is() -> None:
    said = "Incorrect API key provided. You can find your API key at https://platform.openai.com/account/api-keys."
    text = told("groq", 401, {"error": {"message": said}})
    assert "belongs to OpenAI" in text
    assert "belongs to" not in told("openai", 401, {"error": {"message": said}})


def test_what_is_known_of_the_key_comes_before_what_the_refusal_says() -> None:
    said = "You can find your API key at https://platform.openai.com/account/api-keys."
    text = told("groq", 401, {"error": {"message": said}}, key_hint="This looks like an OpenRouter key.")
    assert "OpenRouter key" in text
    assert "belongs to OpenAI" not in text


@pytest.mark.parametrize(
    ("provider", "model", "says"),
    [
        ("openai", "claude-haiku-5-5", "a model of Anthropic"),
        ("anthropic", "gpt-6-luna", "a model of OpenAI"),
        ("groq", "gemini-9", "a model of Google"),
        ("openai", "openai/gpt-6-luna", "a model of OpenRouter"),
        ("anthropic", "anthropic/claude-9", "calls it “claude-9”"),
        ("together", "qwen:8b", "a model of Ollama"),
        ("groq", "qwen/qwen3:free", "a model of OpenRouter"),
        ("openrouter", "claude-9", "a model of Anthropic"),
        ("openrouter", "mystery", "maker/model"),
    ],
)
def test_a_model_of_another_provider_is_named(provider: str, model: str, says: str) -> None:
    assert says in (model_hint(provider, model) or "")
    body = {"error": {"message": f"The model `{model}` does not exist", "code": "model_not_found"}}
    assert says in told(provider, 404, body, model=model)


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "gpt-6-luna"),
        ("openai", "gpt-7-new"),
        ("groq", "openai/gpt-oss-120b"),
        ("together", "openai/gpt-oss-120b"),
        ("openrouter", "anthropic/claude-sonnet-4"),
        ("openrouter", "qwen/qwen3:free"),
        ("ollama", "gpt-oss:20b"),
        ("azure", "claude-in-my-azure"),
        ("custom", "anything"),
        ("groq", ""),
    ],
)
def test_a_model_that_may_be_the_providers_gets_no_hint(provider: str, model: str) -> None:
    assert model_hint(provider, model) is None
