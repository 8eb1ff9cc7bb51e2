"""Handai in Python scripts: list models, ask one a question, or stream its answer; docs/python.md tells how.

Keys come from where the app and the command line take them. Every failure is a HandaiError.
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

from pydantic import ValidationError

from engine.spec import DEFAULT_TIMEOUT_S, ModelSettings
from handai_errors import ErrorKind, HandaiError, InputError, ProviderError, SpecError
from providers.base import Message, ModelInfo, Usage
from services.models import key_hosts, keys
from services.models.model_choice import chosen_address, chosen_model, chosen_provider
from services.models.model_lists import ModelList, model_list
from services.models.try_it import Question, Trial, begin

__all__ = [
    "ErrorKind",
    "HandaiError",
    "InputError",
    "ModelInfo",
    "Piece",
    "ProviderError",
    "Response",
    "Usage",
    "generate_response",
    "generate_response_stream",
    "get_available_models",
]

Messages = str | Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Response:
    """A whole answer: its text, which model gave it, what it used and cost; None is unknown, never 0."""

    text: str
    model: str | None
    usage: Usage
    latency_s: float
    finish_reason: str | None = None
    upstream: str | None = None

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a streamed answer; the last one has no text, but the whole `response` with its usage."""

    text: str = ""
    response: Response | None = None

    def __str__(self) -> str:
        return self.text


def get_available_models(
    provider: str | None = None, *, base_url: str | None = None, refresh: bool = False
) -> list[ModelInfo]:
    """The models of a provider, by default of the one last chosen; kept for an hour, `refresh` asks now.

    Warns when they are an older list, or those that Handai knows, because the provider can't be asked; raises
    HandaiError when there are none at all.
    """
    spec = chosen_provider(provider)
    found = _listed(spec.id, _address(spec.id, base_url), refresh=refresh)
    if found.problem is not None and not found.models:
        raise HandaiError(found.problem)
    if found.problem is not None:
        warnings.warn(found.problem, stacklevel=2)
    return list(found.models)


def generate_response(
    messages: Messages,
    model: str | None = None,
    temperature: float | None = 0.7,
    max_tokens: int | None = 1024,
    *,
    provider: str | None = None,
    base_url: str | None = None,
    seed: int | None = None,
    timeout_s: float = DEFAULT_TIMEOUT_S,
) -> Response:
    """A model's answer to `messages`: a text, or a list of {"role": ..., "content": ...}. Failures are not tried again.

    None leaves a setting to the provider; one that the model does not take is left out. A refusal, a cut or an empty
    answer is a ProviderError, as is every other failure of the call.
    """
    settings = _settings(provider, model, base_url, temperature=temperature, max_tokens=max_tokens, seed=seed)
    trial = begin(Question(settings, _messages(messages), timeout_s, streamed=False))
    for _ in trial.pieces():  # waiting this way, Ctrl-C ends the request too
        pass
    return _response(trial)


def generate_response_stream(
    messages: Messages,
    model: str | None = None,
    temperature: float | None = 0.7,
    max_tokens: int | None = 1024,
    *,
    provider: str | None = None,
    base_url: str | None = None,
    seed: int | None = None,
    timeout_s: float = DEFAULT_TIMEOUT_S,
) -> Iterator[Piece]:
    """The same answer piece by piece, as it is written; it is asked for with the first one.

    Who stops reading stops the request. A failure is raised where it happens: what came before is no whole answer.
    """
    settings = _settings(provider, model, base_url, temperature=temperature, max_tokens=max_tokens, seed=seed)
    return _pieces(Question(settings, _messages(messages), timeout_s))


def _pieces(question: Question) -> Iterator[Piece]:
    trial = begin(question)
    with closing(trial.pieces()) as texts:
        for text in texts:
            yield Piece(text)
    yield Piece(response=_response(trial))


def _response(trial: Trial) -> Response:
    state = trial.wait()
    if state.problem is not None:
        raise state.problem
    found = state.completion
    if found is None:
        raise HandaiError("The request was stopped.", "Ask again.")
    return Response(state.text, found.model, found.usage, found.latency_s, found.finish_reason, found.upstream)


def _settings(provider: str | None, model: str | None, base_url: str | None, **said: float | None) -> ModelSettings:
    spec = chosen_provider(provider)
    chosen = chosen_model(spec, model, base_url)
    told = {"provider": spec.id, "model": chosen, "base_url": _address(spec.id, base_url), **said}
    try:
        return ModelSettings.model_validate(told)
    except ValidationError as error:
        problems = "; ".join(f"{item['loc'][0]}: {item['msg']}" for item in error.errors())
        raise SpecError(f"These settings can't be used: {problems}.", "Mend them and ask again.") from None


def _address(provider_id: str, base_url: str | None) -> str | None:
    if base_url is not None:
        key_hosts.remember_host(provider_id, base_url)  # the script's writer named it, as a flag would
    return base_url or chosen_address(provider_id)


def _messages(said: Messages) -> tuple[Message, ...]:
    found = [{"role": "user", "content": said}] if isinstance(said, str) else said
    try:
        messages = tuple(Message(item["role"], item["content"]) for item in found)
    except (KeyError, TypeError):
        messages = ()
    are_texts = all(isinstance(m.role, str) and isinstance(m.content, str) for m in messages)
    if not are_texts or not any(m.content.strip() for m in messages):
        raise SpecError(
            "The messages can't be used.", 'Give a text, or a list of {"role": "user", "content": "..."}.'
        ) from None
    return messages


def _listed(provider_id: str, base_url: str | None, *, refresh: bool) -> ModelList:
    """The list, asked for in a thread: a notebook's own event loop is in the way here."""
    found = keys.find_key(provider_id, base_url=base_url)
    key = keys.require_key(provider_id, base_url=base_url) if found else None
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(model_list, provider_id, base_url, key, refresh=refresh).result()
