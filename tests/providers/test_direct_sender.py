"""What holds on the direct way alone: nothing that a library would add, and when the SDK's way is taken instead."""

import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from handai_errors import ConflictError
from providers.base import Message
from providers.compatible_client import OpenAICompatibleClient
from providers.direct_sender import DirectSender
from providers.http_rules import AnswerTooLargeError, request_headers
from providers.openai_client import SdkSender
from providers.sending import Reply
from providers.specs import get_provider
from tests.fake_provider import FakeProvider
from tests.providers.clients import REQUEST, client_of, failure_of

pytestmark = pytest.mark.anyio


def way_to(url: str) -> type:
    """How a client of `url` sends."""
    client = OpenAICompatibleClient(get_provider("custom"), url, None)
    return type(vars(client)["_sender"])


@pytest.mark.parametrize(
    ("environment", "url", "way"),
    [
        ({}, "http://models.invalid/v1", DirectSender),
        ({"HANDAI_HTTP": "sdk"}, "http://models.invalid/v1", SdkSender),
        ({"HTTPS_PROXY": "http://proxy.invalid:3128"}, "https://models.invalid/v1", SdkSender),
        ({"http_proxy": "http://proxy.invalid:3128"}, "http://models.invalid/v1", SdkSender),
        ({"ALL_PROXY": "socks5://proxy.invalid:1080"}, "http://127.0.0.1:1/v1", DirectSender),
        ({"NO_PROXY": "models.invalid"}, "http://models.invalid/v1", DirectSender),
    ],
)
def test_the_sdk_sends_where_a_proxy_may_be_in_the_way_or_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], url: str, way: type
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert way_to(url) is way


async def test_a_cookie_is_not_kept(fake_provider: FakeProvider) -> None:
    fake_provider.canned(500, {}, set_cookie="who=me; Path=/")
    async with client_of(fake_provider.url.replace("127.0.0.1", "localhost")) as client:
        for _ in range(2):
            await failure_in(client)
    assert [request.headers.get("cookie") for request in fake_provider.requests] == [None, None]


async def failure_in(client: OpenAICompatibleClient) -> None:
    with pytest.raises(Exception, match="500"):
        await client.complete(REQUEST)


async def test_a_netrc_file_is_not_read(
    fake_provider: FakeProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password " + "p" * 8)
    monkeypatch.setenv("NETRC", str(netrc))
    async with client_of(fake_provider.url) as client:
        await client.complete(REQUEST)
    assert "authorization" not in fake_provider.requests[0].headers


async def test_a_prompt_of_megabytes_is_sent_whole(fake_provider: FakeProvider) -> None:
    text = "ROW1 " + "long " * 400_000
    async with client_of(fake_provider.url) as client:
        await client.complete(replace(REQUEST, messages=(Message("user", text),)))
    assert fake_provider.requests[0].json()["messages"][0]["content"] == text


async def test_a_size_beyond_the_cap_is_refused_before_it_is_read(fake_provider: FakeProvider) -> None:
    fake_provider.canned(200, b"x" * (10 * 1024 * 1024 + 1))
    sender = DirectSender(fake_provider.url, request_headers(None, {}))
    with pytest.raises(AnswerTooLargeError):
        await sender.post(b'{"messages": []}', 5.0)
    await sender.aclose()


async def test_what_is_wrongly_called_compressed_is_read_as_it_is(fake_provider: FakeProvider) -> None:
    fake_provider.canned(500, b'{"error": {"message": "plain words"}}', content_encoding="gzip")
    assert "plain words" in (await failure_of(fake_provider.url)).cause


def test_in_dev_mode_there_is_no_direct_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEV_MODE", "true")
    with pytest.raises(ConflictError, match="DEV_MODE"):
        DirectSender("http://127.0.0.1:9/v1", {})


@pytest.mark.parametrize(
    ("kind", "raw", "text"),
    [
        ("text/plain; charset=iso-8859-1", "Schlüssel".encode("latin-1"), "Schlüssel"),
        ('text/plain; charset="utf-16"', "Schlüssel".encode("utf-16"), "Schlüssel"),
        ("text/plain; charset=nonsense", "Schlüssel".encode(), "Schlüssel"),
        ("", b"\xff", "\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_a_refusals_text_is_read_as_its_header_says(kind: str, raw: bytes, text: str) -> None:
    assert Reply(500, {"content-type": kind}, raw).text == text


async def test_a_bomb_within_a_stated_small_size_stops_at_the_cap(fake_provider: FakeProvider) -> None:
    fake_provider.canned(200, gzip.compress(b" " * 50_000_000), content_encoding="gzip")
    assert "larger than 10 MB" in (await failure_of(fake_provider.url)).cause
