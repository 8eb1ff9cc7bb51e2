import subprocess
import sys

import pytest
from pydantic import SecretStr

from handai_errors import NotFoundError, SpecError
from providers.router import make_client
from tests.fake_provider import FakeProvider
from tests.providers.clients import REQUEST


def test_importing_the_router_loads_no_sdk() -> None:
    code = "import sys, providers.router, providers.specs, providers.demo; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"openai", "httpx2", "aiohttp", "genai_prices", "pandas"} & set(loaded)


def test_listing_models_loads_no_sdk() -> None:
    code = "import sys, providers.models; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"openai", "genai_prices"} & set(loaded)


@pytest.mark.anyio
async def test_a_client_is_ready_to_use(fake_provider: FakeProvider) -> None:
    client = make_client("custom", base_url=fake_provider.url, api_key=None)
    assert (await client.complete(REQUEST)).text == "echo: ROW1 hello"
    await client.aclose()


@pytest.mark.parametrize("key", [None, SecretStr(""), SecretStr("  ")])
def test_a_missing_key_is_told_before_anything_is_sent(key: SecretStr | None) -> None:
    with pytest.raises(SpecError, match="OPENAI_API_KEY"):
        make_client("openai", base_url=None, api_key=key)


def test_an_unknown_provider_is_refused() -> None:
    with pytest.raises(NotFoundError):
        make_client("nobody", base_url=None, api_key=None)


def test_a_forbidden_address_is_refused() -> None:
    with pytest.raises(SpecError):
        make_client("custom", base_url="http://169.254.169.254/v1", api_key=None)
