import pytest

from handai_errors import SpecError
from providers.base_url import check_base_url, is_loopback, is_nearby, missing_v1_hint, resolve_base_url

FORBIDDEN = [
    "http://169.254.169.254/latest",
    "http://169.254.0.1",
    "http://169.254.169.254.",
    "http://2852039166",
    "http://0xA9FEA9FE",
    "http://0xa9.0xfe.0xa9.0xfe",
    "http://0251.0376.0251.0376",
    "http://169.254.43518",
    "http://[::ffff:169.254.169.254]",
    "http://[::ffff:a9fe:a9fe]",
    "http://[64:ff9b::a9fe:a9fe]",
    "http://[::169.254.169.254]",
    "http://[2002:a9fe:a9fe::]",
    "http://[fe80::1]",
    "http://[fe80::1%25eth0]",
    "http://[fd00:ec2::254]",
    "http://100.100.100.200",
    "http://metadata.google.internal/v1",
    "http://METADATA.google.internal.",
    "http://metadata",
    "http://169.254.169.254.nip.io",
    "http://x.169-254-169-254.sslip.io",
    "http://a9fea9fe.nip.io/v1",
    "http://app-A9FEA9FE.nip.io",
    "http://fe80--1.sslip.io",
    "http://fd00-ec2--254.sslip.io",
    "http://１６９.254.169.254",
    "http://169。254。169。254",
    "http://%31%36%39.254.169.254",
    "ftp://example.org/v1",
    "file:///etc/passwd",
    "javascript://x",
    "http://user:secret@example.org/v1",
    "http://user@example.org/v1",
    "http://example.org\\@169.254.169.254",
    "http://exa mple.org",
    "http://example.org/v1\nHost: x",
    "http://",
    "http:///v1",
    "http://example.org:99999/v1",
    "http://[::1",
    "http://example.org/v1?key=1",
    "http://example.org/v1#x",
    "",
]


@pytest.mark.parametrize("url", FORBIDDEN)
def test_it_is_refused(url: str) -> None:
    with pytest.raises(SpecError):
        check_base_url(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost:11434/v1/", "http://localhost:11434/v1"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1"),
        ("http://192.168.1.20:1234/v1", "http://192.168.1.20:1234/v1"),
        ("http://10.0.0.5/v1", "http://10.0.0.5/v1"),
        ("http://7f000001.nip.io/v1", "http://7f000001.nip.io/v1"),
        ("http://my--server.sslip.io/v1", "http://my--server.sslip.io/v1"),
        ("http://host.docker.internal:1234/v1", "http://host.docker.internal:1234/v1"),
        ("HTTPS://API.Example.ORG/V1/", "https://api.example.org/V1"),
        ("localhost:1234/v1", "http://localhost:1234/v1"),
        ("api.example.org/v1", "https://api.example.org/v1"),
        ("https://api.example.org/v1/chat/completions", "https://api.example.org/v1"),
        (" https://api.example.org//v1// ", "https://api.example.org/v1"),
    ],
)
def test_it_is_made_regular(url: str, expected: str) -> None:
    assert check_base_url(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://mine.openai.azure.com",
        "https://mine.openai.azure.com/",
        "https://mine.openai.azure.com/openai",
        "https://mine.openai.azure.com/openai/v1/",
        "https://mine.openai.azure.com/openai/deployments/gpt/chat/completions",
    ],
)
def test_an_azure_resource_becomes_its_v1_endpoint(url: str) -> None:
    assert resolve_base_url("azure", url) == "https://mine.openai.azure.com/openai/v1"


def test_the_providers_own_address_is_the_default() -> None:
    assert resolve_base_url("openrouter", None) == "https://openrouter.ai/api/v1"


@pytest.mark.parametrize(("provider_id", "word"), [("azure", "AZURE_OPENAI_ENDPOINT"), ("custom", "--base-url")])
def test_a_missing_base_url_says_how_to_give_one(provider_id: str, word: str) -> None:
    with pytest.raises(SpecError, match=word):
        resolve_base_url(provider_id, " ")


def test_a_missing_v1_is_told_not_rewritten() -> None:
    assert check_base_url("http://localhost:1234") == "http://localhost:1234"
    assert "http://localhost:1234/v1" in missing_v1_hint("http://localhost:1234/")
    assert missing_v1_hint("http://localhost:1234/v1") == ""


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost:1", True),
        ("http://127.8.9.1:1", True),
        ("http://[::1]:1", True),
        ("http://192.168.1.2", False),
        ("https://api.openai.com", False),
    ],
)
def test_loopback_is_known(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost:8000/v1", True),
        ("http://127.0.0.1:1/v1", True),
        ("http://[::1]:1/v1", True),
        ("http://192.168.1.7:8000/v1", True),
        ("http://10.0.0.3/v1", True),
        ("http://vllm:8000/v1", True),
        ("http://gpu.local/v1", True),
        ("http://host.docker.internal:1234/v1", True),
        ("https://api.openai.com/v1", False),
        ("https://93.184.216.34/v1", False),
        ("https://local.example.org/v1", False),
    ],
)
def test_an_address_in_one_s_own_network_is_known(url: str, expected: bool) -> None:
    assert is_nearby(url) is expected
