"""What a model costs: by its provider's own list as it was last fetched, else by what is published."""

from providers.prices import Price, dearest, listed_price, price_of
from services.home import open_catalogue
from services.models.model_lists import place_of


def known_price(provider_id: str, base_url: str | None, model: str) -> Price | None:
    """The model's price at that address; None where it varies or nobody knows it."""
    with open_catalogue() as catalogue:
        listed = catalogue.models.get(place_of(provider_id, base_url), model)
    return listed_price(provider_id, listed) if listed else price_of(provider_id, model)


def dearest_known(provider_id: str, base_url: str | None, models: tuple[str, ...]) -> Price | None:
    """The most that any of these models costs, whichever answers; None where one price is unknown."""
    prices = [known_price(provider_id, base_url, model) for model in models]
    known = [price for price in prices if price is not None]
    return dearest(known) if known and len(known) == len(prices) else None
