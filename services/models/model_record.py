"""All that is known of whether models work: checks, the attempts of real runs, and what a person switched off."""

import time
from dataclasses import dataclass

from engine.fallbacks import asked_in_turn, label_of
from engine.model_health import Health
from handai_db import CheckRecord, RunRecord, health_in
from services.home import open_catalogue, run_path
from services.models.availability import FRESH_S, Clock, Standing
from services.models.model_lists import place_of

BIG_JOB_ROWS = 100
_NO_AI = ("demo", "none")


def mark_unavailable(provider_id: str, base_url: str | None, clock: Clock = time.time) -> tuple[str, ...]:
    """Disable every model that its last check found unavailable; returns their ids."""
    place = place_of(provider_id, base_url)
    with open_catalogue() as catalogue:
        checks = catalogue.model_health.checks(place)
        gone = [check for check in checks.values() if check.standing == Standing.UNAVAILABLE]
        for check in gone:
            catalogue.model_notes.disable(place, check.model, check.cause or "It is not served.", clock())
    return tuple(sorted(check.model for check in gone))


def set_disabled(provider_id: str, base_url: str | None, model: str, *, disabled: bool, why: str = "") -> None:
    """Disable a model by hand, or let it be used again."""
    place = place_of(provider_id, base_url)
    with open_catalogue() as catalogue:
        if disabled:
            catalogue.model_notes.disable(place, model, why or "Disabled by hand.", time.time())
        else:
            catalogue.model_notes.enable(place, model)


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of whether one model works; `disabled` says why it is not to be used."""

    check: CheckRecord | None = None
    health: Health | None = None
    disabled: str | None = None

    @property
    def verified(self) -> bool:
        """Whether it has answered on this machine."""
        checked = self.check is not None and self.check.standing == Standing.WORKS
        return checked or (self.health is not None and self.health.last_success_at is not None)


def known_models(provider_id: str, base_url: str | None) -> dict[str, Known]:
    """All that is known of whether a provider's models work, by id; models without a word are left out."""
    place = place_of(provider_id, base_url)
    with open_catalogue() as catalogue:
        checks = catalogue.model_health.checks(place)
        health = catalogue.model_health.of_runs(place)
        disabled = catalogue.model_notes.disabled(place)
    names = sorted({*checks, *health, *disabled})
    return {name: Known(checks.get(name), health.get(name), disabled.get(name)) for name in names}


def verified_models(provider_id: str, base_url: str | None) -> tuple[str, ...]:
    """The models that have answered on this machine."""
    return tuple(name for name, known in known_models(provider_id, base_url).items() if known.verified)


def worth_checking(
    provider_id: str, base_url: str | None, model: str, rows: int, clock: Clock = time.time
) -> str | None:
    """What to say before a big job on a model that has not answered lately; None if there is nothing to say."""
    if rows < BIG_JOB_ROWS or provider_id in _NO_AI:
        return None
    known = known_models(provider_id, base_url).get(model, Known())
    if known.disabled:
        return f"{model} is disabled: {known.disabled} Check it before {rows:,} rows."
    if known.check is not None and known.check.standing == Standing.UNAVAILABLE:
        return f"{model} was not available when it was last checked. Check it again before {rows:,} rows."
    times = [known.check.checked_at] if known.check and known.check.standing == Standing.WORKS else []
    times += [known.health.last_success_at] if known.health and known.health.last_success_at else []
    if times and clock() - max(times) < FRESH_S:
        return None
    return f"{model} has not answered here lately. Before {rows:,} rows, try a preview or one short question."


def note_run(record: RunRecord) -> None:
    """Take what a run's attempts say of its models into the record; called at its end, again after a resume."""
    if record.provider in _NO_AI:
        return
    own, *others = asked_in_turn(record.spec.model)
    path, place = run_path(record.id), place_of(record.provider, own.base_url)
    found = [(place, record.model, health_in(path, own.fallbacks))]
    found += [(place, name, health_in(path, fallback=name)) for name in own.fallbacks if name != record.model]
    for other in others:
        there = place_of(other.provider, other.base_url)
        found.append((there, other.model, health_in(path, fallback=label_of(other))))
    with open_catalogue() as catalogue:
        for where, model, health in found:
            if health.attempts:
                catalogue.model_health.put_run(record.id, where, model, health)
