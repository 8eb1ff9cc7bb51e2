"""Every provider's own list of models, in the shape of its documentation, becomes one form."""

from typing import Any

import pytest
from pydantic import SecretStr

from handai_errors import ErrorKind, ProviderError
from providers.base import ModelInfo
from providers.models import fetch_models
from tests.fake_listing import Asked, fake_listing

pytestmark = pytest.mark.anyio

KEY = "canary-" + "k3y" * 8

# https://openrouter.ai/docs/api-reference/list-available-models
OPENROUTER = {
    "id": "qwen/qwen3-235b-a22b:free",
    "canonical_slug": "qwen/qwen3-235b-a22b-04-28",
    "hugging_face_id": "Qwen/Qwen3-235B-A22B",
    "name": "Qwen: Qwen3 235B A22B (free)",
    "created": 1745875757,
    "context_length": 131072,
    "architecture": {"input_modalities": ["text"], "output_modalities": ["text"], "tokenizer": "Qwen3"},
    "pricing": {"prompt": "0", "completion": "0", "request": "0"},
    "top_provider": {"context_length": 40960, "max_completion_tokens": 8192, "is_moderated": False},
    "supported_parameters": ["max_tokens", "temperature", "response_format"],
    "expiration_date": "2026-12-31",
}
BARE = {"id": "x/bare", "hugging_face_id": "", "context_length": 0, "top_provider": None, "pricing": {"prompt": "-1"}}


async def fetched(provider: str, path: str, answers: dict[str, Any], key: str | None = None) -> list[ModelInfo]:
    with fake_listing(answers) as server:
        return await fetch_models(provider, f"{server.url}{path}", SecretStr(key) if key else None)


async def test_openrouters_entry_is_read_whole() -> None:
    """001-2, 003-4: id, slugs, Hugging Face id, context, output, prices, modalities, parameters, expiry."""
    found = await fetched("openrouter", "/api/v1", {"/api/v1/models": {"data": [OPENROUTER, BARE]}})
    assert found == [
        ModelInfo(
            id="qwen/qwen3-235b-a22b:free",
            name="Qwen: Qwen3 235B A22B (free)",
            context_length=131072,
            prompt_price=0.0,
            completion_price=0.0,
            canonical_slug="qwen/qwen3-235b-a22b-04-28",
            hugging_face_id="Qwen/Qwen3-235B-A22B",
            max_output=8192,
            created=1745875757,
            input_modalities=("text",),
            output_modalities=("text",),
            supported_parameters=("max_tokens", "temperature", "response_format"),
            expires="2026-12-31",
        ),
        ModelInfo(id="x/bare", name="x/bare"),  # what is unsaid, empty, 0 or varies is unknown
    ]


# Together: docs.together.ai/reference/models, read 2026-11, a bare array still in github.com/odysseus-dev/odysseus#2202
# of 2026-06; its types by togethercomputer/together-python src/together/types/models.py, 2026-11. Groq: a live list in
# github.com/sigoden/aichat#1498, 2026-03; with prices and modalities in github.com/anomalyco/models.dev#3761, 2026-07,
# and both names of the context in github.com/pydantic/genai-prices#649, 2026-08. vLLM: docs.vllm.ai (max_model_len);
# OpenAI: platform.openai.com/docs/api-reference/models/list, both read 2026-11.
@pytest.mark.parametrize(
    ("provider", "body", "expected"),
    [
        (
            "together",
            [
                {
                    "id": "some/Chat-Model",
                    "object": "model",
                    "created": 1692896905,
                    "type": "chat",
                    "display_name": "Some Chat Model",
                    "context_length": 4096,
                    "pricing": {"hourly": 0, "input": 0.2, "output": 0.6, "base": 0, "finetune": 0},
                }
            ],
            ModelInfo("some/Chat-Model", "Some Chat Model", 4096, 0.2, 0.6, created=1692896905),
        ),
        (
            "together",
            [
                {
                    "id": "some/embedder",
                    "type": "embedding",
                    "context_length": 0,
                    "pricing": {"hourly": 1, "input": 0, "output": 0},
                }
            ],
            ModelInfo("some/embedder", "some/embedder", output_modalities=("embeddings",)),
        ),
        (
            "together",
            [{"id": "some/scribe", "type": "transcribe", "context_length": 0, "pricing": {"input": 0, "output": 0}}],
            ModelInfo("some/scribe", "some/scribe", output_modalities=("transcription",)),
        ),
        (
            "groq",
            {"data": [{"id": "some-model", "active": True, "context_window": 8192, "max_completion_tokens": 1024}]},
            ModelInfo("some-model", "some-model", 8192, max_output=1024),
        ),
        (
            "groq",
            {
                "object": "list",
                "data": [
                    {
                        "id": "some-maker/new-model",
                        "object": "model",
                        "created": 1752435491,
                        "owned_by": "Some Maker",
                        "active": True,
                        "context_window": 131072,
                        "context_length": 131072,
                        "max_output_length": 16384,
                        "input_modalities": ["text", "image"],
                        "output_modalities": ["text"],
                        "pricing": {
                            "prompt": "0.0000006",
                            "completion": "0.000003",
                            "input_cache_read": "0.0000003",
                        },
                    }
                ],
            },
            ModelInfo(
                "some-maker/new-model",
                "some-maker/new-model",
                131072,
                0.6,
                3.0,
                max_output=16384,
                created=1752435491,
                input_modalities=("text", "image"),
                output_modalities=("text",),
            ),
        ),
        ("custom", {"data": [{"id": "m", "max_model_len": 2048}]}, ModelInfo("m", "m", 2048)),
        (
            "openai",
            {"object": "list", "data": [{"id": "ft:unheard-of", "created": 1686935002, "owned_by": "me"}]},
            ModelInfo("ft:unheard-of", "ft:unheard-of", created=1686935002),
        ),
    ],
    ids=["together", "together-embedding", "together-transcribe", "groq", "groq-with-prices", "vllm", "openai"],
)
async def test_each_compatible_list_is_read(provider: str, body: Any, expected: ModelInfo) -> None:  # noqa: ANN401
    with fake_listing({"/v1/models": body}) as server:
        found = await fetch_models(provider, f"{server.url}/v1", SecretStr(KEY))
    assert found == [expected]
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"


async def test_prices_of_long_prompts_and_of_a_request_are_read() -> None:
    """pydantic/genai-prices#625, 2026-08 and linuxarena/control-tower#1976, 2026-09: omitted prices stay."""
    pricing = {
        "prompt": "0.0000025",
        "completion": "0.000015",
        "request": "0.005",
        "overrides": [{"min_prompt_tokens": 272000, "prompt": "0.000005"}, {"completion": "0.00002"}],
    }
    (model,) = await fetched("openrouter", "/api/v1", {"/api/v1/models": {"data": [{"id": "a/b", "pricing": pricing}]}})
    assert (model.prompt_price, model.completion_price, model.request_price) == (2.5, 15.0, 0.005)
    assert model.price_tiers == ((-1, 2.5, 20.0), (271_999, 5.0, 20.0))


async def test_what_a_list_leaves_out_is_taken_from_published_prices() -> None:
    (model,) = await fetched("openai", "/v1", {"/v1/models": {"data": [{"id": "gpt-4.1-mini"}]}}, KEY)
    assert (model.prompt_price, model.completion_price) == (0.4, 1.6)
    assert (model.context_length or 0) > 100_000


async def test_anthropics_list_is_asked_page_by_page_with_its_own_headers() -> None:
    """https://platform.claude.com/docs/en/api/models"""
    first = {
        "id": "claude-haiku-5-5",
        "display_name": "Claude Haiku 5.5",
        "created_at": "2026-08-01T00:00:00Z",
        "type": "model",
        "max_input_tokens": 500_000,
        "max_tokens": 64_000,
    }

    def page(asked: Asked) -> Any:  # noqa: ANN401
        if "after_id=claude-haiku-5-5" in asked.target:
            return {"data": [{"id": "claude-z", "display_name": "Z"}], "has_more": False, "last_id": "claude-z"}
        return {"data": [first], "has_more": True, "last_id": "claude-haiku-5-5"}

    with fake_listing({"/v1/models": page}) as server:
        found = await fetch_models("anthropic", f"{server.url}/v1/", SecretStr(KEY))

    assert [model.id for model in found] == ["claude-haiku-5-5", "claude-z"]
    assert (found[0].name, found[0].context_length, found[0].max_output) == ("Claude Haiku 5.5", 500_000, 64_000)
    assert found[0].created == 1785542400
    sent = server.asked[0].headers
    assert (sent["x-api-key"], sent["anthropic-version"]) == (KEY, "2023-06-01")
    assert "authorization" not in sent


async def test_googles_native_list_tells_limits_and_only_models_that_write() -> None:
    """ai.google.dev/api/models, read 2026-11; the fields as a live list had them in simonw/llm-gemini#82, 2025-05."""
    gemini = {
        "name": "models/gemini-x",
        "version": "001",
        "displayName": "Gemini X",
        "description": "Writes.",
        "temperature": 1,
        "topP": 0.95,
        "topK": 64,
        "inputTokenLimit": 1048576,
        "outputTokenLimit": 65536,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
    }
    embedder = {"name": "models/embedding-1", "supportedGenerationMethods": ["embedContent"]}

    def page(asked: Asked) -> Any:  # noqa: ANN401
        return (
            {"models": [embedder]}
            if "pageToken=next" in asked.target
            else {"models": [gemini], "nextPageToken": "next"}
        )

    with fake_listing({"/v1beta/models": page}) as server:
        found = await fetch_models("google", f"{server.url}/v1beta/openai/", SecretStr(KEY))

    assert [(m.id, m.name, m.context_length, m.max_output) for m in found] == [("gemini-x", "Gemini X", 1048576, 65536)]
    assert [asked.headers["x-goog-api-key"] for asked in server.asked] == [KEY, KEY]


async def test_ollama_is_asked_for_each_models_context() -> None:
    """004-15; https://docs.ollama.com/api/tags and /api/show-model-details; one that fails hides no other."""

    def shown(asked: Asked) -> Any:  # noqa: ANN401
        match asked.body["model"]:
            case "set:latest":
                return {"parameters": "temperature 0.7\nnum_ctx 2048", "model_info": {"llama.context_length": 131072}}
            case "own:latest":
                return {"model_info": {"general.architecture": "gemma4", "gemma4.context_length": 262144}}
        return 500, {"error": "broken"}

    tags = {"models": [{"name": f"{name}:latest", "model": f"{name}:latest"} for name in ("set", "own", "broken")]}
    found = await fetched("ollama", "/v1", {"/api/tags": tags, "/api/show": shown})
    assert [(model.id, model.context_length) for model in found] == [
        ("broken:latest", None),
        ("own:latest", 262144),
        ("set:latest", 2048),
    ]


# lmstudio-ai/docs 35ec6d3d 1_developer/2_rest/list.md; lmstudio.ai/docs/developer/rest/list, read 2026-11
V1 = {
    "models": [
        {
            "type": "llm",
            "publisher": "lmstudio-community",
            "key": "qwen/qwen3-4b",
            "display_name": "Qwen3 4B",
            "architecture": "qwen3",
            "quantization": {"name": "Q4_0", "bits_per_weight": 4},
            "max_context_length": 40960,
            "loaded_instances": [{"id": "qwen/qwen3-4b", "config": {"context_length": 8192, "parallel": 4}}],
            "format": "gguf",
            "capabilities": {"vision": False, "trained_for_tool_use": True},
        },
        {
            "type": "embedding",
            "key": "nomic",
            "display_name": "Nomic",
            "loaded_instances": [],
            "max_context_length": 2048,
        },
    ]
}
# lmstudio.ai/docs/api/rest-api, read 2026-11
V0 = {"data": [{"id": "qwen/qwen3-4b", "type": "llm", "state": "not-loaded", "max_context_length": 40960}]}


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"/api/v1/models": V1}, [("nomic", 2048), ("qwen/qwen3-4b", 8192)]),
        ({"/api/v0/models": V0}, [("qwen/qwen3-4b", 40960)]),
        ({"/v1/models": {"data": [{"id": "qwen/qwen3-4b"}]}}, [("qwen/qwen3-4b", None)]),
    ],
    ids=["v1", "v0", "compatible"],
)
async def test_lm_studio_is_asked_in_the_newest_form_it_knows(answers: dict[str, Any], expected: list[Any]) -> None:
    """Requirement 004-15."""
    found = await fetched("lmstudio", "/v1", answers)
    assert [(model.id, model.context_length) for model in found] == expected


@pytest.mark.parametrize("provider", ["azure", "demo"])
async def test_who_has_no_list_is_not_asked(provider: str) -> None:
    """An Azure model is a deployment's name, which only its owner knows."""
    assert await fetch_models(provider, None, SecretStr(KEY)) == []


@pytest.mark.parametrize("provider", ["openai", "anthropic", "google", "ollama", "lmstudio"])
async def test_a_refused_key_is_told_whatever_the_way(provider: str) -> None:
    refused = (401, {"error": {"message": f"Incorrect API key provided: {KEY}"}})
    paths = ("/v1/models", "/models", "/api/tags", "/api/v1/models")
    with pytest.raises(ProviderError) as caught:
        await fetched(provider, "/v1" if provider != "google" else "/openai", dict.fromkeys(paths, refused), KEY)
    assert caught.value.kind is ErrorKind.AUTH
    assert KEY not in f"{caught.value!r} {vars(caught.value)}"
