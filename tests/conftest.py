"""What every test gets: asyncio, an environment of its own, no network, no hurry."""

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.isolation import leaky_variables, loopback_only

_SHARED_FIXTURES = ("tests.fake_provider",)
pytest_plugins = [name for name in _SHARED_FIXTURES if importlib.util.find_spec(name)]

hypothesis.settings.register_profile("handai", deadline=None)  # a busy machine is not a fault
hypothesis.settings.load_profile("handai")

_attempts: list[str] = []


@pytest.fixture
def anyio_backend() -> str:
    """The one event loop that Handai runs on."""
    return "asyncio"


@pytest.fixture(autouse=True, scope="session")
def _network_off() -> Iterator[None]:
    with loopback_only(_attempts):
        yield


@pytest.fixture(autouse=True)
def network_attempts() -> Iterator[list[str]]:
    """The hosts beyond this machine that the test tried to reach: any one left fails it, even if the code coped."""
    _attempts.clear()
    yield _attempts
    assert _attempts == [], f"The test tried to reach {_attempts}"


@pytest.fixture(autouse=True)
def handai_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Handai folder of the test's own, in an environment without keys, proxies and settings."""
    for name in leaky_variables(os.environ):
        monkeypatch.delenv(name)
    home = tmp_path / "handai_home"
    monkeypatch.setenv("HANDAI_HOME", str(home))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")  # never this person's own
    return home


@pytest.fixture(autouse=True, scope="module")
def _no_warm_process_of_another_module() -> Iterator[None]:
    """A page leaves a process waiting that has the environment of its test: the next module must not start it."""
    yield
    if processes := sys.modules.get("services.running.processes"):
        processes.WARM.drop()


@pytest.fixture(params=["direct", "sdk"])
def both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test runs twice: requests go straight over aiohttp, and over the OpenAI SDK."""
    monkeypatch.setenv("HANDAI_HTTP", request.param)
