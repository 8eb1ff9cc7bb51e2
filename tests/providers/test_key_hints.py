import pytest

from providers.key_hints import key_hint, likely_provider, mask_key

BODY = "x" * 24


@pytest.mark.parametrize(
    ("provider_id", "key", "expected"),
    [
        ("openrouter", f"gsk_{BODY}", "This looks like a Groq key; OpenRouter keys begin with sk-or-."),
        ("openai", f"sk-or-v1-{BODY}", "This looks like an OpenRouter key; OpenAI keys begin with sk-proj-."),
        ("openai", f"sk-ant-api03-{BODY}", "This looks like an Anthropic key; OpenAI keys begin with sk-proj-."),
        ("groq", f"AIza{BODY}", "This looks like a Google (Gemini) key; Groq keys begin with gsk_."),
        ("google", f"sk-proj-{BODY}", "This looks like an OpenAI key; Google keys begin with AQ."),
        ("azure", f"sk-or-v1-{BODY}", "This looks like an OpenRouter key, not Azure OpenAI's."),
    ],
)
def test_a_foreign_prefix_names_its_provider(provider_id: str, key: str, expected: str) -> None:
    assert key_hint(provider_id, key) == expected


@pytest.mark.parametrize(
    ("provider_id", "key"),
    [
        ("openai", f"sk-proj-{BODY}"),
        ("openai", f"sk-{BODY}"),
        ("google", f"AQ.{BODY}"),
        ("google", f"AIza{BODY}"),
        ("anthropic", f"sk-ant-{BODY}"),
        ("together", BODY),
        ("azure", BODY),
        ("custom", f"gsk_{BODY}"),
        ("lmstudio", "anything"),
        ("openai", ""),
    ],
)
def test_a_plausible_key_gets_no_hint(provider_id: str, key: str) -> None:
    assert key_hint(provider_id, key) is None


@pytest.mark.parametrize(
    ("key", "word"),
    [
        (f"sk-proj-{BODY}\n", "line break"),
        (f"sk-proj- {BODY}", "spaces"),
        (f"“sk-proj-{BODY}”", "quotation marks"),
        (f"sk–proj-{BODY}", "characters"),
        (f"Bearer-sk-{BODY}", "Bearer"),
    ],
)
def test_a_mistyped_key_says_what_is_wrong(key: str, word: str) -> None:
    assert word in (key_hint("openai", key) or "")


def test_a_generic_prefix_is_nobodys() -> None:
    assert likely_provider(f"sk-{BODY}") is None


def test_a_long_key_shows_prefix_and_last_four() -> None:
    assert mask_key(f"sk-or-{BODY}abcd") == "sk-or-…abcd"


def test_a_short_key_shows_nothing() -> None:
    assert mask_key("sk-or-1234567890") == "••••••••"
