"""Which provider, model and address are meant where someone leaves a part unsaid: saved settings fill it in."""

from handai_errors import SpecError
from providers.specs import ProviderSpec, get_provider
from services import preferences


def chosen_provider(provider: str | None) -> ProviderSpec:
    """The provider named, else the one last chosen; raises NotFoundError, or SpecError where none ever was."""
    saved = provider or preferences.load().provider
    if provider is None and saved == "demo":
        raise SpecError(
            "No provider is chosen.", "Name one, for example openai, or set HANDAI_PROVIDER; demo needs no key."
        )
    return get_provider(saved)


def chosen_model(provider: ProviderSpec, model: str | None) -> str:
    """The model named, else the one last used with the provider, else its default; raises SpecError."""
    found = model or preferences.load().models.get(provider.id) or provider.default_model
    if not found:
        raise SpecError(f"{provider.name} needs a model.", "Name it.")
    return found


def chosen_address(provider_id: str) -> str | None:
    """The address saved for the provider; None is the provider's own."""
    return preferences.load().base_urls.get(provider_id)
