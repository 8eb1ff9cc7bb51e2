"""What each model was found not to take, remembered from run to run: nothing has to be known by a model's name."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from engine.answer_form import Forms
from engine.left_out import LeftOut
from handai_db import Habit, Place, RunRecord
from providers.base import AnswerForm
from providers.specs import get_provider
from services.home import open_catalogue

TRUSTED_S = 30 * 24 * 3600.0  # models change: after a month they are asked again

Clock = Callable[[], float]

_FORMS = {
    AnswerForm.TEXT: "as plain text",
    AnswerForm.BOUNDED_SCHEMA: "by a JSON Schema with bounds",
    AnswerForm.JSON_SCHEMA: "by JSON Schema",
    AnswerForm.JSON_OBJECT: "in JSON mode",
    AnswerForm.INSTRUCTIONS: "by instructions",
}


@dataclass(frozen=True, slots=True)
class Known:
    """What a model is known not to take: settings by their names on the wire, and forms of the answer."""

    settings: frozenset[str] = frozenset()
    forms: frozenset[AnswerForm] = frozenset()


def known_of(record: RunRecord, clock: Clock = time.time) -> Known:
    """What earlier runs learnt of a run's model; nothing that is older than a month."""
    return known_at(_place(record), record.model, clock)


def known_at(place: Place, model: str, clock: Clock = time.time) -> Known:
    """The same of any model at its provider's address."""
    with open_catalogue() as catalogue:
        habit = catalogue.model_habits.get(place, model)
    if habit is None or clock() - habit.learnt_at > TRUSTED_S:
        return Known()
    return Known(habit.settings, habit.forms)


def remember(record: RunRecord, forms: Forms, left_out: LeftOut, clock: Clock = time.time) -> None:
    """Keep what a run learnt of its model, for the next one."""
    remember_at(_place(record), record.model, Known(left_out.names, forms.refused), clock)


def remember_at(place: Place, model: str, learnt: Known, clock: Clock = time.time) -> None:
    """Keep what was learnt of any model at its provider's address; it replaces what was known."""
    if learnt == Known() or learnt == known_at(place, model, clock):
        return
    with open_catalogue() as catalogue:
        catalogue.model_habits.learn(place, model, learnt.settings, learnt.forms, clock())


def all_habits() -> tuple[Habit, ...]:
    """Everything that was learnt, the newest first."""
    with open_catalogue() as catalogue:
        return catalogue.model_habits.all()


@dataclass(frozen=True, slots=True)
class Learnt:
    """What was learnt of one model, as a person reads it."""

    model: str
    told: str


def learnt_of(provider_id: str) -> tuple[Learnt, ...]:
    """What was learnt of a provider's models, one sentence each, the newest first."""
    own = [habit for habit in all_habits() if habit.place.provider == provider_id]
    return tuple(Learnt(habit.model, _told(habit)) for habit in own)


def _told(habit: Habit) -> str:
    settings = f"takes no {', '.join(sorted(habit.settings))}" if habit.settings else ""
    forms = ", ".join(sorted(_FORMS[form] for form in habit.forms))
    asked = f"can't be asked for an answer's form {forms}" if forms else ""
    return f"{habit.model} {' and '.join(part for part in (settings, asked) if part) or 'takes everything'}."


def forget(provider_id: str, model: str | None = None) -> int:
    """Forget what was learnt of one model, or of all of a provider's; the next run finds out anew."""
    with open_catalogue() as catalogue:
        return catalogue.model_habits.forget(get_provider(provider_id).id, model)


def _place(record: RunRecord) -> Place:
    return Place(record.provider, record.spec.model.base_url or "")
