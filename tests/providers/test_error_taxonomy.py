"""Every body of the taxonomy, served by a real server and read through the real SDK."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from handai_errors import ErrorKind, ProviderError
from providers.base import CompletionRequest, Message
from providers.openai_client import OpenAICompatibleClient
from providers.specs import get_provider
from tests.fake_provider import FakeProvider
from tests.providers.error_case import Case
from tests.providers.error_cases import CASES

pytestmark = pytest.mark.anyio

KEY = "canary-" + "k3y" * 8
REQUEST = CompletionRequest(model="asked-model", messages=(Message("user", "ROW1 hello"),), timeout_s=10)


async def failure(provider: FakeProvider, case: Case, *, stream: bool = False) -> ProviderError:
    provider.behaviour.canned = {
        "status": case.status,
        "body": case.body,
        "headers": case.headers,
        "content_type": case.content_type,
    }
    client = OpenAICompatibleClient(get_provider(case.provider), provider.url, SecretStr(KEY))
    try:
        with pytest.raises(ProviderError) as caught:
            await (exhaust(client.stream(REQUEST)) if stream else client.complete(REQUEST))
    finally:
        await client.aclose()
    return caught.value


async def exhaust(pieces: AsyncIterator[object]) -> None:
    async for _ in pieces:
        pass


@pytest.mark.parametrize("case", [c for _, c in CASES], ids=[name for name, _ in CASES])
async def test_it_becomes_its_kind(fake_provider: FakeProvider, case: Case) -> None:
    error = await failure(fake_provider, case)
    assert error.kind is case.kind
    assert error.retry_after_s == pytest.approx(case.retry_after_s)
    assert error.parameter == case.parameter
    assert case.says in str(error)
    assert not error.unsent
    assert fake_provider.stats()["total"] == 1, "one call is one request"


@pytest.mark.parametrize("case", [c for _, c in CASES], ids=[name for name, _ in CASES])
async def test_a_stream_tells_the_same_kind(fake_provider: FakeProvider, case: Case) -> None:
    error = await failure(fake_provider, case, stream=True)
    assert error.kind is case.kind


@pytest.mark.parametrize("case", [c for _, c in CASES], ids=[name for name, _ in CASES])
async def test_its_text_is_for_people(fake_provider: FakeProvider, case: Case) -> None:
    error = await failure(fake_provider, case)
    assert error.cause.endswith((".", "!", "?", "…"))
    assert "<html" not in str(error)
    assert "None" not in str(error)
    assert len(error.cause) < 450


def test_every_kind_of_a_provider_is_covered() -> None:
    from_elsewhere = {
        ErrorKind.REFUSAL,  # the engine reads these two from a completion
        ErrorKind.LENGTH,
        ErrorKind.INTERNAL,
    }
    assert {case.kind for _, case in CASES} == set(ErrorKind) - from_elsewhere
