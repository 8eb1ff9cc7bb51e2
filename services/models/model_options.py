"""The models to choose from beside a run: all that are known, what helps first, each with its facts in one line."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr

from engine.model_order import SortBy, order_key
from handai_errors import InputError
from providers.specs import get_provider
from services.models import key_hosts, keys, model_record
from services.models.availability import Clock, Standing
from services.models.model_lists import age
from services.models.model_view import ListView, ModelRow, Reach, chosen_rows, list_view


@dataclass(frozen=True, slots=True)
class Option:
    """One model; `gone` says why it is not to be chosen, if there is a reason."""

    id: str
    label: str
    gone: str | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """The models in order, how old the list is or why it is not the provider's own, and how many can't be used."""

    models: tuple[Option, ...]
    told: str
    problem: str | None
    gone: int

    @property
    def ids(self) -> tuple[str, ...]:
        """What a request would carry, in order."""
        return tuple(option.id for option in self.models)

    def label(self, model: str) -> str:
        """A model as it is shown; one that no list has is its name."""
        return next((option.label for option in self.models if option.id == model), model)


def model_options(
    provider_id: str,
    base_url: str | None,
    typed: SecretStr | None,
    *,
    by: SortBy = SortBy.USED,
    hide_gone: bool = False,
    refresh: bool = False,
    clock: Clock = time.time,
) -> Options:
    """The models of a provider as last seen; `refresh` asks it now. Never raises for one that can't be asked."""
    found = list_view(_reach(provider_id, base_url, typed, refresh=refresh), refresh=refresh, ask=refresh)
    rows = sorted(found.rows, key=lambda row: (_gone(row) is not None, order_key(row.info, by, row.used_at)))
    gone = sum(_gone(row) is not None for row in rows)
    shown = [row for row in rows if not (hide_gone and _gone(row))]
    return Options(tuple(_option(row) for row in shown), _told(found, clock()), found.list.problem, gone)


@dataclass(frozen=True, slots=True)
class Found:
    """The models that a search finds, in order, and what is to be said of the list."""

    rows: tuple[ModelRow, ...]
    told: str
    problem: str | None
    gone: int


def found_models(
    provider_id: str,
    base_url: str | None,
    typed: SecretStr | None,
    *,
    text: str = "",
    by: SortBy = SortBy.USED,
    refresh: bool = False,
    clock: Clock = time.time,
) -> Found:
    """A provider's models that have every word of `text`, from the last list; `refresh` asks for it now."""
    found = list_view(_reach(provider_id, base_url, typed, refresh=refresh), refresh=refresh, ask=refresh)
    gone = sum(_gone(row) is not None for row in found.rows)
    return Found(tuple(chosen_rows(found.rows, text, by)), _told(found, clock()), found.list.problem, gone)


def standing_of(row: ModelRow) -> str:
    """Whether a model can be chosen, in two words."""
    return _gone(row) or ("answered here" if row.known.verified else "")


def disable_gone(provider_id: str, base_url: str | None) -> int:
    """Have nobody choose what its last check found unavailable; returns how many models that are."""
    return len(model_record.mark_unavailable(provider_id, base_url))


def facts_of(row: ModelRow) -> tuple[str, ...]:
    """Price and context as a person reads them; what is unknown is left out."""
    info, facts = row.info, list[str]()
    if info.prompt_price is not None and info.completion_price is not None:
        free = info.prompt_price == info.completion_price == 0
        price = f"${info.prompt_price:g} + ${info.completion_price:g} per million tokens"
        facts.append("free" if free else price)
    if info.context_length:
        facts.append(f"{info.context_length:,} tokens at most")
    if row.used_at:
        facts.append(f"used {datetime.fromtimestamp(row.used_at).astimezone():%Y-%m-%d}")
    return tuple(facts)


def _option(row: ModelRow) -> Option:
    gone = _gone(row)
    facts = (*((f"⚠ {gone}",) if gone else ()), *facts_of(row))
    return Option(row.info.id, f"{row.info.id} · {', '.join(facts)}" if facts else row.info.id, gone)


def _gone(row: ModelRow) -> str | None:
    """Why a model is not to be chosen, in two words."""
    check = row.known.check
    if row.known.disabled:
        return "disabled"
    return "not available" if check is not None and check.standing == Standing.UNAVAILABLE else None


def _told(found: ListView, now: float) -> str:
    fetched, count = found.list.fetched_at, len(found.list.models)
    models = f"{count:,} model{'' if count == 1 else 's'}"
    if fetched is None:
        return f"{models} that Handai knows of; the provider's own list was not loaded yet."
    old = age(max(0.0, now - fetched))
    return f"{models} of the provider's own list, {old}."


def _reach(provider_id: str, base_url: str | None, typed: SecretStr | None, *, refresh: bool) -> Reach:
    """How the provider is asked; a key that is not for that address stays here."""
    spec = get_provider(provider_id)
    address = base_url or key_hosts.declared_base_url(spec)
    if not refresh:
        return Reach(spec, address, None)
    key_hosts.remember_meant(spec.id, address, typed=typed is not None)
    try:
        return Reach(spec, address, keys.require_key(spec.id, typed, address))
    except InputError:
        return Reach(spec, address, None)


def names(options: Options, more: Iterable[str]) -> tuple[str, ...]:
    """The ids of the list, with others that a person typed."""
    return tuple(dict.fromkeys([*options.ids, *(name for name in more if name)]))
