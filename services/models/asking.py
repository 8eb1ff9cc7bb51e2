"""One question asked as a run would ask it: by the id that works, without what the model does not take."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from pydantic import SecretStr

from engine.columns import Output
from engine.left_out import LeftOut, max_tokens_name
from engine.parsing import parse_completion
from engine.spec import DEFAULT_TIMEOUT_S, ModelSettings
from handai_db import Place
from handai_errors import ErrorKind, ProviderError, StorageError
from providers.base import Completion, CompletionClient, CompletionRequest, Message
from providers.base_url import resolve_base_url
from providers.prices import cost_of
from providers.router import make_client
from providers.specs import get_provider
from services.models.exact_ids import with_exact_id
from services.models.habits import Known, known_at, remember_at
from services.models.key_hosts import declared_base_url
from services.models.known_prices import known_price

_REMEDIES = {  # for one question, where a run's speak of rows
    ErrorKind.LENGTH: "Raise max tokens and ask again.",
    ErrorKind.CONTENT_FILTER: "Change the question or the model.",
    ErrorKind.REFUSAL: "Change the question or the model.",
    ErrorKind.INVALID_OUTPUT: "Ask again, or reword the question.",
}
_ANSWER = (Output(name="answer"),)

Arrived = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of which model; `streamed` has the answer come piece by piece."""

    model: ModelSettings
    messages: tuple[Message, ...]
    timeout_s: float = DEFAULT_TIMEOUT_S
    streamed: bool = True

    def request(self, without: frozenset[str] = frozenset()) -> CompletionRequest:
        """The question as a provider is asked, `without` the settings that the model does not take."""
        model = self.model
        return CompletionRequest(
            model=model.model,
            messages=self.messages,
            temperature=None if "temperature" in without else model.temperature,
            max_tokens=model.max_tokens,
            seed=None if "seed" in without else model.seed,
            timeout_s=self.timeout_s,
            max_tokens_name=max_tokens_name(without),
            fallbacks=model.fallbacks,
            preferences=model.routing.preferences if model.routing else None,
        )


@dataclass(frozen=True, slots=True)
class Answered:
    """The completion with its cost, and the settings that the model was not sent because it does not take them."""

    completion: Completion
    left_out: frozenset[str]


def addressed(model: ModelSettings) -> ModelSettings:
    """The settings with the address that is meant, as a run keeps it; raises SpecError where none can be used."""
    spec = get_provider(model.provider)
    if spec.id == "demo":
        return model.model_copy(update={"base_url": None})
    address = resolve_base_url(spec.id, model.base_url or declared_base_url(spec))
    return model.model_copy(update={"base_url": address})


async def ask(question: Question, key: SecretStr | None, arrived: Arrived) -> Answered:
    """The model's answer, its text told to `arrived` as it comes; every failure of the call is a ProviderError.

    A setting that the model refuses is left out and the question asked again at once; nothing else is asked twice.
    """
    model = question.model
    place = Place(model.provider, model.base_url or "")
    known = known_at(place, model.model)
    left_out = LeftOut(known=known.settings)
    client = make_client(model.provider, base_url=model.base_url, api_key=key)
    try:
        asking = with_exact_id(client, model.provider, model.base_url, model.model)
        completion = await _until_taken(asking, question, left_out, arrived)
    finally:
        await client.aclose()
        with suppress(StorageError):  # it will be found out again
            remember_at(place, model.model, Known(left_out.names, known.forms))
    return Answered(_priced(completion, model), left_out.names)


def judge(completion: Completion) -> ProviderError | None:
    """Why a completion is no whole answer: a refusal, a cut, emptiness."""
    try:
        parse_completion(completion, _ANSWER, json_mode=False)
    except ProviderError as error:
        return error
    return None


def remedy_of(error: ProviderError) -> str:
    """What to do about a failed question, also where a run would just wait."""
    wait = f"{error.retry_after_s:.0f} seconds" if error.retry_after_s and error.retry_after_s >= 1 else "a little"
    return _REMEDIES.get(error.kind) or error.remedy or f"Wait {wait}, then ask again."


async def _until_taken(client: CompletionClient, question: Question, left_out: LeftOut, arrived: Arrived) -> Completion:
    while True:
        without = left_out.names
        try:
            return await _attempt(client, question, without, arrived)
        except ProviderError as error:
            if left_out.learn(without, error) is None:
                raise


async def _attempt(
    client: CompletionClient, question: Question, without: frozenset[str], arrived: Arrived
) -> Completion:
    request = question.request(without)
    if not question.streamed:
        completion = await client.complete(request)
        arrived(completion.text or "")
        return completion
    async for piece in client.stream(request):
        if piece.completion is not None:
            return piece.completion
        arrived(piece.text)
    raise ProviderError(ErrorKind.MALFORMED_RESPONSE, "The answer had no end.", "Ask again.")


def _priced(completion: Completion, model: ModelSettings) -> Completion:
    usage = completion.usage
    if usage.cost_usd is not None:
        return completion
    price = known_price(model.provider, model.base_url, model.model)
    return replace(completion, usage=replace(usage, cost_usd=cost_of(price, usage)))
