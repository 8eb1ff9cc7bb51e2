"""A model that is not found under its listed id is asked for under its exact-case one: once, and then always."""

import asyncio
from dataclasses import replace

import pytest

from handai_errors import ErrorKind, ProviderError
from providers.exact_id import ExactIdClient
from tests.fake_provider import FakeProvider
from tests.providers.clients import REQUEST, client_of

pytestmark = pytest.mark.anyio

LISTED, EXACT = "qwen/qwen3-4b", "Qwen/Qwen3-4B"


def asked(provider: FakeProvider) -> list[str]:
    return [received.json()["model"] for received in provider.requests]


async def test_001_3_the_exact_id_is_used_only_where_the_provider_needs_it(fake_provider: FakeProvider) -> None:
    fake_provider.configure(models=[LISTED])
    remembered: list[str] = []
    async with client_of(fake_provider.url) as inner:
        client = ExactIdClient(inner, LISTED, EXACT, remembered.append)
        await client.complete(replace(REQUEST, model=LISTED))
    assert asked(fake_provider) == [LISTED]
    assert remembered == []


async def test_001_3_a_404_is_tried_once_with_the_exact_id_and_what_works_is_remembered(
    fake_provider: FakeProvider,
) -> None:
    fake_provider.configure(models=[EXACT])
    remembered: list[str] = []
    async with client_of(fake_provider.url) as inner:
        client = ExactIdClient(inner, LISTED, EXACT, remembered.append)
        answers = [await client.complete(replace(REQUEST, model=LISTED)) for _ in range(2)]
    assert [answer.model for answer in answers] == [EXACT, EXACT]
    assert asked(fake_provider) == [LISTED, EXACT, EXACT]
    assert remembered == [EXACT]


async def test_many_requests_at_once_find_out_together(fake_provider: FakeProvider) -> None:
    fake_provider.configure(models=[EXACT], latency_s=0.02)
    remembered: list[str] = []
    async with client_of(fake_provider.url) as inner, asyncio.TaskGroup() as tasks:
        client = ExactIdClient(inner, LISTED, EXACT, remembered.append)
        answers = [tasks.create_task(client.complete(replace(REQUEST, model=LISTED))) for _ in range(6)]
        done = [await answer for answer in answers]
    assert len(done) == 6
    assert sorted(asked(fake_provider)) == [EXACT] * 6 + [LISTED] * 6
    assert remembered == [EXACT]


async def test_a_model_that_is_not_there_under_any_id_is_told_under_its_own(fake_provider: FakeProvider) -> None:
    fake_provider.configure(models=["other"])
    async with client_of(fake_provider.url) as inner:
        client = ExactIdClient(inner, LISTED, EXACT, lambda _: None)
        for _ in range(3):
            with pytest.raises(ProviderError, match=LISTED) as caught:
                await client.complete(replace(REQUEST, model=LISTED))
            assert caught.value.kind is ErrorKind.MODEL_NOT_FOUND
    assert asked(fake_provider) == [LISTED, EXACT, LISTED, LISTED]


async def test_what_worked_before_comes_first_and_is_forgotten_when_it_does_not(fake_provider: FakeProvider) -> None:
    fake_provider.configure(models=[LISTED])
    remembered: list[str] = []
    async with client_of(fake_provider.url) as inner:
        client = ExactIdClient(inner, LISTED, EXACT, remembered.append, sent_as=EXACT)
        await client.complete(replace(REQUEST, model=LISTED))
    assert asked(fake_provider) == [EXACT, LISTED]
    assert remembered == [LISTED]


async def test_another_model_and_another_error_are_left_alone(fake_provider: FakeProvider) -> None:
    fake_provider.configure(models=[EXACT], faults={"500": 1.0})
    async with client_of(fake_provider.url) as inner:
        client = ExactIdClient(inner, EXACT, LISTED, lambda _: None)
        for model in (EXACT, "another"):
            with pytest.raises(ProviderError):
                await client.complete(replace(REQUEST, model=model))
    assert asked(fake_provider) == [EXACT, "another"]


async def test_a_stream_finds_the_exact_id_too(fake_provider: FakeProvider) -> None:
    fake_provider.configure(models=[EXACT], reply="hello")
    async with client_of(fake_provider.url) as inner:
        client = ExactIdClient(inner, LISTED, EXACT, lambda _: None)
        pieces = [piece async for piece in client.stream(replace(REQUEST, model=LISTED))]
    assert "".join(piece.text for piece in pieces) == "hello"
    assert asked(fake_provider) == [LISTED, EXACT]
