"""Who OpenRouter is told is calling: the person's own site and name where they are set."""

from pathlib import Path

import pytest

from providers.attribution import attribution_variables, own_headers
from providers.specs import get_provider
from tests.fake_provider import FakeProvider
from tests.providers.clients import REQUEST, client_of

OPENROUTER = get_provider("openrouter")


@pytest.mark.anyio
async def test_000_6_site_and_name_go_out_as_headers(
    fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENROUTER_SITE_URL", "https://lab.example")
    monkeypatch.setenv("OPENROUTER_SITE_NAME", " Our lab ")
    async with client_of(fake_provider.url, provider="openrouter", key="k" * 30) as client:
        await client.complete(REQUEST)
    headers = fake_provider.requests[-1].headers
    assert (headers["http-referer"], headers["x-openrouter-title"]) == ("https://lab.example", "Our lab")


@pytest.mark.anyio
async def test_004_14_without_them_handai_names_itself(fake_provider: FakeProvider) -> None:
    async with client_of(fake_provider.url, provider="openrouter", key="k" * 30) as client:
        await client.complete(REQUEST)
    headers = fake_provider.requests[-1].headers
    assert headers["x-openrouter-title"] == "Handai"
    assert headers["http-referer"].startswith("https://")


@pytest.mark.anyio
async def test_no_other_provider_is_told(fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENROUTER_SITE_NAME", "Our lab")
    async with client_of(fake_provider.url, provider="openai", key="k" * 30) as client:
        await client.complete(REQUEST)
    assert not {"http-referer", "x-openrouter-title"} & fake_provider.requests[-1].headers.keys()


def test_000_5_a_file_of_variables_counts_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("secrets.env").write_text("OPENROUTER_SITE_NAME=From the file\n", encoding="utf-8")
    assert own_headers(OPENROUTER)["X-OpenRouter-Title"] == "From the file"
    assert attribution_variables() == {"OPENROUTER_SITE_NAME": "From the file"}


@pytest.mark.parametrize(
    ("said", "sent"), [("Forschung für alle", "Forschung fr alle"), ("a\nX-Evil: 1", "aX-Evil: 1"), ("研究", "Handai")]
)
def test_what_no_header_takes_is_left_out(said: str, sent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENROUTER_SITE_NAME", said)
    assert own_headers(OPENROUTER)["X-OpenRouter-Title"] == sent
