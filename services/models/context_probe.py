"""How long a prompt a model really takes here: asked with longer and longer ones, on request, for it costs tokens."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from handai_errors import ErrorKind, ProviderError
from providers.base import Completion, CompletionRequest, Message, Usage
from providers.prices import cost_of
from providers.router import make_client
from services.home import open_catalogue
from services.models.availability import MAX_TOKENS, Target, must_not_be_dev_mode
from services.models.exact_ids import with_exact_id
from services.models.known_prices import known_price

USUAL_LIMIT = 32_000
_FIRST = 1_000
_STEP = 4
_WORD = "word "  # one token to almost every tokenizer
_QUESTION = "Reply with the single word OK. The rest is filler.\n"
_TIMEOUT_S = 300.0
_CUT_BELOW = 0.75  # of the words that were sent: whoever counts fewer tokens has not read them all
_TOO_LONG = {ErrorKind.CONTEXT_LENGTH, ErrorKind.REQUEST_TOO_LARGE}


class Taken(StrEnum):
    """What came of one length."""

    WHOLE = "whole"
    CUT = "cut"  # answered, but the prompt lost a part without a word
    TOO_LONG = "too_long"
    FAILED = "failed"  # for another reason, which says nothing of the length


@dataclass(frozen=True, slots=True)
class Length:
    """One prompt of about so many tokens; `counted` is what the provider says it read, None where it doesn't say."""

    tokens: int
    taken: Taken
    counted: int | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class ContextProbe:
    """What a model took, the shortest first, beside what its provider lists; None is unknown."""

    model: str
    listed: int | None
    lengths: tuple[Length, ...]

    @property
    def longest(self) -> int | None:
        """The longest prompt that was read whole."""
        return max((length.tokens for length in self.lengths if length.taken is Taken.WHOLE), default=None)


def lengths_up_to(limit: int) -> Iterator[int]:
    """The lengths to try: four times longer each, the limit last."""
    tokens = _FIRST
    while tokens < limit:
        yield tokens
        tokens *= _STEP
    yield limit


def most_it_costs(target: Target, limit: int) -> float | None:
    """US dollars that trying all lengths can cost; None where the price is not known."""
    price = known_price(target.place.provider, target.place.base_url, target.model)
    if price is None:
        return None
    return sum(cost_of(price, Usage(tokens, MAX_TOKENS)) or 0.0 for tokens in lengths_up_to(limit))


def listed_context(target: Target) -> int | None:
    """The tokens that the provider's list says the model takes."""
    with open_catalogue() as catalogue:
        found = catalogue.models.get(target.place, target.model)
    return found.context_length if found else None


def probe_context(target: Target, limit: int | None = None) -> ContextProbe:
    """Ask with longer and longer prompts, up to `limit` tokens, until one is not read whole."""
    must_not_be_dev_mode()
    listed = listed_context(target)
    most = limit or min(listed or USUAL_LIMIT, USUAL_LIMIT)
    return ContextProbe(target.model, listed, asyncio.run(_ask(target, most)))


async def _ask(target: Target, limit: int) -> tuple[Length, ...]:
    provider, url = target.place.provider, target.base_url
    client = await asyncio.to_thread(make_client, provider, base_url=url, api_key=target.key)
    found: list[Length] = []
    request = CompletionRequest(target.model, (), max_tokens=MAX_TOKENS, timeout_s=_TIMEOUT_S)
    try:
        asking = await asyncio.to_thread(with_exact_id, client, provider, url, target.model)
        for tokens in lengths_up_to(limit):
            try:
                outcome: Completion | ProviderError = await asking.complete(replace(request, messages=_prompt(tokens)))
            except ProviderError as error:
                outcome = error
            found.append(_length(tokens, outcome))
            if found[-1].taken is not Taken.WHOLE:
                break
    finally:
        await client.aclose()
    return tuple(found)


def _prompt(tokens: int) -> tuple[Message, ...]:
    return (Message("user", _QUESTION + _WORD * max(1, tokens - len(_QUESTION.split()))),)


def _length(tokens: int, outcome: Completion | ProviderError) -> Length:
    if isinstance(outcome, ProviderError):
        taken = Taken.TOO_LONG if outcome.kind in _TOO_LONG else Taken.FAILED
        return Length(tokens, taken, cause=outcome.cause)
    counted = outcome.usage.prompt_tokens
    cut = counted is not None and counted < tokens * _CUT_BELOW
    return Length(tokens, Taken.CUT if cut else Taken.WHOLE, counted)
