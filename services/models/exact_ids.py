"""Which id a model is asked for under: its own, or its exact-case one where that is the one that works."""

from collections.abc import Callable

from engine.model_ids import variants_of
from handai_db import Place
from handai_errors import StorageError
from providers.base import CompletionClient
from providers.exact_id import ExactIdClient
from services.home import open_catalogue
from services.models.model_lists import place_of


def with_exact_id(client: CompletionClient, provider_id: str, base_url: str | None, model: str) -> CompletionClient:
    """The client, able to ask for the model under its exact-case id if its own is not found."""
    place = place_of(provider_id, base_url)
    exact, sent_as = exact_id(place, model)
    if exact is None:
        return client
    return ExactIdClient(client, model, exact, _remembering(place, model), sent_as)


def exact_id(place: Place, model: str) -> tuple[str | None, str | None]:
    """The model's other id, if its provider lists one, and the id that worked last where it is not its own."""
    with open_catalogue() as catalogue:
        listed = next((item for item in catalogue.models.all(place) if item.id == model), None)
        sent_as = catalogue.model_notes.sent_as(place, model)
    hugging_face = listed.hugging_face_id if listed else None
    others = [name for name in variants_of(model, hugging_face) if name != model]
    return (others[0] if others else sent_as), sent_as


def _remembering(place: Place, model: str) -> Callable[[str], None]:
    def remember(works: str) -> None:
        try:
            with open_catalogue() as catalogue:
                catalogue.model_notes.remember_sent_as(place, model, None if works == model else works)
        except StorageError:
            return  # it will be found out again; the answer is there

    return remember
