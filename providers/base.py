"""What every provider looks like from above: a request goes in, a completion comes out, or a ProviderError."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from providers.values import value


@value(frozen=True, slots=True)
class Message:
    """One chat message."""

    role: str
    content: str


class AnswerForm(StrEnum):
    """How an answer's form is asked for; BOUNDED_SCHEMA is a JSON Schema with bounds, which few servers take."""

    TEXT = "text"
    BOUNDED_SCHEMA = "bounded_schema"
    JSON_SCHEMA = "json_schema"
    JSON_OBJECT = "json_object"
    INSTRUCTIONS = "instructions"


SCHEMA_FORMS = frozenset({AnswerForm.BOUNDED_SCHEMA, AnswerForm.JSON_SCHEMA})


@value(frozen=True, slots=True)
class CompletionRequest:
    """One model call; None leaves a setting to the provider's default. `json_schema` goes with SCHEMA_FORMS only.

    `max_tokens_name` is what max tokens are called on the wire where the model refused the provider's own name for it.
    `fallbacks` are models to ask when `model` fails, `preferences` say whom to ask; aggregators alone are told them.
    """

    model: str
    messages: tuple[Message, ...]
    temperature: float | None = None
    max_tokens: int | None = None
    form: AnswerForm = AnswerForm.TEXT
    json_schema: dict[str, Any] | None = None
    seed: int | None = None
    timeout_s: float = 120.0
    max_tokens_name: str | None = None
    fallbacks: tuple[str, ...] = ()
    preferences: dict[str, Any] | None = None

    def about(self, messages: tuple[Message, ...], seed: int | None) -> "CompletionRequest":
        """The same call with other messages: those of another row."""
        return CompletionRequest(
            self.model,
            messages,
            self.temperature,
            self.max_tokens,
            self.form,
            self.json_schema,
            seed,
            self.timeout_s,
            self.max_tokens_name,
            self.fallbacks,
            self.preferences,
        )


@value(frozen=True, slots=True)
class Usage:
    """Tokens and cost of one call in US dollars; None is unknown, never zero."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost_usd: float | None = None


UNKNOWN_USAGE = Usage()


@value(frozen=True, slots=True)
class Allowance:
    """What is left of one of a provider's budgets, of how much, and seconds until it is full; None is unsaid."""

    remaining: int
    limit: int | None = None
    reset_s: float | None = None


@value(frozen=True, slots=True)
class RateLimits:
    """The budgets that a provider told about with an answer; None is unsaid."""

    requests: Allowance | None = None
    tokens: Allowance | None = None
    input_tokens: Allowance | None = None
    output_tokens: Allowance | None = None


@value(frozen=True, slots=True)
class Completion:
    """A model's answer as received; engine.parsing decides whether it is usable.

    `text` is None when the provider sent null content; `refusal` is the model's own refusal text;
    `upstream` names who really served it behind an aggregator; `id` is under what the provider remembers it.
    """

    text: str | None
    model: str | None = None
    finish_reason: str | None = None
    refusal: str | None = None
    usage: Usage = UNKNOWN_USAGE
    upstream: str | None = None
    latency_s: float = 0.0
    rate_limits: RateLimits | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class StreamPiece:
    """A piece of streamed text, or, as the last one, the whole completion with its usage."""

    text: str = ""
    completion: Completion | None = None


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """One model that a provider says it serves, in whatever words; what it leaves unsaid is None.

    `id` is what a request carries. Prices are US dollars per million tokens, `request_price` dollars a request beside
    them; `price_tiers` hold (tokens, prompt price, completion price) for the whole of a call whose prompt has more
    tokens. `created` is in Unix seconds, `expires` the ISO date after which the model is gone. `canonical_slug` and
    `hugging_face_id` are other names of the model.
    """

    id: str
    name: str
    context_length: int | None = None
    prompt_price: float | None = None
    completion_price: float | None = None
    price_tiers: tuple[tuple[int, float, float], ...] | None = None
    request_price: float | None = None
    canonical_slug: str | None = None
    hugging_face_id: str | None = None
    max_output: int | None = None
    created: int | None = None
    input_modalities: tuple[str, ...] | None = None
    output_modalities: tuple[str, ...] | None = None
    supported_parameters: tuple[str, ...] | None = None
    expires: str | None = None


class CompletionClient(Protocol):
    """The only way from a run to a provider; every failure is a ProviderError."""

    async def complete(self, request: CompletionRequest) -> Completion:
        """The answer to `request`, within its total deadline."""
        ...

    def stream(self, request: CompletionRequest) -> AsyncIterator[StreamPiece]:
        """The answer piece by piece, the completion last."""
        ...

    async def aclose(self) -> None:
        """Close every connection."""
        ...
