"""Every provider as one entry of data: a new one is one more ProviderSpec, a quirk is one more field."""

import difflib
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from handai_errors import NotFoundError


class JsonMode(StrEnum):
    """How a provider is asked for a JSON object; NONE leaves it to the instructions."""

    NONE = "none"
    JSON_OBJECT = "json_object"
    OBJECT_SCHEMA = "object_schema"  # LM Studio refuses json_object but takes the schema {"type": "object"}


class Listing(StrEnum):
    """How a provider is asked which models it serves; TYPED: it can't be, their names are typed by the person."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    GOOGLE = "google"
    LMSTUDIO = "lmstudio"
    OLLAMA = "ollama"
    TYPED = "typed"


class ProviderSpec(BaseModel):
    """What Handai knows about one provider.

    `key_variables` are environment variables in the order in which they are looked at; `key_prefixes` only ever
    warn. `json_schema`: its models take a JSON Schema, or some do and the others say so; with `bounds_in_schema` also
    one with bounds. `sent_with_schema` goes into the body beside a schema. `json_word_needed`: JSON mode is refused
    unless a message contains the word JSON.
    `lists_models`: its list can be had without a key; `says_prices`: with all prices and contexts in it.
    `base_url_variable` names the environment variable of a base URL that only the user knows. `key_path` is asked with
    a key to prove it: the cheapest call that a wrong key can't make.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: str
    description: str
    base_url: str = ""
    default_model: str = ""
    models: tuple[str, ...] = ()
    requires_api_key: bool = True
    key_variables: tuple[str, ...] = ()
    key_prefixes: tuple[str, ...] = ()
    key_page: str = ""
    key_path: str = "/models"
    billing_page: str = ""
    base_url_variable: str = ""
    json_mode: JsonMode = JsonMode.JSON_OBJECT
    json_schema: bool = True
    bounds_in_schema: bool = False
    sent_with_schema: dict[str, Any] = Field(default_factory=dict)
    json_word_needed: bool = False
    max_tokens_parameter: str = "max_tokens"
    seed_supported: bool = True
    lists_models: bool = False
    listing: Listing = Listing.OPENAI
    says_prices: bool = False
    local: bool = False
    start_hint: str = ""
    pull_hint: str = ""
    price_provider: str | None = None
    free_suffix: str = ""
    headers: dict[str, str] = Field(default_factory=dict)

    @property
    def needs_base_url(self) -> bool:
        """Whether the user has to say where the provider is."""
        return not self.base_url and self.id != "demo"


PROVIDERS: tuple[ProviderSpec, ...] = (
    ProviderSpec(
        id="openai",
        name="OpenAI",
        description="GPT models from OpenAI.",
        base_url="https://api.openai.com/v1",
        default_model="gpt-6-luna",
        models=("gpt-6-luna", "gpt-6.1-terra", "gpt-6.1-sol", "gpt-6-astra", "gpt-4.1-mini"),
        key_variables=("OPENAI_API_KEY",),
        key_prefixes=("sk-proj-", "sk-svcacct-", "sk-"),
        key_page="https://platform.openai.com/api-keys",
        billing_page="https://platform.openai.com/settings/organization/billing",
        json_word_needed=True,
        max_tokens_parameter="max_completion_tokens",
        price_provider="openai",
    ),
    ProviderSpec(
        id="anthropic",
        name="Anthropic",
        description="Claude models through Anthropic's OpenAI-compatible endpoint.",
        base_url="https://api.anthropic.com/v1/",
        default_model="claude-haiku-5-5",
        models=("claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5", "claude-fable-5-2"),
        key_variables=("ANTHROPIC_API_KEY",),
        key_prefixes=("sk-ant-",),
        key_page="https://platform.claude.com/settings/keys",
        billing_page="https://platform.claude.com/settings/billing",
        json_mode=JsonMode.NONE,  # the compatible endpoint ignores response_format without a word
        json_schema=False,
        seed_supported=False,
        price_provider="anthropic",
        listing=Listing.ANTHROPIC,
    ),
    ProviderSpec(
        id="google",
        name="Google",
        description="Gemini models through Google's OpenAI-compatible endpoint.",
        base_url="https://generativelanguage.googleapis.com/v1beta/openai/",
        default_model="gemini-3.5-flash-lite",
        models=("gemini-3.5-flash-lite", "gemini-3.8-flash", "gemini-4-argon", "gemini-2.5-flash-lite"),
        key_variables=("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        key_prefixes=("AQ.", "AIza"),
        key_page="https://aistudio.google.com/apikey",
        billing_page="https://aistudio.google.com/usage",
        price_provider="google",
        listing=Listing.GOOGLE,
    ),
    ProviderSpec(
        id="groq",
        name="Groq",
        description="Open models, answered fast.",
        base_url="https://api.groq.com/openai/v1",
        default_model="openai/gpt-oss-120b",
        models=("openai/gpt-oss-120b", "openai/gpt-oss-20b", "qwen/qwen3.8-27b"),
        key_variables=("GROQ_API_KEY",),
        key_prefixes=("gsk_",),
        key_page="https://console.groq.com/keys",
        billing_page="https://console.groq.com/settings/billing",
        json_word_needed=True,
        price_provider="groq",
    ),
    ProviderSpec(
        id="together",
        name="Together AI",
        description="Open models hosted by Together AI.",
        base_url="https://api.together.ai/v1",
        default_model="zai-org/GLM-5.3-Flash",
        models=("zai-org/GLM-5.3-Flash", "deepseek-ai/DeepSeek-V4.1-Flash", "openai/gpt-oss-120b"),
        key_variables=("TOGETHER_API_KEY",),
        key_prefixes=("tgp_",),
        key_page="https://api.together.ai/settings/api-keys",
        billing_page="https://api.together.ai/settings/billing",
        json_word_needed=True,
        price_provider="together",
    ),
    ProviderSpec(
        id="azure",
        name="Azure OpenAI",
        description="Models deployed in your own Azure resource; the model is your deployment's name.",
        key_variables=("AZURE_OPENAI_API_KEY",),
        key_page="https://portal.azure.com",
        billing_page="https://portal.azure.com",
        base_url_variable="AZURE_OPENAI_ENDPOINT",
        json_word_needed=True,
        max_tokens_parameter="max_completion_tokens",
        price_provider="azure",
        listing=Listing.TYPED,
    ),
    ProviderSpec(
        id="openrouter",
        name="OpenRouter",
        description="Hundreds of models from many providers with one key.",
        base_url="https://openrouter.ai/api/v1",
        default_model="openai/gpt-6-luna",
        models=("openai/gpt-6-luna", "anthropic/claude-haiku-5.5", "google/gemini-3.5-flash-lite"),
        key_variables=("OPENROUTER_API_KEY",),
        key_prefixes=("sk-or-",),
        key_page="https://openrouter.ai/settings/keys",
        key_path="/key",  # its list of models is open to everyone and proves nothing
        billing_page="https://openrouter.ai/settings/credits",
        json_word_needed=True,
        lists_models=True,
        says_prices=True,
        price_provider="openrouter",
        free_suffix=":free",
        sent_with_schema={"provider": {"require_parameters": True}},  # else an upstream may ignore the schema
        headers={"HTTP-Referer": "https://github.com/mohsaqr/handai", "X-OpenRouter-Title": "Handai"},
    ),
    ProviderSpec(
        id="lmstudio",
        name="LM Studio",
        description="Models on your own computer, served by LM Studio. Nothing leaves it.",
        base_url="http://localhost:1234/v1",
        requires_api_key=False,
        key_variables=("LMSTUDIO_API_KEY",),
        json_mode=JsonMode.OBJECT_SCHEMA,
        bounds_in_schema=True,
        lists_models=True,
        local=True,
        start_hint="Start the server in LM Studio's Developer tab.",
        pull_hint="Load the model in LM Studio first.",
        listing=Listing.LMSTUDIO,
    ),
    ProviderSpec(
        id="ollama",
        name="Ollama",
        description="Models on your own computer, served by Ollama. Nothing leaves it.",
        base_url="http://localhost:11434/v1",
        requires_api_key=False,
        key_variables=("OLLAMA_API_KEY",),
        bounds_in_schema=True,
        lists_models=True,
        local=True,
        start_hint="Start Ollama: `ollama serve`.",
        pull_hint="Get the model: `ollama pull {model}`.",
        listing=Listing.OLLAMA,
    ),
    ProviderSpec(
        id="custom",
        name="Custom",
        description="Any server that speaks OpenAI's chat completions: vLLM, llama.cpp, a company gateway.",
        requires_api_key=False,
        key_variables=("HANDAI_API_KEY",),
        base_url_variable="HANDAI_BASE_URL",
        bounds_in_schema=True,
        lists_models=True,
    ),
    ProviderSpec(
        id="demo",
        name="Offline demo (no AI)",
        description="No AI and no network: canned text that shows how Handai works.",
        default_model="demo",
        models=("demo",),
        requires_api_key=False,
        local=True,
        listing=Listing.TYPED,
    ),
)

NO_PROVIDER = ProviderSpec(
    id="none",
    name="No model",
    description="A generated table of samplers and expressions alone: nothing is asked, nothing leaves this machine.",
    default_model="none",
    requires_api_key=False,
    json_schema=False,
    local=True,
    listing=Listing.TYPED,
)

_BY_ID = {spec.id: spec for spec in (*PROVIDERS, NO_PROVIDER)}


def get_provider(provider_id: str) -> ProviderSpec:
    """The spec of that id, or NotFoundError with the nearest names."""
    spec = _BY_ID.get(provider_id.strip().lower())
    if spec is not None:
        return spec
    known = [known.id for known in PROVIDERS]
    near = difflib.get_close_matches(provider_id.strip().lower(), known, n=3, cutoff=0.5)
    offer = f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(known)}."
    raise NotFoundError(f"There is no provider “{provider_id}”.", offer)
