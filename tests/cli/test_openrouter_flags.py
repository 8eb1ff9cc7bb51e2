"""What is said to OpenRouter on the command line and by variables reaches the wire."""

from pathlib import Path
from typing import Any

import pytest

from tests.command_line import handai, made_table
from tests.fake_provider import FakeProvider

KEY = "sk-or-v1-" + "0" * 20


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    table = made_table(tmp_path / "in.csv", 1)
    return ["transform", str(table), "-o", str(tmp_path / "out.csv"), "-i", "Repeat it.", "--provider", "openrouter"]


def only_body(provider: FakeProvider) -> dict[str, Any]:
    (request,) = provider.requests
    body: dict[str, Any] = request.json()
    return body


def test_fallbacks_and_preferences_of_the_flags_are_sent(arguments: list[str], fake_provider: FakeProvider) -> None:
    flags = ["--base-url", fake_provider.url, "--model", "a/b", "--fallback", "c/d", "--fallback", "e/f"]
    routes = ["order=groq,together", "allow_fallbacks=false", "data_collection=deny", "zdr=true", "sort=price"]
    routes += ["max_price.prompt=1.5"]
    given = [part for route in routes for part in ("--route", route)]
    ended = handai(*arguments, *flags, *given, OPENROUTER_API_KEY=KEY)
    assert ended.code == 0, ended.err
    body = only_body(fake_provider)
    assert body["models"] == ["a/b", "c/d", "e/f"]
    assert body["provider"] == {
        "order": ["groq", "together"],
        "allow_fallbacks": False,
        "data_collection": "deny",
        "zdr": True,
        "sort": "price",
        "max_price": {"prompt": 1.5},
    }


def test_000_5_and_003_1_variables_in_a_file_are_the_defaults_and_flags_win(
    arguments: list[str], fake_provider: FakeProvider, tmp_path: Path
) -> None:
    said = {
        "API_KEY": KEY,
        "BASE_URL": fake_provider.url,
        "DEFAULT_MODEL": "a/b",
        "FALLBACK_MODELS": "c/d, e/f",
        "SITE_URL": "https://lab.example",
        "SITE_NAME": "Our lab",
        "ALLOW_ALL_PROVIDERS": "true",
    }
    text = "".join(f"OPENROUTER_{name}={value}\n" for name, value in said.items())
    (tmp_path / "secrets.env").write_text(text, encoding="utf-8")
    ended = handai(*arguments, "--fallback", "g/h", cwd=tmp_path)
    assert ended.code == 0, ended.err
    body = only_body(fake_provider)
    assert body["models"] == ["a/b", "g/h"]
    assert body["provider"] == {"allow_fallbacks": True, "data_collection": "allow"}
    headers = fake_provider.requests[0].headers
    assert (headers["http-referer"], headers["x-openrouter-title"]) == ("https://lab.example", "Our lab")
    assert headers["authorization"] == f"Bearer {KEY}"


def test_a_route_on_the_command_line_keeps_what_a_variable_forbids(
    arguments: list[str], fake_provider: FakeProvider
) -> None:
    flags = ["--base-url", fake_provider.url, "--model", "a/b", "--route", "sort=price"]
    ended = handai(*arguments, *flags, OPENROUTER_API_KEY=KEY, OPENROUTER_ALLOW_ALL_PROVIDERS="false")
    assert ended.code == 0, ended.err
    assert only_body(fake_provider)["provider"] == {"data_collection": "deny", "sort": "price"}


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        (["--provider", "groq", "--fallback", "demo:x"], "The offline demo can't answer in a model's place."),
        (["--provider", "groq", "--route", "zdr=true"], "Groq has no upstream providers to choose from"),
        (["--route", "order"], "--route order says nothing"),
        (["--route", "speed=high"], "--route knows no 'speed'. It knows: order, only"),
        (["--route", "sort=speed"], "model.routing.sort"),
    ],
    ids=["fallback", "route", "empty", "unknown", "invalid"],
)
def test_what_can_not_be_kept_is_refused_in_a_sentence(arguments: list[str], flag: list[str], said: str) -> None:
    ended = handai(*arguments, *flag, OPENROUTER_API_KEY=KEY, GROQ_API_KEY=KEY)
    assert ended.code != 0
    assert said in ended.said
