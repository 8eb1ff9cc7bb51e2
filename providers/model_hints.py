"""Hints about a model's name that another provider knows: they explain a refusal, they never block."""

from providers.specs import PROVIDERS, ProviderSpec, get_provider

_MAKERS = {"gpt-": "openai", "claude-": "anthropic", "gemini-": "google"}
_OPEN_MODELS = ("gpt-oss",)  # from a maker with its own provider, but served by others too
_ANY_NAME = {"azure", "custom", "lmstudio", "ollama", "demo"}  # whoever runs these names the models


def model_hint(provider_id: str, model: str) -> str | None:
    """Whose model that looks like, if it is not this provider's; None if nothing is odd about it."""
    own = get_provider(provider_id)
    if not model or own.id in _ANY_NAME or model in own.models:
        return None
    maker, _, name = model.rpartition("/")
    owner = _owner(model)
    if owner is not None and owner.id != own.id:
        return f"“{model}” looks like a model of {owner.name}, not of {own.name}: check which provider is chosen."
    if maker and own.id in _MAKERS.values():
        return f"“{model}” is written as OpenRouter writes it; {own.name} calls it “{name}”."
    if not maker and own.id == "openrouter":
        return "OpenRouter's models are written maker/model, such as openai/gpt-6-luna."
    return None


def _owner(model: str) -> ProviderSpec | None:
    listing = [spec for spec in PROVIDERS if model in spec.models]
    if len(listing) == 1:
        return listing[0]
    if model.endswith(":free"):
        return get_provider("openrouter")
    if "/" in model or model.startswith(_OPEN_MODELS):
        return None
    if ":" in model:
        return get_provider("ollama")
    return next((get_provider(maker) for prefix, maker in _MAKERS.items() if model.startswith(prefix)), None)
