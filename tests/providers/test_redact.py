import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.redact import REDACTED, protect, redact, without_keys

KEY = "plain+key/" + "k" * 16


@pytest.mark.parametrize(
    "text",
    [
        f"key={KEY}",
        f"url?key={quote(KEY, safe='')}&a=1",
        f"encoded {base64.b64encode(KEY.encode()).decode()}",
        f"Basic {base64.b64encode(f'user:{KEY}'.encode()).decode()}",
        f"urlsafe {base64.urlsafe_b64encode(f'xx{KEY}'.encode()).decode()}",
    ],
    ids=["raw", "url", "base64", "basic", "urlsafe"],
)
def test_a_known_key_goes_in_every_form(text: str) -> None:
    cleaned = redact(text, [KEY])
    for form in (KEY, quote(KEY, safe=""), base64.b64encode(KEY.encode()).decode()[4:-4]):
        assert form not in cleaned


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=40), st.integers(0, 5))
def test_a_known_key_inside_any_base64_text_goes(key: str, lead: int) -> None:
    encoded = base64.b64encode(b"u" * lead + key.encode() + b":tail").decode()
    cleaned = redact(encoded, [key])
    assert cleaned != encoded


@pytest.mark.parametrize(
    "secret",
    ["sk-" + "a1" * 10, "sk-or-v1-" + "b2" * 10, "gsk_" + "c3" * 10, "AIza" + "d4" * 10, "AQ." + "e5" * 10],
    ids=["openai", "openrouter", "groq", "google", "google-new"],
)
def test_anything_that_looks_like_a_key_goes(secret: str) -> None:
    assert secret not in redact(f'{{"message": "refused {secret} here"}}')


def test_a_bearer_token_of_any_form_goes() -> None:
    assert redact("Authorization: Bearer abc.def-123, x") == "Authorization: Bearer [key removed], x"


def test_json_stays_json() -> None:
    assert redact('{"authorization": "Bearer abcdefgh"}') == '{"authorization": "Bearer [key removed]"}'


@pytest.mark.parametrize("text", ["task-oriented answer", "the disk-shaped one", "a bearer of news", "risk-assessment"])
def test_ordinary_words_stay(text: str) -> None:
    assert redact(text, ["none"]) == text


def test_a_key_in_use_is_removed_by_whoever_redacts() -> None:
    key = "odd/+key-" + "q7" * 8
    assert key in redact(f"before: {key}")
    protect(key)
    assert redact(f"after: {key}") == f"after: {REDACTED}"
    protect("ollama")
    assert redact("ollama serve") == "ollama serve"


def test_an_answer_loses_a_key_that_a_server_wrote_into_it_and_no_word_more() -> None:
    key = "k3y" * 8
    assert without_keys(f"It is {key}, sk-proj-abcdefgh.", [key]) == f"It is {REDACTED}, sk-proj-abcdefgh."
    assert without_keys("ollama answers", ["ollama"]) == "ollama answers"
