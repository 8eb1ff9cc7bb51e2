import pytest

from handai_errors import NotFoundError
from providers.specs import PROVIDERS, ProviderSpec, get_provider

IDS = [
    "openai",
    "anthropic",
    "google",
    "groq",
    "together",
    "azure",
    "openrouter",
    "lmstudio",
    "ollama",
    "custom",
    "demo",
]


def test_the_eleven_providers_are_there_in_order() -> None:
    assert [spec.id for spec in PROVIDERS] == IDS


@pytest.mark.parametrize("spec", PROVIDERS, ids=lambda spec: spec.id)
def test_a_default_model_is_one_of_the_list(spec: ProviderSpec) -> None:
    assert spec.default_model in spec.models or not spec.models


@pytest.mark.parametrize("spec", [s for s in PROVIDERS if s.requires_api_key], ids=lambda spec: spec.id)
def test_a_provider_that_needs_a_key_says_where_to_get_one(spec: ProviderSpec) -> None:
    assert spec.key_page.startswith("https://")
    assert spec.key_variables


def test_google_looks_at_gemini_first() -> None:
    assert get_provider("google").key_variables == ("GEMINI_API_KEY", "GOOGLE_API_KEY")


def test_only_openai_and_azure_rename_max_tokens() -> None:
    renamed = [s.id for s in PROVIDERS if s.max_tokens_parameter == "max_completion_tokens"]
    assert renamed == ["openai", "azure"]


def test_an_unknown_provider_names_the_nearest() -> None:
    with pytest.raises(NotFoundError, match="openrouter"):
        get_provider("open-router")


def test_an_unlike_provider_lists_all() -> None:
    with pytest.raises(NotFoundError, match="There are: openai"):
        get_provider("zzz")
