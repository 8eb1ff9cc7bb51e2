"""Every provider as one entry of data: a new one is one more ProviderSpec, a quirk is one more field."""

import difflib

from handai_errors import NotFoundError
from providers.more_specs import HOSTED, SELF_HOSTED
from providers.provider_spec import JsonMode, Listing, ProviderSpec

__all__ = ["NO_PROVIDER", "PROVIDERS", "JsonMode", "Listing", "ProviderSpec", "get_provider"]

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
        routes=True,
        generation_path="/generation",
        sent_with_schema={"provider": {"require_parameters": True}},  # else an upstream may ignore the schema
        headers={"HTTP-Referer": "https://github.com/mohsaqr/handai", "X-OpenRouter-Title": "Handai"},
        header_variables={"HTTP-Referer": "OPENROUTER_SITE_URL", "X-OpenRouter-Title": "OPENROUTER_SITE_NAME"},
        base_url_variable="OPENROUTER_BASE_URL",
    ),
    *HOSTED,
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
        cuts_prompts=True,
        listing=Listing.OLLAMA,
    ),
    *SELF_HOSTED,
    ProviderSpec(
        id="custom",
        name="Custom",
        description="Any server that speaks OpenAI's chat completions: llama.cpp, a company gateway.",
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
