"""A key goes to the host that it is for: seen from the server's side, through the real commands."""

from pathlib import Path

import pytest
import yaml
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from cli.app import app_of
from handai_errors import HandaiError, InputError, SpecError
from providers.models import fetch_models
from providers.router import make_client
from services.models.key_check import check_key
from services.running import runs
from tests.command_line import made_table
from tests.fake_provider import FakeProvider

KEY = "canary-" + "k3y" * 8
FORBIDDEN = [
    "http://169.254.169.254/v1",
    "http://2852039166/v1",
    "http://0xA9FEA9FE/v1",
    "http://0251.0376.0251.0376/v1",
    "http://169.254.43518/v1",
    "http://[::ffff:169.254.169.254]/v1",
    "http://[64:ff9b:1::a9fe:a9fe]/v1",
    "http://[fe80::1%25eth0]/v1",
    "http://[fd00:ec2::254]/v1",
    "http://169.254.169.254.nip.io/v1",
    "http://metadata.google.internal/v1",
    "file:///etc/passwd",
    "gopher://127.0.0.1/v1",
    "http://127.0.0.1@169.254.169.254/v1",
]


@pytest.fixture
def spec_file(tmp_path: Path, fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A spec from somewhere else, which names a server of its author's."""
    monkeypatch.chdir(tmp_path)
    made_table(tmp_path / "in.csv", 2)
    spec = {
        "input": {"kind": "transform", "file": "in.csv"},
        "prompt": {"template": "{{ text }}"},
        "model": {"provider": "openai", "model": "m", "base_url": fake_provider.url},
    }
    (tmp_path / "spec.yaml").write_text(yaml.safe_dump(spec))
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    return tmp_path / "spec.yaml"


def handai(*arguments: str) -> Result:
    return CliRunner().invoke(app_of(), list(arguments))


def test_a_spec_from_elsewhere_cannot_take_the_key_to_its_server(spec_file: Path, fake_provider: FakeProvider) -> None:
    ended = handai("run", str(spec_file))
    assert isinstance(ended.exception, InputError)
    assert "nothing was sent" in str(ended.exception)
    assert (fake_provider.requests, fake_provider.stats()["connections"]) == ([], 0)


def test_the_person_can_name_that_server_and_resume_there(spec_file: Path, fake_provider: FakeProvider) -> None:
    fake_provider.configure(faults={"402": 1.0})
    flags = ["--provider", "openai", "--model", "m", "--base-url", fake_provider.url, "-i", "Repeat it."]
    handai("transform", str(spec_file.parent / "in.csv"), "-o", str(spec_file.parent / "out.csv"), *flags)
    assert fake_provider.requests[0].headers["authorization"] == f"Bearer {KEY}"
    fake_provider.configure(faults={})
    assert handai("resume", "last").exit_code == 0
    assert runs.view(runs.find("last").id).done == 2


def test_a_key_that_is_checked_on_entry_is_not_shown_to_a_strangers_server(
    spec_file: Path, fake_provider: FakeProvider
) -> None:
    assert not check_key("openai", base_url=fake_provider.url).usable
    assert fake_provider.stats()["connections"] == 0


@pytest.mark.anyio
@pytest.mark.parametrize("url", FORBIDDEN)
async def test_a_forbidden_address_is_never_connected_to(url: str, network_attempts: list[str]) -> None:
    with pytest.raises(SpecError):
        make_client("custom", base_url=url, api_key=SecretStr(KEY))
    with pytest.raises(HandaiError):
        await fetch_models("custom", url, SecretStr(KEY))
    assert network_attempts == []


def test_a_forbidden_address_is_refused_by_the_command_and_the_check(
    spec_file: Path, network_attempts: list[str]
) -> None:
    table, out = str(spec_file.parent / "in.csv"), str(spec_file.parent / "out.csv")
    for url in FORBIDDEN:
        flags = ["--provider", "custom", "--model", "m", "--base-url", url, "-i", "x"]
        assert isinstance(handai("transform", table, "-o", out, *flags).exception, SpecError)
        assert not check_key("custom", SecretStr(KEY), url).usable
    assert network_attempts == []
