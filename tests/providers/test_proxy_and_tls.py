"""Behind a company proxy and with a company's certificates, as the environment says."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from handai_errors import ErrorKind, SpecError
from providers.models import list_models
from tests.fake_provider import FakeProvider
from tests.providers.clients import REQUEST, client_of, failure_of
from tests.providers.connect_proxy import ConnectProxy

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("both_ways")]

HOST = "models.company.invalid"  # resolves nowhere: only the proxy can know the way


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = tmp_path / "company.pem"
    authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))


@pytest.fixture
def tls_provider(authority: trustme.CA) -> Iterator[FakeProvider]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST, "127.0.0.1").configure_cert(context)
    with FakeProvider(tls=context) as provider:
        yield provider


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[ConnectProxy]:
    with ConnectProxy() as running:
        monkeypatch.setenv("HTTPS_PROXY", running.url)
        monkeypatch.setenv("HTTP_PROXY", running.url)
        yield running


def behind_proxy(provider: FakeProvider) -> str:
    return provider.url.replace("127.0.0.1", HOST)


@pytest.mark.usefixtures("trusted")
async def test_ssl_cert_file_is_trusted(tls_provider: FakeProvider) -> None:
    async with client_of(tls_provider.url) as client:
        assert (await client.complete(REQUEST)).text == "echo: ROW1 hello"


async def test_an_unknown_authority_is_refused_before_sending(tls_provider: FakeProvider) -> None:
    error = await failure_of(tls_provider.url)
    assert (error.kind, error.unsent) == (ErrorKind.CONNECTION, True)
    assert "SSL_CERT_FILE" in error.remedy
    assert tls_provider.stats()["total"] == 0


@pytest.mark.usefixtures("trusted")
async def test_https_goes_through_the_proxy(tls_provider: FakeProvider, proxy: ConnectProxy) -> None:
    async with client_of(behind_proxy(tls_provider)) as client:
        assert (await client.complete(REQUEST)).text == "echo: ROW1 hello"
    assert proxy.seen == [f"CONNECT {HOST}:{tls_provider.port}"]
    assert "proxy-connection" not in tls_provider.requests[0].headers


async def test_http_goes_through_the_proxy(fake_provider: FakeProvider, proxy: ConnectProxy) -> None:
    async with client_of(behind_proxy(fake_provider)) as client:
        assert (await client.complete(REQUEST)).text == "echo: ROW1 hello"
    assert proxy.seen == [f"POST http://{HOST}:{fake_provider.port}/v1/chat/completions"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_this_computer_is_reached_directly(fake_provider: FakeProvider, proxy: ConnectProxy, host: str) -> None:
    async with client_of(fake_provider.url.replace("127.0.0.1", host)) as client:
        assert (await client.complete(REQUEST)).text
    assert proxy.seen == []


@pytest.mark.parametrize("no_proxy", ["company.invalid", f"x.example,{HOST}", "*"])
async def test_no_proxy_goes_direct(
    fake_provider: FakeProvider, proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch, no_proxy: str
) -> None:
    monkeypatch.setenv("NO_PROXY", no_proxy)
    error = await failure_of(behind_proxy(fake_provider))
    assert "not found" in error.cause, "without the proxy nobody knows the name"
    assert proxy.seen == []


async def test_a_proxy_that_is_down_was_not_sent_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    with ConnectProxy() as gone:
        address = gone.url
    monkeypatch.setenv("HTTPS_PROXY", address)
    error = await failure_of(f"https://{HOST}/v1")
    assert (error.kind, error.unsent) == (ErrorKind.CONNECTION, True)
    assert "HTTPS_PROXY" in error.remedy


async def test_a_proxy_that_wants_a_password_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with ConnectProxy(password="ann:wordpass") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        error = await failure_of(f"https://{HOST}/v1")
    assert (error.kind, error.unsent) == (ErrorKind.CONNECTION, True)
    assert "proxy" in error.cause


# aiohttp 3.14 warns about the way in which the SDK's transport hands it the proxy's password.
@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:The 'proxy_auth' parameter is deprecated:DeprecationWarning")
@pytest.mark.usefixtures("trusted")
async def test_a_proxys_password_is_sent_to_the_proxy_only(
    tls_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ConnectProxy(password="ann:wordpass") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("//", "//ann:wordpass@"))
        async with client_of(behind_proxy(tls_provider)) as client:
            assert (await client.complete(REQUEST)).text
    assert "proxy-authorization" not in tls_provider.requests[0].headers


@pytest.mark.usefixtures("trusted")
async def test_the_list_of_models_goes_the_same_way(tls_provider: FakeProvider, proxy: ConnectProxy) -> None:
    models = await list_models("custom", behind_proxy(tls_provider), None)
    assert [model.id for model in models] == ["fake-model"]
    assert proxy.seen == [f"CONNECT {HOST}:{tls_provider.port}"]


async def test_a_missing_certificate_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "gone.pem"))
    with pytest.raises(SpecError, match="SSL_CERT_FILE"):
        await failure_of("https://127.0.0.1/v1")
