"""What models were found not to take: kept per provider, address and model, so that the next run asks right at once."""

from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from providers.base import AnswerForm
from storage.catalogue import Database
from storage.models import Place


@dataclass(frozen=True, slots=True)
class Habit:
    """One model's refusals: settings by their names on the wire, and forms of the answer; when the last was learnt."""

    place: Place
    model: str
    settings: frozenset[str]
    forms: frozenset[AnswerForm]
    learnt_at: float


class ModelHabits:
    """The table of refusals."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def get(self, place: Place, model: str) -> Habit | None:
        """What is known of one model."""
        return next(iter(self._found("provider = ? AND base_url = ? AND model = ?", (*_key(place), model))), None)

    def all(self) -> tuple[Habit, ...]:
        """Everything that was learnt, the newest first."""
        return self._found("true", ())

    def learn(self, place: Place, model: str, settings: Iterable[str], forms: Iterable[AnswerForm], now: float) -> None:
        """Keep what a model refuses; it replaces what was known of it."""
        self._db.change(
            "INSERT OR REPLACE INTO model_habits (provider, base_url, model, settings, forms, learnt_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (*_key(place), model, _json(settings), _json(forms), now),
        )

    def forget(self, provider: str, model: str | None = None) -> int:
        """Forget one model of a provider, or all of them, at every address; returns how many."""
        return self._db.change(
            "DELETE FROM model_habits WHERE provider = ?1 AND (?2 IS NULL OR model = ?2)", (provider, model)
        )

    def _found(self, where: str, values: tuple[str, ...]) -> tuple[Habit, ...]:
        rows = self._db.rows(f"SELECT * FROM model_habits WHERE {where} ORDER BY learnt_at DESC", values)  # noqa: S608 ours
        return tuple(
            Habit(
                Place(row["provider"], row["base_url"]),
                row["model"],
                frozenset(orjson.loads(row["settings"])),
                frozenset(AnswerForm(form) for form in orjson.loads(row["forms"])),
                row["learnt_at"],
            )
            for row in rows
        )


def _key(place: Place) -> tuple[str, str]:
    return place.provider, place.base_url


def _json(names: Iterable[str]) -> str:
    return orjson.dumps(sorted(names)).decode()
