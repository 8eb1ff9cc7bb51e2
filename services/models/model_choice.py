"""Which provider, model and address are meant where someone leaves a part unsaid: saved settings fill it in."""

from engine.model_ids import candidates
from engine.model_order import writes_text
from handai_errors import SpecError
from providers.specs import ProviderSpec, get_provider
from services import preferences
from services.environment import given_for
from services.models.model_lists import model_list


def chosen_provider(provider: str | None) -> ProviderSpec:
    """The provider named, else the one last chosen; raises NotFoundError, or SpecError where none ever was."""
    saved = provider or preferences.load().provider
    if provider is None and saved == "demo":
        raise SpecError(
            "No provider is chosen.", "Name one, for example openai, or set HANDAI_PROVIDER; demo needs no key."
        )
    return get_provider(saved)


def chosen_model(provider: ProviderSpec, model: str | None, base_url: str | None = None) -> str:
    """The model named, else the one last used with the provider, its default, a fallback, the longest of its list.

    The list is the last one that was fetched; nothing is asked. Raises SpecError where no model is known.
    """
    usual = model or preferences.load().models.get(provider.id) or provider.default_model
    if usual:
        return usual
    fallbacks = given_for(provider.id).model_part.get("fallbacks", ())
    listed = model_list(provider.id, base_url or chosen_address(provider.id), None, ask=False).models
    found = candidates(None, None, fallbacks, list(filter(writes_text, listed)))
    if not found:
        raise SpecError(f"{provider.name} needs a model.", f"Name one; `handai models {provider.id}` lists them.")
    return found[0]


def chosen_address(provider_id: str) -> str | None:
    """The address saved for the provider; None is the provider's own."""
    return preferences.load().base_urls.get(provider_id)
