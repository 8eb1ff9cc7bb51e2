"""What becomes of a call whose connection, deadline, size or key is the trouble."""

import asyncio
import gzip
import socket
import traceback
from dataclasses import replace

import orjson
import pytest

from handai_errors import ErrorKind, ProviderError
from providers.base import CompletionRequest
from tests.fake_faults import chat_body
from tests.fake_provider import FakeProvider
from tests.providers.clients import REQUEST, client_of, failure_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("both_ways")]

HASTY = replace(REQUEST, timeout_s=0.3)
CANARY = "canary/+" + "k3y" * 8


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("reset", ErrorKind.CONNECTION),
        ("disconnect", ErrorKind.CONNECTION),
        ("truncated", ErrorKind.CONNECTION),
        ("garbage", ErrorKind.MALFORMED_RESPONSE),
        ("hang", ErrorKind.TIMEOUT),
        ("drip", ErrorKind.TIMEOUT),
        ("huge", ErrorKind.MALFORMED_RESPONSE),
    ],
)
async def test_after_sending_the_outcome_is_unknown(fake_provider: FakeProvider, fault: str, kind: ErrorKind) -> None:
    fake_provider.configure(faults={fault: 1.0})
    error = await failure_of(fake_provider.url, HASTY if kind is ErrorKind.TIMEOUT else REQUEST)
    assert error.kind is kind
    assert not error.unsent, "it may have been billed"
    assert fake_provider.stats()["total"] == 1


async def test_a_dripping_answer_ends_at_the_deadline(fake_provider: FakeProvider) -> None:
    fake_provider.configure(faults={"drip": 1.0}, drip_s=0.02)
    started = asyncio.get_running_loop().time()
    await failure_of(fake_provider.url, HASTY)
    assert asyncio.get_running_loop().time() - started < 1.0


@pytest.mark.parametrize(
    ("provider", "word"),
    [("ollama", "ollama serve"), ("lmstudio", "Developer tab"), ("custom", "port in the base URL")],
)
async def test_a_server_that_is_not_there_was_not_sent_anything(provider: str, word: str) -> None:
    error = await failure_of(f"http://localhost:{free_port()}/v1", provider=provider)
    assert error.kind is ErrorKind.CONNECTION
    assert error.unsent
    assert word in error.remedy


async def test_an_unknown_host_was_not_sent_anything() -> None:
    error = await failure_of("http://nowhere.invalid/v1")
    assert (error.kind, error.unsent) == (ErrorKind.CONNECTION, True)
    assert "not found" in error.cause


async def test_a_plain_server_behind_https_was_not_sent_anything(fake_provider: FakeProvider) -> None:
    error = await failure_of(fake_provider.url.replace("http:", "https:"))
    assert (error.kind, error.unsent) == (ErrorKind.CONNECTION, True)
    assert "http against https" in error.remedy


async def test_too_large_an_answer_stops_and_leaves_the_client_usable(fake_provider: FakeProvider) -> None:
    async with client_of(fake_provider.url) as client:
        fake_provider.configure(faults={"huge": 1.0})
        with pytest.raises(ProviderError, match="larger than 10 MB"):
            await client.complete(REQUEST)
        fake_provider.configure(faults={})
        assert (await client.complete(REQUEST)).text


async def test_a_compressed_bomb_stops_at_the_cap(fake_provider: FakeProvider) -> None:
    bomb = gzip.compress(b" " * 200_000_000, compresslevel=9)
    fake_provider.canned(200, bomb, content_encoding="gzip")
    assert "larger than 10 MB" in (await failure_of(fake_provider.url)).cause


@pytest.mark.parametrize("status", [200, 429])
async def test_a_compressed_answer_is_read(fake_provider: FakeProvider, status: int) -> None:
    body = chat_body("fine") if status == 200 else {"error": {"message": "slow down"}}
    fake_provider.canned(status, gzip.compress(orjson.dumps(body)), content_encoding="gzip")
    async with client_of(fake_provider.url) as client:
        if status == 200:
            assert (await client.complete(REQUEST)).text == "fine"
        else:
            with pytest.raises(ProviderError, match="slow down"):
                await client.complete(REQUEST)


async def test_a_redirect_is_not_followed(fake_provider: FakeProvider) -> None:
    with FakeProvider() as elsewhere:
        fake_provider.canned(307, "", location=f"{elsewhere.url}/chat/completions")
        error = await failure_of(fake_provider.url, key=CANARY)
        assert error.kind is ErrorKind.WRONG_ENDPOINT
        assert elsewhere.stats()["connections"] == 0


async def test_a_cancellation_travels_on(fake_provider: FakeProvider) -> None:
    fake_provider.configure(hold=True)
    async with client_of(fake_provider.url) as client:
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(client.complete(REQUEST))
            while not fake_provider.stats()["in_flight"]:  # noqa: ASYNC110 - the server runs in another thread
                await asyncio.sleep(0)
            task.cancel()
        assert task.cancelled()


@pytest.mark.parametrize("key", ["sk–ключ" + "x" * 20, "line\nbreak" + "x" * 20, "sp ace" + "x" * 20])
async def test_a_key_that_cannot_be_sent_is_refused_here(fake_provider: FakeProvider, key: str) -> None:
    error = await failure_of(fake_provider.url, key=key, provider="openai")
    assert (error.kind, error.unsent) == (ErrorKind.AUTH, True)
    assert fake_provider.stats()["connections"] == 0
    assert key not in str(error)


async def test_a_foreign_key_is_named_when_it_is_refused(fake_provider: FakeProvider) -> None:
    fake_provider.configure(faults={"401": 1.0})
    error = await failure_of(fake_provider.url, key="gsk_" + "x" * 30, provider="openrouter")
    assert "looks like a Groq key" in error.remedy


async def test_a_missing_key_is_asked_for(fake_provider: FakeProvider) -> None:
    fake_provider.configure(key=CANARY)
    assert "wants a key" in (await failure_of(fake_provider.url)).remedy


@pytest.mark.parametrize("fault", ["echo", "401", "500", "reset", "garbage", "html", "hang", "truncated"])
async def test_the_key_is_nowhere_in_an_error(fake_provider: FakeProvider, fault: str) -> None:
    if fault == "echo":
        fake_provider.configure(echo_headers=True)
    else:
        fake_provider.configure(faults={fault: 1.0})
    error = await failure_of(fake_provider.url, CompletionRequest("m", REQUEST.messages, timeout_s=0.3), key=CANARY)
    shown = "".join([repr(error), str(error), str(vars(error)), *traceback.format_exception(error)])
    assert CANARY not in shown
    assert "k3yk3yk3y" not in shown
    assert error.__cause__ is None
    assert error.__context__ is None, "the SDK's exception carries the key in its request"
