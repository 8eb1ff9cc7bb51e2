"""A base URL whose name leads to a forbidden address: no connection is tried, whichever way the call goes."""

import socket
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from handai_errors import ErrorKind, ProviderError
from providers.address_guard import ForbiddenAddressError
from providers.base_url import is_forbidden_address
from providers.http_rules import request_headers
from providers.http_settings import WrongHostError, http_settings
from providers.models import list_models
from providers.router import make_client
from tests.fake_provider import FakeProvider
from tests.providers.clients import REQUEST

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("both_ways")]

KEY = "canary-" + "k" * 20
FORBIDDEN = ["169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "100.100.100.200", "64:ff9b::a9fe:a9fe"]
URL = "http://models.example:8080/v1"


class Names:
    """A name server of the test's own; an address list per look-up, the last one repeated."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.asked = 0

    def lookup(self, port: object) -> list[object]:
        address = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        place = (address, int(str(port)), 0, 0) if ":" in address else (address, int(str(port)))
        return [(family, socket.SOCK_STREAM, 6, "", place)]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    found, real = Names(), socket.getaddrinfo

    def resolve(host: Any, port: Any, *more: Any, **options: Any) -> Any:  # noqa: ANN401 - passed on as it came
        if host in {"models.example", b"models.example"}:
            return found.lookup(port)
        return real(host, port, *more, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return found


@pytest.mark.parametrize("address", FORBIDDEN)
async def test_a_name_that_leads_to_a_forbidden_address_is_not_connected_to(
    names: Names, address: str, network_attempts: list[str]
) -> None:
    names.answers = [address]
    client = make_client("custom", base_url=URL, api_key=SecretStr(KEY))
    with pytest.raises(ProviderError) as caught:
        await client.complete(REQUEST)
    await client.aclose()
    assert (caught.value.kind, caught.value.unsent) == (ErrorKind.WRONG_ENDPOINT, True)
    assert "never sends keys" in caught.value.cause
    assert names.asked
    assert network_attempts == []  # the test's own guard saw no connection either


@pytest.mark.parametrize("address", FORBIDDEN)
async def test_the_list_of_models_is_not_asked_there_either(
    names: Names, address: str, network_attempts: list[str]
) -> None:
    names.answers = [address]
    with pytest.raises(ProviderError) as caught:
        await list_models("custom", URL, SecretStr(KEY))
    assert caught.value.kind is ErrorKind.WRONG_ENDPOINT
    assert network_attempts == []


async def test_a_name_that_changes_between_look_and_connection_gets_no_byte(
    names: Names, monkeypatch: pytest.MonkeyPatch, fake_provider: FakeProvider
) -> None:
    names.answers = ["127.0.0.2", "127.0.0.1"]  # the look, then the connection; the second one counts as forbidden
    monkeypatch.setattr("providers.address_guard.is_forbidden_address", lambda address: address == "127.0.0.1")
    url = f"http://models.example:{fake_provider.port}/v1"
    settings = http_settings(url, request_headers(KEY, {}))
    async with httpx2.AsyncClient(**settings) as client:
        with pytest.raises(ForbiddenAddressError):
            await client.get(f"{url}/models")
    assert fake_provider.requests == []


async def test_a_name_that_leads_to_an_allowed_address_works(names: Names, fake_provider: FakeProvider) -> None:
    names.answers = ["127.0.0.1"]
    client = make_client("custom", base_url=f"http://models.example:{fake_provider.port}/v1", api_key=SecretStr(KEY))
    assert (await client.complete(REQUEST)).text == "echo: ROW1 hello"
    await client.aclose()
    assert [model.id for model in await list_models("custom", fake_provider.url, None)] == ["fake-model"]


async def test_a_key_goes_to_its_host_and_no_other(fake_provider: FakeProvider) -> None:
    settings = http_settings("http://127.0.0.1:9/v1", request_headers(KEY, {}))
    async with httpx2.AsyncClient(**settings) as client:
        with pytest.raises(WrongHostError):
            await client.get(f"{fake_provider.url}/models")
    assert fake_provider.requests == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed_and_its_target_sees_nothing(fake_provider: FakeProvider, status: int) -> None:
    with FakeProvider() as elsewhere:
        fake_provider.canned(status, {}, location=f"{elsewhere.url}/chat/completions")
        client = make_client("custom", base_url=fake_provider.url, api_key=SecretStr(KEY))
        with pytest.raises(ProviderError) as caught:
            await client.complete(REQUEST)
        await client.aclose()
        with pytest.raises(ProviderError):
            await list_models("custom", fake_provider.url, SecretStr(KEY))
        assert caught.value.kind is ErrorKind.WRONG_ENDPOINT
        assert (elsewhere.requests, elsewhere.stats()["connections"]) == ([], 0)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "::ffff:a9fe:a9fe", "::a9fe:a9fe",
        "64:ff9b::a9fe:a9fe", "64:ff9b:1::a9fe:a9fe", "::ffff:0:a9fe:a9fe", "2002:a9fe:a9fe::", "fe80::5efe:808:808",
        "2001:db8::5efe:a9fe:a9fe", "fe80::1%eth0", "fd00:ec2::254", "fd20:ce::254", "168.63.129.16", "224.0.0.1",
    ],
)  # fmt: skip
def test_every_spelling_and_wrapping_is_known(address: str) -> None:
    assert is_forbidden_address(address)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.0.0.1", "192.168.1.2", "8.8.8.8", "2606:4700::1", "", "x"])
def test_other_addresses_are_not(address: str) -> None:
    assert not is_forbidden_address(address)
