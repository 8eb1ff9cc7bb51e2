"""Streaming: pieces as they come, the completion last, errors of every moment."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import orjson
import pytest

from handai_errors import ErrorKind, ProviderError
from providers.base import Usage
from tests.fake_faults import chat_body
from tests.fake_provider import FakeProvider
from tests.providers.clients import REQUEST, client_of, pieces_of

pytestmark = pytest.mark.anyio


def sse(events: Iterable[Any], *, done: bool = True) -> str:
    lines = [f"data: {orjson.dumps(event).decode()}\n\n" for event in events]
    return "".join([*lines, "data: [DONE]\n\n" if done else ""])


def delta(text: str | None, finish_reason: str | None = None, **choice: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "model": "m",
        "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish_reason, **choice}],
    }


async def stream_failure(provider: FakeProvider, body: str, **canned: Any) -> ProviderError:  # noqa: ANN401
    provider.behaviour.canned = {"status": 200, "body": body, "content_type": "text/event-stream", **canned}
    async with client_of(provider.url) as client:
        with pytest.raises(ProviderError) as caught:
            await pieces_of(client, replace(REQUEST, timeout_s=0.5))
    return caught.value


async def test_pieces_make_the_completion(fake_provider: FakeProvider) -> None:
    async with client_of(fake_provider.url) as client:
        *pieces, last = await pieces_of(client)
    assert len(pieces) > 1
    assert last.completion is not None
    assert "".join(piece.text for piece in pieces) == last.completion.text == "echo: ROW1 hello"
    assert last.completion.finish_reason == "stop"
    assert last.completion.usage == Usage(3, 5)


async def test_usage_is_asked_for(fake_provider: FakeProvider) -> None:
    async with client_of(fake_provider.url) as client:
        await pieces_of(client)
    assert fake_provider.requests[0].json()["stream_options"] == {"include_usage": True}


async def test_a_server_that_ignores_streaming_is_read_whole(fake_provider: FakeProvider) -> None:
    fake_provider.canned(200, chat_body("whole"))
    async with client_of(fake_provider.url) as client:
        first, last = await pieces_of(client)
    assert first.text == "whole"
    assert last.completion is not None
    assert last.completion.usage == Usage(5, 2)


async def test_comments_and_split_data_are_understood(fake_provider: FakeProvider) -> None:
    body = ": OPENROUTER PROCESSING\n\nevent: message\n" + sse([delta("a"), delta("b", "stop")])
    fake_provider.canned(200, body, content_type="text/event-stream; charset=utf-8")
    async with client_of(fake_provider.url) as client:
        *_, last = await pieces_of(client)
    assert last.completion is not None
    assert last.completion.text == "ab"


@pytest.mark.parametrize(
    ("events", "kind"),
    [
        ([delta("a"), {"error": {"code": 502, "message": "Provider disconnected"}}], ErrorKind.UPSTREAM),
        ([{"error": {"code": 429, "message": "Rate limit"}}], ErrorKind.RATE_LIMIT),
        ([{"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}], ErrorKind.OVERLOADED),
        ([delta("a"), delta("b", "error", error={"code": 502, "message": "gone"})], ErrorKind.UPSTREAM),
        ([delta("a"), delta("b", "error")], ErrorKind.UPSTREAM),
        ([delta("a"), "text"], ErrorKind.MALFORMED_RESPONSE),
    ],
    ids=["error-event", "rate-limit", "anthropic", "choice-error", "finish-error", "not-an-object"],
)
async def test_an_error_in_the_stream_is_told(fake_provider: FakeProvider, events: list[Any], kind: ErrorKind) -> None:
    assert (await stream_failure(fake_provider, sse(events))).kind is kind


async def test_a_stream_without_an_end_is_no_result(fake_provider: FakeProvider) -> None:
    error = await stream_failure(fake_provider, sse([delta("half an ans")], done=False))
    assert error.kind is ErrorKind.MALFORMED_RESPONSE
    assert "broke off" in error.cause


async def test_a_stream_that_is_cut_is_a_connection_error(fake_provider: FakeProvider) -> None:
    fake_provider.configure(faults={"truncated": 1.0})
    async with client_of(fake_provider.url) as client:
        with pytest.raises(ProviderError) as caught:
            await pieces_of(client)
    assert (caught.value.kind, caught.value.unsent) == (ErrorKind.CONNECTION, False)


async def test_a_stream_that_stalls_ends_at_the_deadline(fake_provider: FakeProvider) -> None:
    error = await stream_failure(fake_provider, sse([delta("a")], done=False), declared_length=9999)
    assert error.kind is ErrorKind.TIMEOUT


async def test_a_reader_may_stop_early(fake_provider: FakeProvider) -> None:
    async with client_of(fake_provider.url) as client:
        async for piece in client.stream(REQUEST):
            assert piece.text
            break
        assert (await client.complete(REQUEST)).text == "echo: ROW1 hello"


async def test_a_refusal_is_not_text(fake_provider: FakeProvider) -> None:
    refused = {"choices": [{"index": 0, "delta": {"refusal": "I can't."}, "finish_reason": "stop"}]}
    fake_provider.canned(200, sse([refused]), content_type="text/event-stream")
    async with client_of(fake_provider.url) as client:
        (last,) = await pieces_of(client)
    assert last.completion is not None
    assert (last.completion.text, last.completion.refusal) == (None, "I can't.")
