from typing import Any

import pytest
from pydantic import SecretStr

from handai_errors import ErrorKind, ProviderError
from providers.base import ModelInfo
from providers.models import list_models
from tests.fake_provider import FakeProvider

pytestmark = pytest.mark.anyio

KEY = "canary-" + "k3y" * 8


@pytest.mark.parametrize(
    "body",
    [
        {"object": "list", "data": [{"id": "b"}, {"id": "a"}]},
        [{"id": "b"}, {"id": "a"}],
        {"models": [{"name": "b"}, "a"]},
    ],
    ids=["openai", "bare-array", "names"],
)
async def test_a_list_in_any_form_is_sorted(fake_provider: FakeProvider, body: Any) -> None:  # noqa: ANN401
    fake_provider.configure(model_list=body)
    assert [model.id for model in await list_models("custom", fake_provider.url, None)] == ["a", "b"]


async def test_openrouters_prices_and_context_are_read(fake_provider: FakeProvider) -> None:
    entry = {
        "id": "x/y",
        "name": "X: Y",
        "context_length": 128000,
        "pricing": {"prompt": "0.0000001", "completion": "0.0000005"},
    }
    fake_provider.configure(
        model_list={"data": [entry, {"id": "auto", "pricing": {"prompt": "-1", "completion": "-1"}}]}
    )
    assert await list_models("openrouter", fake_provider.url, None) == [
        ModelInfo("auto", "auto"),
        ModelInfo("x/y", "X: Y", 128000, 0.1, 0.5),
    ]


async def test_the_key_is_sent_where_there_is_one(fake_provider: FakeProvider) -> None:
    await list_models("custom", fake_provider.url, SecretStr(KEY))
    assert fake_provider.requests[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("provider", ["openai", "anthropic", "google", "groq", "together"])
async def test_others_have_a_built_in_list_with_prices(provider: str) -> None:
    models = await list_models(provider, None, None)
    assert len(models) >= 3
    priced = [model for model in models if model.prompt_price is not None]
    assert priced, "at least one price is known"


async def test_azure_has_only_the_users_own() -> None:
    assert await list_models("azure", None, None) == []


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, {"error": {"message": f"bad key {KEY}"}}, ErrorKind.AUTH),
        (404, {"detail": "Not Found"}, ErrorKind.WRONG_ENDPOINT),
        (503, "busy", ErrorKind.OVERLOADED),
        (200, "<html>sign in</html>", ErrorKind.MALFORMED_RESPONSE),
        (200, {"hello": 1}, ErrorKind.MALFORMED_RESPONSE),
    ],
)
async def test_a_failure_is_told(fake_provider: FakeProvider, status: int, body: Any, kind: ErrorKind) -> None:  # noqa: ANN401
    fake_provider.canned(status, body)
    with pytest.raises(ProviderError) as caught:
        await list_models("custom", fake_provider.url, SecretStr(KEY))
    assert caught.value.kind is kind
    assert KEY not in f"{caught.value!r} {vars(caught.value)}"


async def test_a_server_that_is_not_running_says_how_to_start_it(fake_provider: FakeProvider) -> None:
    with FakeProvider() as gone:
        address = gone.url
    with pytest.raises(ProviderError, match="ollama serve"):
        await list_models("ollama", address, None)


async def test_too_large_a_list_stops(fake_provider: FakeProvider) -> None:
    fake_provider.canned(200, b"[" + b'"a",' * 3_000_000)
    with pytest.raises(ProviderError):
        await list_models("custom", fake_provider.url, None)
