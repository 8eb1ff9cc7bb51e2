import pytest

from handai_errors import NotFoundError
from providers.base import AnswerForm, CompletionRequest, Message
from providers.request_body import request_body
from providers.specs import PROVIDERS, JsonMode, ProviderSpec, get_provider

IDS = [
    "openai",
    "anthropic",
    "google",
    "groq",
    "together",
    "azure",
    "openrouter",
    "mistral",
    "deepseek",
    "xai",
    "cerebras",
    "fireworks",
    "runpod",
    "lmstudio",
    "ollama",
    "vllm",
    "custom",
    "demo",
]
# id: (address, variable of the key, its prefixes, schema, JSON mode, name of max tokens, local)
FACTS = {
    "openai": ("https://api.openai.com/v1", "OPENAI_API_KEY", ("sk-proj-", "sk-svcacct-", "sk-"), True, 1, "c", False),
    "anthropic": ("https://api.anthropic.com/v1/", "ANTHROPIC_API_KEY", ("sk-ant-",), False, 0, "m", False),
    "google": (
        "https://generativelanguage.googleapis.com/v1beta/openai/",
        "GEMINI_API_KEY",
        ("AQ.", "AIza"),
        True,
        1,
        "m",
        False,
    ),
    "groq": ("https://api.groq.com/openai/v1", "GROQ_API_KEY", ("gsk_",), True, 1, "m", False),
    "together": ("https://api.together.ai/v1", "TOGETHER_API_KEY", ("tgp_",), True, 1, "m", False),
    "azure": ("", "AZURE_OPENAI_API_KEY", (), True, 1, "c", False),
    "openrouter": ("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY", ("sk-or-",), True, 1, "m", False),
    "mistral": ("https://api.mistral.ai/v1", "MISTRAL_API_KEY", (), True, 1, "m", False),
    "deepseek": ("https://api.deepseek.com", "DEEPSEEK_API_KEY", ("sk-",), False, 1, "m", False),
    "xai": ("https://api.x.ai/v1", "XAI_API_KEY", ("xai-",), True, 1, "m", False),
    "cerebras": ("https://api.cerebras.ai/v1", "CEREBRAS_API_KEY", ("csk-",), True, 1, "c", False),
    "fireworks": ("https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY", ("fw_",), True, 1, "m", False),
    "runpod": ("", "RUNPOD_API_KEY", ("rpa_",), True, 1, "m", False),
    "lmstudio": ("http://localhost:1234/v1", "LMSTUDIO_API_KEY", (), True, 2, "m", True),
    "ollama": ("http://localhost:11434/v1", "OLLAMA_API_KEY", (), True, 1, "m", True),
    "vllm": ("http://localhost:8000/v1", "VLLM_API_KEY", (), True, 1, "m", True),
    "custom": ("", "HANDAI_API_KEY", (), True, 1, "m", False),
    "demo": ("", None, (), True, 1, "m", True),
}
_JSON_MODES = (JsonMode.NONE, JsonMode.JSON_OBJECT, JsonMode.OBJECT_SCHEMA)
_MAX_TOKENS = {"m": "max_tokens", "c": "max_completion_tokens"}


def test_004_4_the_ten_providers_and_seven_more_are_there_in_order() -> None:
    assert [spec.id for spec in PROVIDERS] == IDS


@pytest.mark.parametrize("spec", PROVIDERS, ids=lambda spec: spec.id)
def test_each_entry_says_what_is_known_of_its_provider(spec: ProviderSpec) -> None:
    address, variable, prefixes, schema, json_mode, max_tokens, local = FACTS[spec.id]
    assert spec.base_url == address
    assert next(iter(spec.key_variables), None) == variable
    assert spec.key_prefixes == prefixes
    assert (spec.json_schema, spec.json_mode) == (schema, _JSON_MODES[json_mode])
    assert (spec.max_tokens_parameter, spec.local) == (_MAX_TOKENS[max_tokens], local)


@pytest.mark.parametrize("spec", PROVIDERS, ids=lambda spec: spec.id)
def test_004_11_an_entry_has_the_fields_that_a_person_sees(spec: ProviderSpec) -> None:
    assert spec.name
    assert spec.description.endswith(".")
    assert spec.requires_api_key is not (spec.local or spec.id == "custom")
    assert spec.base_url or spec.base_url_variable or spec.id == "demo"


@pytest.mark.parametrize("spec", PROVIDERS, ids=lambda spec: spec.id)
def test_a_default_model_is_one_of_the_list(spec: ProviderSpec) -> None:
    assert spec.default_model in spec.models or not spec.models


@pytest.mark.parametrize("spec", [s for s in PROVIDERS if s.requires_api_key], ids=lambda spec: spec.id)
def test_a_provider_that_needs_a_key_says_where_to_get_one(spec: ProviderSpec) -> None:
    assert spec.key_page.startswith("https://")
    assert spec.key_variables


@pytest.mark.parametrize("spec", [s for s in PROVIDERS if s.local and s.base_url], ids=lambda spec: spec.id)
def test_004_15_a_local_server_lists_its_models_and_says_how_to_start_it(spec: ProviderSpec) -> None:
    assert spec.lists_models
    assert spec.start_hint
    assert spec.pull_hint
    assert not spec.models


def test_google_looks_at_gemini_first() -> None:
    assert get_provider("google").key_variables == ("GEMINI_API_KEY", "GOOGLE_API_KEY")


@pytest.mark.parametrize(("provider", "name"), [("mistral", "random_seed"), ("xai", "seed"), ("deepseek", None)])
def test_a_seed_goes_out_under_the_providers_name_for_it(provider: str, name: str | None) -> None:
    request = CompletionRequest("m", (Message("user", "hi"),), seed=7, form=AnswerForm.TEXT)
    body = request_body(get_provider(provider), request).decode()
    assert ('"random_seed":7' in body) is (name == "random_seed")
    assert ('"seed":7' in body) is (name == "seed")


@pytest.mark.parametrize("name", ["routes", "generation_path"])
def test_only_openrouter_routes(name: str) -> None:
    assert [spec.id for spec in PROVIDERS if getattr(spec, name)] == ["openrouter"]


def test_only_ollama_is_known_to_cut_prompts_without_a_word() -> None:
    assert [spec.id for spec in PROVIDERS if spec.cuts_prompts] == ["ollama"]


def test_an_unknown_provider_names_the_nearest() -> None:
    with pytest.raises(NotFoundError, match="openrouter"):
        get_provider("open-router")


def test_an_unlike_provider_lists_all() -> None:
    with pytest.raises(NotFoundError, match="There are: openai"):
        get_provider("zzz")
