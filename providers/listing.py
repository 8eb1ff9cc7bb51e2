"""Reads what providers say about their models into one form: their names for the same fact differ, their lists too."""

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from providers.base import ModelInfo

_MILLION = 1_000_000
_CONTEXT = (
    "context_length",  # OpenRouter, Together, Fireworks
    "context_window",  # Groq
    "max_context_length",  # LM Studio, Mistral
    "max_model_len",  # vLLM
    "inputTokenLimit",  # Google
    "max_input_tokens",  # Anthropic
)
_OUTPUT = (
    "max_completion_tokens",  # Groq
    "max_output_length",  # Groq, since 2026
    "max_output_tokens",
    "outputTokenLimit",  # Google
    "max_tokens",  # Anthropic
)
_NAMES = ("display_name", "displayName", "name")
_EXPIRY = ("expiration_date", "deprecation", "retirement_date")
_KINDS = {  # what Together and LM Studio call a model that writes no text
    "embedding": "embeddings",
    "embeddings": "embeddings",
    "image": "image",
    "audio": "audio",
    "transcribe": "transcription",
    "video": "video",
    "rerank": "rerank",
}

Entry = dict[str, Any]


def read_models(value: object) -> list[ModelInfo] | None:
    """The models in {"data": []}, {"models": []} or a bare array, by id; None if there is no list."""
    listed = listed_in(value)
    if listed is None:
        return None
    models = {model.id: model for model in (read_model(item) for item in listed) if model}
    return sorted(models.values(), key=lambda model: model.id.lower())


def listed_in(value: object) -> Iterable[object] | None:
    """The list itself, wherever it is."""
    if isinstance(value, dict):
        value = value.get("data") if value.get("data") is not None else value.get("models")
    return value if isinstance(value, list) else None


def read_model(item: object) -> ModelInfo | None:
    """One entry of a list; None if it names no model, or one that does not write text."""
    entry: Entry = item if isinstance(item, dict) else {"id": item}
    model_id = _first_text(entry, ("id", "key", "model", "name"))  # LM Studio's id is `key`, Ollama's `model`
    if model_id is None:
        return None
    if "supportedGenerationMethods" in entry:
        if "generateContent" not in (_texts(entry["supportedGenerationMethods"]) or ()):
            return None
        model_id = model_id.removeprefix("models/")  # Google's native list says models/gemini-…, chat takes gemini-…
    top, architecture = _mapping(entry.get("top_provider")), _mapping(entry.get("architecture"))
    pricing = _mapping(entry.get("pricing"))
    prompt, completion = _prices(pricing)
    return ModelInfo(
        id=model_id,
        name=(_first_text(entry, _NAMES) or model_id).removeprefix("models/"),
        context_length=_loaded_context(entry) or _first_count(entry, _CONTEXT) or count(top.get("context_length")),
        prompt_price=prompt,
        completion_price=completion,
        price_tiers=_tiers(pricing, prompt, completion),
        request_price=_price(pricing.get("request"), 1) or None,
        canonical_slug=_first_text(entry, ("canonical_slug",)),
        hugging_face_id=_first_text(entry, ("hugging_face_id",)),
        max_output=count(top.get("max_completion_tokens")) or _first_count(entry, _OUTPUT),
        created=_moment(entry.get("created") or entry.get("created_at")),
        input_modalities=_texts(architecture.get("input_modalities") or entry.get("input_modalities")),
        output_modalities=_texts(architecture.get("output_modalities") or entry.get("output_modalities"))
        or _kind(entry.get("type")),
        supported_parameters=_texts(entry.get("supported_parameters")),
        expires=_date(next((entry[name] for name in _EXPIRY if entry.get(name)), None)),
    )


def ollama_context(value: object) -> int | None:
    """The tokens that Ollama's /api/show says a model takes: what its file sets, else what its architecture can."""
    shown = _mapping(value)
    for line in str(shown.get("parameters") or "").splitlines():
        name, _, said = line.strip().partition(" ")
        if name == "num_ctx" and said.strip().isdecimal():
            return count(int(said))
    facts = _mapping(shown.get("model_info"))
    return next((count(facts[name]) for name in facts if name.endswith(".context_length")), None)


def count(value: object) -> int | None:
    """A positive whole number; providers write 0 where they don't know."""
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _prices(pricing: Entry) -> tuple[float | None, float | None]:
    """Dollars per million tokens: OpenRouter writes dollars per token as text, Together dollars per million."""
    if "prompt" in pricing or "completion" in pricing:
        return _price(pricing.get("prompt"), _MILLION), _price(pricing.get("completion"), _MILLION)
    prompt, completion = _price(pricing.get("input"), 1), _price(pricing.get("output"), 1)
    return (prompt, completion) if prompt or completion else (None, None)  # Together's 0 and 0: not priced by tokens


def _tiers(
    pricing: Entry, prompt: float | None, completion: float | None
) -> tuple[tuple[int, float, float], ...] | None:
    """OpenRouter's prices of longer prompts: what one leaves out stays, and one by the hour counts at every hour."""
    overrides = pricing.get("overrides")
    if not isinstance(overrides, list) or prompt is None or completion is None:
        return None
    tiers: dict[int, tuple[float, float]] = {}
    for override in sorted(map(_mapping, overrides), key=_starts_at):
        prompt = max(prompt, _price(override.get("prompt"), _MILLION) or 0.0)
        completion = max(completion, _price(override.get("completion"), _MILLION) or 0.0)
        tiers[_starts_at(override) - 1] = (prompt, completion)
    return tuple((above, *rates) for above, rates in tiers.items()) or None


def _starts_at(override: Entry) -> int:
    return count(override.get("min_prompt_tokens")) or 0


def _price(said: object, factor: int) -> float | None:
    """A negative price means that it varies."""
    try:
        price = float(str(said))
    except ValueError:
        return None
    return round(price * factor, 6) if price >= 0 and math.isfinite(price) else None


def _loaded_context(entry: Entry) -> int | None:
    """LM Studio's context of a loaded model, which may be shorter than the model's own."""
    loaded = entry.get("loaded_instances")
    sizes = [count(_mapping(_mapping(item).get("config")).get("context_length")) for item in loaded or ()]
    return count(entry.get("loaded_context_length")) or min((size for size in sizes if size), default=None)


def _first_count(entry: Entry, names: Iterable[str]) -> int | None:
    return next((found for found in (count(entry.get(name)) for name in names) if found), None)


def _first_text(entry: Entry, names: Iterable[str]) -> str | None:
    found = (entry.get(name) for name in names)
    return next((text.strip() for text in found if isinstance(text, str) and text.strip()), None)


def _texts(value: object) -> tuple[str, ...] | None:
    return tuple(str(item) for item in value) if isinstance(value, list) else None


def _mapping(value: object) -> Entry:
    return value if isinstance(value, dict) else {}


def _kind(said: object) -> tuple[str, ...] | None:
    return (_KINDS[said],) if isinstance(said, str) and said in _KINDS else None


def _moment(said: object) -> int | None:
    if isinstance(said, str):
        try:
            return count(int(datetime.fromisoformat(said).timestamp()))
        except ValueError:
            return None
    return count(int(said)) if isinstance(said, int | float) and math.isfinite(said) else None


def _date(said: object) -> str | None:
    if isinstance(said, int | float) and not isinstance(said, bool):
        return datetime.fromtimestamp(said, UTC).date().isoformat()
    return said[:10] if isinstance(said, str) and said.strip() else None
