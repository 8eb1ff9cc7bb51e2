"""What goes out and what comes back when all is well."""

import asyncio
from dataclasses import replace

import orjson
import pytest

from providers.base import Allowance, AnswerForm, Message, RateLimits, Usage
from tests.fake_faults import chat_body
from tests.fake_provider import FakeProvider
from tests.providers.clients import REQUEST, client_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("both_ways")]

KEY = "k3y-" + "y" * 20


async def test_an_answer_becomes_a_completion(fake_provider: FakeProvider) -> None:
    async with client_of(fake_provider.url) as client:
        completion = await client.complete(REQUEST)
    assert completion.text == "echo: ROW1 hello"
    assert completion.model == "asked-model"
    assert completion.finish_reason == "stop"
    assert completion.usage == Usage(3, 5, None)
    assert completion.latency_s > 0


async def test_unset_settings_are_not_sent(fake_provider: FakeProvider) -> None:
    async with client_of(fake_provider.url) as client:
        await client.complete(REQUEST)
    assert fake_provider.requests[0].json() == {
        "model": "asked-model",
        "messages": [{"role": "user", "content": "ROW1 hello"}],
    }


@pytest.mark.parametrize(
    ("provider", "expected"),
    [
        ("openai", {"max_completion_tokens": 9, "seed": 3, "response_format": {"type": "json_object"}}),
        ("groq", {"max_tokens": 9, "seed": 3, "response_format": {"type": "json_object"}}),
        ("anthropic", {"max_tokens": 9}),
        (
            "lmstudio",
            {
                "max_tokens": 9,
                "seed": 3,
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "answer", "schema": {"type": "object"}},
                },
            },
        ),
    ],
)
async def test_set_settings_go_out_in_the_providers_words(
    fake_provider: FakeProvider, provider: str, expected: dict[str, object]
) -> None:
    request = replace(REQUEST, temperature=0.0, max_tokens=9, seed=3, form=AnswerForm.JSON_OBJECT)
    async with client_of(fake_provider.url, provider=provider, key=KEY) as client:
        await client.complete(request)
    sent = fake_provider.requests[0].json()
    assert {k: v for k, v in sent.items() if k not in {"model", "messages"}} == {"temperature": 0.0, **expected}


async def test_only_our_headers_go_out(fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, f"foreign-{name}")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Foreign: foreign")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://foreign.invalid")
    async with client_of(fake_provider.url) as client:
        await client.complete(REQUEST)
    headers = fake_provider.requests[0].headers
    assert set(headers) == {"host", "content-type", "content-length", "accept", "accept-encoding", "user-agent"}
    assert "foreign" not in str(headers)


async def test_the_key_is_sent_as_a_bearer_token(fake_provider: FakeProvider) -> None:
    fake_provider.configure(key=KEY)
    async with client_of(fake_provider.url, key=f" {KEY}\n") as client:
        assert (await client.complete(REQUEST)).text


async def test_openrouter_is_told_who_asks(fake_provider: FakeProvider) -> None:
    async with client_of(fake_provider.url, provider="openrouter", key=KEY) as client:
        await client.complete(REQUEST)
    headers = fake_provider.requests[0].headers
    assert headers["x-openrouter-title"] == "Handai"
    assert headers["http-referer"].startswith("https://")


async def test_openrouters_cost_and_upstream_are_kept(fake_provider: FakeProvider) -> None:
    usage = {"prompt_tokens": 10, "completion_tokens": 4, "cost": 0.00123}
    fake_provider.canned(200, {**chat_body("hi"), "provider": "Acme", "usage": usage})
    async with client_of(fake_provider.url, provider="openrouter", key=KEY) as client:
        completion = await client.complete(REQUEST)
    assert completion.upstream == "Acme"
    assert completion.usage == Usage(10, 4, 0.00123)


async def test_unknown_usage_is_none(fake_provider: FakeProvider) -> None:
    fake_provider.canned(200, {**chat_body("hi"), "usage": None})
    async with client_of(fake_provider.url) as client:
        assert (await client.complete(REQUEST)).usage == Usage()


async def test_rate_limits_are_read(fake_provider: FakeProvider) -> None:
    fake_provider.configure(bucket={"rate": 1.0, "burst": 5})
    async with client_of(fake_provider.url) as client:
        completion = await client.complete(REQUEST)
    assert completion.rate_limits == RateLimits(requests=Allowance(4, 5, 1.0))


@pytest.mark.parametrize(
    ("message", "text", "refusal"),
    [
        ({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}, "ab", None),
        ({"content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "b"}]}, "b", None),
        ({"content": None}, None, None),
        ({"content": ""}, "", None),
        ({"content": None, "refusal": "no"}, None, "no"),
    ],
    ids=["parts", "thinking", "null", "empty", "refusal"],
)
async def test_content_in_any_form(
    fake_provider: FakeProvider, message: dict[str, object], text: str | None, refusal: str | None
) -> None:
    body = chat_body()
    body["choices"][0]["message"] = {"role": "assistant", **message}
    fake_provider.canned(200, body)
    async with client_of(fake_provider.url) as client:
        completion = await client.complete(REQUEST)
    assert (completion.text, completion.refusal) == (text, refusal)


async def test_json_with_a_wrong_content_type_is_read(fake_provider: FakeProvider) -> None:
    fake_provider.canned(200, orjson.dumps(chat_body("fine")), content_type="text/plain")
    async with client_of(fake_provider.url) as client:
        assert (await client.complete(REQUEST)).text == "fine"


async def test_many_calls_share_the_connections(fake_provider: FakeProvider) -> None:
    async def ask(number: int) -> None:
        request = replace(REQUEST, messages=(Message("user", f"ROW{number}"),))
        assert (await client.complete(request)).text == f"echo: ROW{number}"

    async with client_of(fake_provider.url) as client:
        for start in range(0, 300, 100):
            async with asyncio.TaskGroup() as tasks:
                for number in range(start, start + 100):
                    tasks.create_task(ask(number))
    assert fake_provider.stats()["total"] == 300
    assert fake_provider.stats()["connections"] <= 100
