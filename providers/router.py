"""The single way from a run to a provider; importing it costs nothing, libraries load with the first real client."""

from pydantic import SecretStr

from handai_errors import SpecError
from providers.base import CompletionClient
from providers.base_url import resolve_base_url
from providers.demo import DemoClient
from providers.dev_mode import dev_mode
from providers.specs import get_provider


def make_client(provider_id: str, *, base_url: str | None, api_key: SecretStr | None) -> CompletionClient:
    """A client for that provider; None takes the provider's own address. Use it on one event loop, then aclose it.

    In DEV_MODE every provider answers from the demo.
    """
    spec = get_provider(provider_id)
    if spec.id == "demo" or dev_mode():
        return DemoClient()
    address = resolve_base_url(spec.id, base_url)
    if spec.requires_api_key and not (api_key and api_key.get_secret_value().strip()):
        raise SpecError(
            f"{spec.name} needs a key.",
            f"Set {spec.key_variables[0]} or paste a key from {spec.key_page}.",
        )
    from providers.compatible_client import OpenAICompatibleClient

    return OpenAICompatibleClient(spec, address, api_key)
