"""Whether a model works, which is more than being listed: asked with one short question, remembered from real runs."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from pydantic import SecretStr

from engine.left_out import LeftOut, max_tokens_name
from engine.model_health import Whose, whose
from engine.model_ids import variants_of
from handai_db import CheckRecord, Place
from handai_errors import ConflictError, ErrorKind, NotFoundError, ProviderError
from providers.base import Completion, CompletionClient, CompletionRequest, Message
from providers.dev_mode import dev_mode
from providers.router import make_client
from providers.specs import get_provider
from services.home import open_catalogue
from services.models import key_hosts, keys
from services.models.exact_ids import exact_id
from services.models.habits import known_at, remember_at
from services.models.model_lists import model_id, place_of

FRESH_S = 6 * 3600.0
PROMPT = "Hello, world!"
MAX_TOKENS = 100
TIMEOUT_S = 60.0

Clock = Callable[[], float]


class Standing(StrEnum):
    """What a check found."""

    WORKS = "works"
    UNAVAILABLE = "unavailable"  # not found under any of its ids
    FAILING = "failing"  # the provider's trouble, which may pass
    UNKNOWN = "unknown"  # something here kept the check from telling: the key, the credit, the network, a rate limit


@dataclass(frozen=True, slots=True)
class Target:
    """A model to be checked, and how it is reached."""

    place: Place
    model: str
    key: SecretStr | None

    @property
    def base_url(self) -> str | None:
        """The address, if there is one."""
        return self.place.base_url or None


def target_of(provider_id: str, base_url: str | None, model: str, key: SecretStr | None) -> Target:
    """The listed model that a name means, at that provider."""
    name = model_id(provider_id, base_url, model)
    return Target(place_of(provider_id, base_url), name, key)


def check_model(
    target: Target, *, again: bool = False, thorough: bool = False, clock: Clock = time.time
) -> CheckRecord:
    """Whether the model works: the last check if it is fresh, else asked now and kept; never raises for a bad answer.

    `thorough` also asks for the free or paid variant of a model that is not found, to tell that it is there.
    """
    last = last_check(target, clock)
    if last is not None and not again:
        return last
    return asyncio.run(ask_and_keep(target, thorough=thorough, clock=clock))


def check_now(provider_id: str, base_url: str | None, model: str, typed: SecretStr | None = None) -> CheckRecord:
    """Ask a model chosen on a page one short question; raises InputError where the key may not go to that address."""
    key_hosts.remember_meant(provider_id, base_url, typed=typed is not None)
    key = keys.require_key(provider_id, typed, base_url)
    return check_model(target_of(provider_id, base_url, model, key), again=True)


def last_check(target: Target, clock: Clock = time.time) -> CheckRecord | None:
    """The last check of the model, if it is fresh and told something."""
    with open_catalogue() as catalogue:
        found = catalogue.model_health.checks(target.place).get(target.model)
    fresh = found is not None and 0 <= clock() - found.checked_at < FRESH_S
    return found if fresh and found and found.standing != Standing.UNKNOWN else None


def must_not_be_dev_mode() -> None:
    """Raise ConflictError in DEV_MODE: the demo's answer proves nothing about a model."""
    if dev_mode():
        raise ConflictError("DEV_MODE is on: nothing is asked, so no model can be checked.", "Switch it off first.")


async def ask_and_keep(target: Target, *, thorough: bool = False, clock: Clock = time.time) -> CheckRecord:
    """Ask the model one short question, keep what came of it, and the id that it answered to."""
    must_not_be_dev_mode()
    provider, url = target.place.provider, target.base_url
    client = await asyncio.to_thread(make_client, provider, base_url=url, api_key=target.key)
    known = await asyncio.to_thread(known_at, target.place, target.model, clock)
    left_out = LeftOut(known=known.settings)
    try:
        check = await _ask(client, target, left_out, thorough=thorough, clock=clock)
    finally:
        await client.aclose()
    await asyncio.to_thread(_keep, target.place, check)
    await asyncio.to_thread(remember_at, target.place, target.model, replace(known, settings=left_out.names), clock)
    return check


async def _ask(
    client: CompletionClient, target: Target, left_out: LeftOut, *, thorough: bool, clock: Clock
) -> CheckRecord:
    """Each of the model's ids until one is found."""
    exact, sent_as = await asyncio.to_thread(exact_id, target.place, target.model)
    suffix = get_provider(target.place.provider).free_suffix if thorough else ""
    ids = list(dict.fromkeys(name for name in (sent_as, target.model, exact) if name))
    own = len(ids)
    ids += [name for name in variants_of(target.model, None, suffix) if name not in ids]
    missing: ProviderError | None = None
    for number, name in enumerate(ids):
        outcome = await _attempt(client, name, left_out)
        tried = tuple(ids[: number + 1])
        if isinstance(outcome, ProviderError) and outcome.kind is ErrorKind.MODEL_NOT_FOUND:
            missing = missing or outcome
        elif number < own:
            return _check(target.model, outcome, clock(), name, tried)
        elif isinstance(outcome, Completion) and missing is not None:
            return _unavailable(target.model, missing, clock(), tried, f"{name} answers; choose that one.")
    if missing is None:
        raise NotFoundError("There is no model to check.", "Name one.")
    return _unavailable(target.model, missing, clock(), tuple(ids), missing.remedy)


async def _attempt(client: CompletionClient, model: str, left_out: LeftOut) -> Completion | ProviderError:
    """The answer, or why there is none; a limit is sent under the name that the model takes, or not at all."""
    request = CompletionRequest(model, (Message("user", PROMPT),), max_tokens=MAX_TOKENS, timeout_s=TIMEOUT_S)
    while True:
        without = left_out.names
        outcome = await _outcome(client, replace(request, max_tokens_name=max_tokens_name(without)))
        if not isinstance(outcome, ProviderError) or outcome.kind is not ErrorKind.UNSUPPORTED:
            return outcome
        if left_out.learn(without, outcome) is None:
            return await _outcome(client, replace(request, max_tokens=None))


async def _outcome(client: CompletionClient, request: CompletionRequest) -> Completion | ProviderError:
    try:
        return await client.complete(request)
    except ProviderError as error:
        return error


def _check(
    model: str, outcome: Completion | ProviderError, now: float, name: str, tried: tuple[str, ...]
) -> CheckRecord:
    if isinstance(outcome, Completion):
        usage = outcome.usage
        return CheckRecord(
            model,
            now,
            Standing.WORKS,
            latency_s=outcome.latency_s,
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            answered_as=name,
            tried=tried,
        )
    standing = {Whose.ROW: Standing.WORKS, Whose.PROVIDER: Standing.FAILING}.get(whose(outcome.kind), Standing.UNKNOWN)
    answered = name if standing is Standing.WORKS else None
    return CheckRecord(
        model, now, standing, outcome.kind, outcome.cause, outcome.remedy, answered_as=answered, tried=tried
    )


def _unavailable(model: str, error: ProviderError, now: float, tried: tuple[str, ...], remedy: str) -> CheckRecord:
    return CheckRecord(model, now, Standing.UNAVAILABLE, error.kind, error.cause, remedy, tried=tried)


def _keep(place: Place, check: CheckRecord) -> None:
    with open_catalogue() as catalogue:
        catalogue.model_health.put_check(place, check)
        if check.answered_as:
            other = check.answered_as if check.answered_as != check.model else None
            catalogue.model_notes.remember_sent_as(place, check.model, other)
            catalogue.model_notes.enable(place, check.model)
