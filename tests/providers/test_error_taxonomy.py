"""Every body of the taxonomy, served by a real server and read through the real SDK."""

import re
from collections.abc import Iterator

import pytest

from handai_errors import ErrorKind, ProviderError
from tests.fake_provider import FakeProvider
from tests.providers.clients import REQUEST, client_of, failure_of, pieces_of
from tests.providers.error_case import Case
from tests.providers.error_cases import CASES

pytestmark = pytest.mark.anyio

every_case = pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])


@pytest.fixture(scope="module")
def running_provider() -> Iterator[FakeProvider]:
    with FakeProvider() as provider:
        yield provider


@pytest.fixture
def provider(running_provider: FakeProvider, case: Case) -> FakeProvider:
    running_provider.behaviour.canned = {
        "status": case.status,
        "body": case.body,
        "headers": case.headers,
        "content_type": case.content_type,
    }
    return running_provider


@pytest.mark.usefixtures("both_ways")
@every_case
async def test_it_becomes_its_kind(provider: FakeProvider, case: Case) -> None:
    before = provider.stats()["total"]
    error = await failure_of(provider.url, provider=case.provider, key="k" * 20)
    assert error.kind is case.kind
    assert error.retry_after_s == pytest.approx(case.retry_after_s)
    assert error.parameter == case.parameter
    assert case.says in str(error)
    assert not error.unsent
    assert provider.stats()["total"] == before + 1, "one call is one request"
    assert_is_for_people(error)


@every_case
async def test_a_stream_tells_the_same_kind(provider: FakeProvider, case: Case) -> None:
    async with client_of(provider.url, provider=case.provider, key="k" * 20) as client:
        with pytest.raises(ProviderError) as caught:
            await pieces_of(client, REQUEST)
    assert caught.value.kind is case.kind


def assert_is_for_people(error: ProviderError) -> None:
    assert error.cause.endswith((".", "!", "?", "…"))
    assert "<html" not in str(error)
    assert "None" not in str(error)
    assert len(error.cause) < 450


def test_every_kind_of_a_provider_is_covered() -> None:
    from_elsewhere = {
        ErrorKind.REFUSAL,  # the engine reads it from a completion
        ErrorKind.INTERNAL,
    }
    assert {case.kind for _, case in CASES} == set(ErrorKind) - from_elsewhere


def test_every_case_says_where_its_format_was_seen() -> None:
    assert [name for name, case in CASES if not re.search(r"20\d\d-\d\d", case.source)] == []
