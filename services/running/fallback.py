"""A run's other models: where they are, with which key, what they cost, and reached when the one before them fails."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace

from pydantic import SecretStr

from engine.answer_form import Forms, best_form, first_form
from engine.fallbacks import asked_in_turn
from engine.left_out import LeftOut
from engine.limiter import Limiter
from engine.outputs import declared_outputs
from engine.routing import price_under
from engine.spec import GenerateInput, ModelSettings, RunSpec
from engine.targets import Cost, Target
from handai_db import Place, RunRecord
from providers.base import CompletionClient, Usage
from providers.base_url import is_loopback, resolve_base_url
from providers.prices import Price, cost_of
from providers.specs import get_provider
from services import preferences
from services.models import keys
from services.models.habits import Known, known_at, remember_at
from services.models.key_hosts import declared_base_url, host
from services.models.known_prices import dearest_known
from services.running.access import Access, Accesses
from services.running.pacing import Limiters

Reached = Callable[[RunRecord, ModelSettings, SecretStr | None], AbstractAsyncContextManager[CompletionClient]]


def address_of(provider_id: str) -> str:
    """The address of a provider that only a fallback names: a variable's, the saved one, its own; raises SpecError."""
    spec = get_provider(provider_id)
    return resolve_base_url(spec.id, declared_base_url(spec) or preferences.load().base_urls.get(spec.id))


def accesses_of(model: ModelSettings) -> dict[str, Access]:
    """Address and key of each other provider that a run may ask; raises InputError where one is missing."""
    names = {other.provider for other in asked_in_turn(model)[1:]} - {model.provider}
    addresses = {name: address_of(name) for name in sorted(names)}
    return {name: Access(url, keys.require_key(name, base_url=url)) for name, url in addresses.items()}


def notices_of(model: ModelSettings) -> tuple[str, ...]:
    """What to say before a run about who else may see its rows."""
    said = []
    for other in asked_in_turn(model)[1:]:
        if other.provider == model.provider:
            continue
        address, name = address_of(other.provider), get_provider(other.provider).name
        place = "on this machine" if is_loopback(address) else f"({host(other.provider, address)})"
        said.append(f"Rows that {model.model} can't answer go to {other.model} at {name} {place}.")
    return tuple(dict.fromkeys(said))


def price_of_asked(model: ModelSettings) -> Price | None:
    """The most that a model costs, or one that its provider may ask in its place; None where that is not known."""
    price = dearest_known(model.provider, model.base_url, (model.model, *model.fallbacks))
    return price_under(price, model.routing)


def pricing(price: Price | None) -> Cost:
    """How an answer's cost is worked out where its provider does not say it."""

    def priced(usage: Usage) -> Usage:
        if usage.cost_usd is not None or price is None:
            return usage
        return replace(usage, cost_usd=cost_of(price, usage))

    return priced


def price_matters(model: ModelSettings, spec: RunSpec) -> bool:
    """Whether prices have to be looked up: OpenRouter says what each answer cost."""
    return model.provider != "openrouter" or spec.limits.max_cost_usd is not None


@asynccontextmanager
async def other_targets(
    record: RunRecord, key: SecretStr | None, accesses: Accesses | None, client_of: Reached, limiter_at: Limiters
) -> AsyncIterator[tuple[Target, ...]]:
    """What a run falls back to, in order; `key` is its own provider's. What is learnt of them is remembered."""
    others = asked_in_turn(record.spec.model)[1:]
    found = (accesses_of(record.spec.model) if accesses is None else accesses) if others else {}
    async with AsyncExitStack() as stack:
        targets = []
        for other in others:
            access = found.get(other.provider)
            model = other.model_copy(update={"base_url": access.base_url}) if access else other
            its_key = access.key if access else key
            client = await stack.enter_async_context(client_of(record, model, its_key))
            targets.append(_target(record.spec, model, client, limiter_at.shared(model, its_key)))
        try:
            yield tuple(targets)
        finally:
            for target in targets:
                remember_at(_place(target.model), target.model.model, _learnt(target))


def _target(spec: RunSpec, model: ModelSettings, client: CompletionClient, limiter: Limiter) -> Target:
    provider, known = get_provider(model.provider), known_at(_place(model), model.model)
    price = price_of_asked(model) if price_matters(model, spec) else None
    typed = isinstance(spec.input, GenerateInput) or bool(declared_outputs(spec))
    form = best_form(first_form(model.provider, typed=typed), known.forms)
    return Target(
        model=model,
        client=client,
        limiter=limiter,
        forms=Forms(form, known.forms),
        left_out=LeftOut(known=known.settings),
        price=price,
        cost=pricing(price),
        local=provider.local,
    )


def _place(model: ModelSettings) -> Place:
    return Place(model.provider, model.base_url or "")


def _learnt(target: Target) -> Known:
    return Known(target.left_out.names, target.forms.refused)
