"""A request as a curl command: run by a real shell, it sends what Handai sends (requirement 000-16)."""

import os
import shutil
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from providers.base import AnswerForm, CompletionRequest, Message
from providers.curl import curl_command
from providers.request_body import request_body
from providers.specs import PROVIDERS, ProviderSpec, get_provider
from tests.fake_provider import FakeProvider
from tests.isolation import clean_environment
from tests.providers.clients import REQUEST

KEY = "sk-or-" + "k3y" * 9
SHELLS = [shell for shell in ("bash", "dash", "sh") if shutil.which(shell)]
STUB = Path(__file__).with_name("stub_curl.py")

NASTY = {
    "quotes": """it's "quoted" '' '\\'' and `date` $(date) ${HOME} $HOME !! \\ \\n %s %%""",
    "lines": "one\ntwo\r\n\ttabbed\x00\x1b[0m",
    "letters": "naïve – 日本語 🙂\u2028end",
    "like a file": "@/etc/hostname",
    "like a switch": "--config x",
    "huge": "it's long " * 30_000,
}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A shell's environment: no settings of a person's curl, and a stand-in where there is none."""
    found = clean_environment(os.environ, HOME=str(tmp_path), OPENROUTER_API_KEY=KEY)
    if shutil.which("curl") is None:
        stub = tmp_path / "curl"
        stub.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{STUB}" "$@"\n', "utf-8")
        stub.chmod(stub.stat().st_mode | stat.S_IXUSR)
        found["PATH"] = f"{tmp_path}:{found['PATH']}"
    return found


def run(command: str, environment: dict[str, str], shell: str = "bash") -> str:
    """Standard output of a command that a person has pasted into a shell's script."""
    ended = subprocess.run(
        [shell], input=command, capture_output=True, text=True, env=environment, timeout=30, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_a_shell_sends_the_same_bytes(
    fake_provider: FakeProvider, environment: dict[str, str], shell: str, text: str
) -> None:
    spec, request = get_provider("openrouter"), replace(REQUEST, messages=(Message("user", text),))
    answer = run(curl_command(spec, fake_provider.url, request, with_key=True), environment, shell)
    (received,) = fake_provider.requests
    assert received.body == request_body(spec, request)
    assert received.headers["authorization"] == f"Bearer {KEY}"
    assert "echo: " in answer


@pytest.mark.parametrize("spec", PROVIDERS, ids=lambda spec: spec.id)
def test_every_provider_gets_its_own_body_and_headers(
    fake_provider: FakeProvider, environment: dict[str, str], spec: ProviderSpec
) -> None:
    request = CompletionRequest(
        model="m",
        messages=(Message("system", "JSON"), Message("user", "Ada's")),
        temperature=0.5,
        max_tokens=9,
        form=AnswerForm.JSON_OBJECT,
        seed=7,
    )
    run(curl_command(spec, fake_provider.url, request, with_key=False), environment)
    (received,) = fake_provider.requests
    assert received.body == request_body(spec, request)
    assert received.headers["content-type"] == "application/json"
    assert {name.lower(): value for name, value in spec.headers.items()}.items() <= received.headers.items()
    assert "authorization" not in received.headers


def test_the_key_is_a_variable_and_never_written() -> None:
    command = curl_command(get_provider("openrouter"), "https://example.invalid/v1", REQUEST, with_key=True)
    assert '-H "Authorization: Bearer $OPENROUTER_API_KEY"' in command
    assert command.startswith("curl -sS https://example.invalid/v1/chat/completions \\\n  -H ")


def test_a_person_s_own_site_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENROUTER_SITE_NAME", "Ada's lab")
    command = curl_command(get_provider("openrouter"), "https://example.invalid/v1", REQUEST, with_key=True)
    assert "Ada'\"'\"'s lab'" in command


def test_a_streamed_request_says_so(fake_provider: FakeProvider, environment: dict[str, str]) -> None:
    spec = get_provider("custom")
    answer = run(curl_command(spec, fake_provider.url, REQUEST, with_key=False, stream=True), environment)
    assert fake_provider.requests[0].body == request_body(spec, REQUEST, stream=True)
    assert answer.rstrip().endswith("data: [DONE]")


def test_brackets_of_an_address_are_no_pattern() -> None:
    command = curl_command(get_provider("custom"), "http://[::1]:8000/v1", REQUEST, with_key=False)
    assert "--globoff 'http://[::1]:8000/v1/chat/completions'" in command
