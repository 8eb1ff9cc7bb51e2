"""Finding a model among hundreds: searched by words, sorted by what helps; unknown facts come last."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from engine.model_ids import slug_of
from providers.base import ModelInfo


class SortBy(StrEnum):
    """What a list of models is sorted by."""

    USED = "used"  # last used first, then by name
    PRICE = "price"
    CONTEXT = "context"
    NEWEST = "newest"
    NAME = "name"


def search(models: Sequence[ModelInfo], text: str) -> list[ModelInfo]:
    """The models that have every word of `text` in one of their names."""
    words = text.casefold().split()
    return [model for model in models if all(word in _names(model) for word in words)]


def writes_text(model: ModelInfo) -> bool:
    """Whether the model answers in text; so does one whose list does not say."""
    return not model.output_modalities or "text" in model.output_modalities


def in_order(models: Sequence[ModelInfo], by: SortBy, used: Mapping[str, float] | None = None) -> list[ModelInfo]:
    """The models sorted; `used` says when each was last used, in Unix seconds."""
    used_at = used or {}
    return sorted(models, key=lambda model: order_key(model, by, used_at.get(model.id)))


def order_key(model: ModelInfo, by: SortBy, used_at: float | None) -> tuple[float, str]:
    """What puts a model before another."""
    match by:
        case SortBy.USED:
            first = -(used_at or 0.0)
        case SortBy.PRICE:
            first = _price(model)
        case SortBy.CONTEXT:
            first = -(model.context_length or 0)
        case SortBy.NEWEST:
            first = -(model.created or 0)
        case SortBy.NAME:
            first = 0.0
    return first, model.id.casefold()


def _price(model: ModelInfo) -> float:
    if model.prompt_price is None or model.completion_price is None:
        return float("inf")
    return model.prompt_price + model.completion_price


def _names(model: ModelInfo) -> str:
    other = (model.canonical_slug, model.hugging_face_id)
    return " ".join((model.id, model.name, slug_of(model.id), *(name for name in other if name))).casefold()
