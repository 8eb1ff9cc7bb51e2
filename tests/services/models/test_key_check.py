"""A key checked on entry, against a local server that stands in for each provider."""

import subprocess
import sys
from typing import Any

import pytest
from pydantic import SecretStr

from providers.key_check import KeyStanding
from providers.specs import PROVIDERS
from services.models.key_check import KeyReport, check_key, may_be_tried
from tests.fake_provider import FakeProvider

BODY = "k3y" * 8
KEY = SecretStr(f"sk-or-v1-{BODY}")
KEYED = [spec for spec in PROVIDERS if spec.requires_api_key]
OPENROUTER = {
    "data": {
        "label": "sk-or-v1-abc...123",
        "limit": 5,
        "limit_remaining": 4.9,
        "limit_reset": "monthly",
        "usage": 0.1,
        "is_free_tier": False,
        "expires_at": None,
    }
}


def asked(provider: FakeProvider, provider_id: str = "openrouter", key: SecretStr = KEY) -> KeyReport:
    report = check_key(provider_id, key, provider.url)
    assert BODY not in f"{report!r}"
    return report


def test_openrouters_key_endpoint_proves_the_key_and_tells_what_is_left(fake_provider: FakeProvider) -> None:
    """Row 004-18: GET /key, never the list of models, which is open to everyone."""
    fake_provider.canned(200, OPENROUTER)
    report = asked(fake_provider)
    assert report.standing is KeyStanding.WORKS
    assert report.lines == (
        "The key works: OpenRouter took it.",
        "$4.90 of $5.00 is left on it, renewed monthly.",
        "$0.10 was spent with it so far.",
    )
    (request,) = fake_provider.requests
    assert request.path == "/v1/key"
    assert request.headers["authorization"] == f"Bearer {KEY.get_secret_value()}"


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"limit": None, "limit_remaining": None}, "It has no spending limit of its own."),
        ({"limit_remaining": 0}, "Raise its limit before a run: nothing is left."),
        ({"is_free_tier": True}, "No credit was bought yet: free models only, and few requests a day."),
        ({"expires_at": "2027-12-31T23:59:59Z"}, "It ends at 2027-12-31T23:59:59Z."),
    ],
)
def test_limits_of_a_key_are_said_in_words(fake_provider: FakeProvider, changes: dict[str, Any], line: str) -> None:
    fake_provider.canned(200, {"data": {**OPENROUTER["data"], **changes}})
    assert line in asked(fake_provider).lines


@pytest.mark.parametrize("spec", KEYED, ids=lambda spec: spec.id)
def test_each_provider_is_asked_with_the_key_on_the_route_that_proves_it(
    fake_provider: FakeProvider,
    spec: Any,  # noqa: ANN401 - a ProviderSpec
) -> None:
    """Row 004-18: the cheapest authenticated call."""
    fake_provider.canned(200, {"data": []})
    report = asked(fake_provider, spec.id, SecretStr(BODY))
    assert report.standing is KeyStanding.WORKS
    (request,) = fake_provider.requests
    assert request.path.endswith(spec.key_path)
    sent = [value for name, value in request.headers.items() if BODY in value]
    assert sent == ([BODY] if spec.id == "anthropic" else [f"Bearer {BODY}"])


@pytest.mark.parametrize("spec", KEYED, ids=lambda spec: spec.id)
def test_a_refused_key_is_called_invalid_with_the_page_where_keys_are_made(
    fake_provider: FakeProvider,
    spec: Any,  # noqa: ANN401 - a ProviderSpec
) -> None:
    fake_provider.canned(401, {"error": {"message": f"Incorrect API key provided: {BODY}", "code": "invalid_api_key"}})
    report = asked(fake_provider, spec.id, SecretStr(BODY))
    assert report.standing is KeyStanding.REFUSED
    assert not report.usable
    assert report.lines[0] == "Invalid API key."
    assert spec.key_page in " ".join(report.lines)


@pytest.mark.parametrize("status", [200, 400, 401, 403])
@pytest.mark.parametrize(
    "message",
    ["No cookie auth credentials found", "No auth credentials found", "User not found.", "no cookie auth credentials"],
)
def test_no_cookie_auth_credentials_found_reads_as_an_invalid_key(
    fake_provider: FakeProvider, message: str, status: int
) -> None:
    """Row 004-19."""
    fake_provider.canned(status, {"error": {"message": message, "code": 401 if status == 200 else status}})
    report = asked(fake_provider)
    assert report.standing is KeyStanding.REFUSED
    assert report.lines[0] == "Invalid API key."
    assert message not in " ".join(report.lines)
    assert "https://openrouter.ai/settings/keys" in " ".join(report.lines)


def test_what_the_prefix_says_comes_first(fake_provider: FakeProvider) -> None:
    """Row 004-16: the likely owner is named before the provider's refusal; it never blocks the call."""
    fake_provider.canned(401, {"error": {"message": "No cookie auth credentials found", "code": 401}})
    report = asked(fake_provider, key=SecretStr(f"sk-proj-{BODY}"))
    assert report.lines[0] == "This looks like an OpenAI key; OpenRouter keys begin with sk-or-."
    assert report.lines[1] == "Invalid API key."
    assert len(fake_provider.requests) == 1


@pytest.mark.parametrize(
    ("status", "body", "standing"),
    [
        (402, {"error": {"message": "Insufficient credits", "code": 402}}, KeyStanding.LIMITED),
        (403, {"error": {"message": "Missing scopes: api.model.read", "code": 403}}, KeyStanding.LIMITED),
        (429, {"error": {"message": "Slow down", "code": 429}}, KeyStanding.UNCHECKED),
        (503, "busy", KeyStanding.UNCHECKED),
        (200, "<html>sign in to the network</html>", KeyStanding.UNCHECKED),
        (307, "", KeyStanding.UNCHECKED),
    ],
)
def test_other_answers_are_told_apart_from_a_wrong_key(
    fake_provider: FakeProvider, status: int, body: object, standing: KeyStanding
) -> None:
    fake_provider.canned(status, body, location="http://127.0.0.1:9/x")
    assert asked(fake_provider).standing is standing


@pytest.mark.parametrize(("keyless", "standing"), [(200, KeyStanding.UNPROVEN), (401, KeyStanding.WORKS)])
def test_a_server_of_ones_own_proves_a_key_only_if_it_refuses_none(
    fake_provider: FakeProvider, keyless: int, standing: KeyStanding
) -> None:
    if keyless == 401:
        fake_provider.configure(list_key=BODY)
    report = asked(fake_provider, "custom", SecretStr(BODY))
    assert report.standing is standing
    assert len(fake_provider.requests) == 2
    assert "authorization" not in fake_provider.requests[1].headers


def test_a_server_that_is_not_there_leaves_the_key_unchecked() -> None:
    with FakeProvider() as gone:
        url = gone.url
    report = check_key("custom", KEY, url)
    assert report.standing is KeyStanding.UNCHECKED
    assert report.lines[0] == "The key could not be checked; it may be right."


def test_a_key_with_characters_that_cannot_be_sent_is_refused_unsent(fake_provider: FakeProvider) -> None:
    report = asked(fake_provider, key=SecretStr(f"sk–or–{BODY}"))
    assert report.standing is KeyStanding.REFUSED
    assert fake_provider.requests == []


def test_a_missing_key_says_where_to_get_one() -> None:
    report = check_key("openrouter")
    assert report.standing is KeyStanding.UNCHECKED
    assert report.key_page in report.lines[0]


def test_a_key_from_the_environment_is_not_tried_at_a_foreign_host(
    fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", KEY.get_secret_value())
    report = check_key("openrouter", base_url=fake_provider.url)
    assert report.standing is KeyStanding.UNCHECKED
    assert "is not for 127.0.0.1" in report.lines[0]
    assert fake_provider.requests == []


def test_the_demo_needs_no_key() -> None:
    assert check_key("demo").standing is KeyStanding.NOT_NEEDED


def test_checking_a_key_loads_no_sdk() -> None:
    code = "import sys, providers.key_check; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"openai", "genai_prices"} & set(loaded)


@pytest.mark.parametrize(
    ("provider", "key", "base_url", "tried"),
    [
        ("groq", "gsk_" + "x" * 30, None, True),
        ("groq", "sk-or-v1-" + "x" * 30, None, False),
        ("groq", "gsk_" + "x" * 10 + " " + "x" * 10, None, False),
        ("custom", "x" * 30, None, False),
        ("custom", "x" * 30, "http://127.0.0.1:9/v1", True),
    ],
    ids=["looks right", "another provider's", "with a space", "no address", "an address"],
)
def test_a_key_goes_out_by_itself_only_if_it_looks_right(
    provider: str, key: str, base_url: str | None, tried: bool
) -> None:
    assert may_be_tried(provider, SecretStr(key), base_url) is tried


def test_in_dev_mode_no_key_goes_out_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEV_MODE", "true")
    assert not may_be_tried("groq", SecretStr("gsk_" + "x" * 30))
