"""The model lists of all providers as they were last fetched, each under the address that it came from."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from engine.model_ids import slugs_of
from providers.base import ModelInfo
from storage.catalogue import Database

_FACTS = (
    "canonical_slug",
    "hugging_face_id",
    "context_length",
    "max_output",
    "prompt_price",
    "completion_price",
    "price_tiers",
    "request_price",
    "created",
    "input_modalities",
    "output_modalities",
    "supported_parameters",
    "expires",
)
_LISTS = frozenset({"price_tiers", "input_modalities", "output_modalities", "supported_parameters"})
_COLUMNS = ("provider", "base_url", "id", "slug", "name", *_FACTS)
_INSERT = f"INSERT INTO models ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608 ours


@dataclass(frozen=True, slots=True)
class Place:
    """A provider at an address."""

    provider: str
    base_url: str


@dataclass(frozen=True, slots=True)
class ListRecord:
    """How asking for one list went: when it was last fetched, and the problem if the last try failed."""

    place: Place
    fetched_at: float | None
    asked: int
    answered: int
    problem: str | None
    problem_at: float | None


@dataclass(frozen=True, slots=True)
class Filled:
    """One fact over a whole list: models that had none before and have it now, and those still without."""

    updated: int
    without: int


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing a list changed."""

    total: int
    new: int
    gone: int
    filled: dict[str, Filled]


class Models:
    """What each provider says it serves."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def store(self, place: Place, models: Sequence[ModelInfo], now: float) -> Stored:
        """Put a fetched list in place of the one before."""
        slugs = slugs_of(model.id for model in models)
        with self._db.transaction():
            before = {model.id: model for model in self.all(place)}
            self._db.change("DELETE FROM models WHERE provider = ? AND base_url = ?", _key(place))
            for model in models:
                self._db.change(_INSERT, (*_key(place), model.id, slugs[model.id], model.name, *_facts(model)))
            self._db.change(
                """INSERT INTO model_lists (provider, base_url, fetched_at, asked, answered) VALUES (?, ?, ?, 1, 1)
                ON CONFLICT DO UPDATE SET fetched_at = excluded.fetched_at, asked = asked + 1,
                answered = answered + 1, problem = NULL, problem_at = NULL""",
                (*_key(place), now),
            )
        new = sum(model.id not in before for model in models)
        gone = len(before) - (len(models) - new)
        return Stored(len(models), new, gone, {fact: _filled(fact, before, models) for fact in _FACTS})

    def note_problem(self, place: Place, problem: str, now: float) -> None:
        """Note that the list could not be fetched; the one before stays."""
        self._db.change(
            """INSERT INTO model_lists (provider, base_url, asked, problem, problem_at) VALUES (?, ?, 1, ?, ?)
            ON CONFLICT DO UPDATE SET asked = asked + 1, problem = excluded.problem,
            problem_at = excluded.problem_at""",
            (*_key(place), problem, now),
        )

    def record(self, place: Place) -> ListRecord | None:
        """How asking for this list went; None if it never was."""
        rows = self._db.rows("SELECT * FROM model_lists WHERE provider = ? AND base_url = ?", _key(place))
        return _record(rows[0]) if rows else None

    def records(self) -> tuple[ListRecord, ...]:
        """How asking for each list went."""
        return tuple(_record(row) for row in self._db.rows("SELECT * FROM model_lists ORDER BY provider, base_url"))

    def all(self, place: Place) -> tuple[ModelInfo, ...]:
        """The models of one list, by id."""
        rows = self._db.rows(
            "SELECT * FROM models WHERE provider = ? AND base_url = ? ORDER BY id COLLATE NOCASE, id", _key(place)
        )
        return tuple(_model(row) for row in rows)

    def get(self, place: Place, model_id: str) -> ModelInfo | None:
        """The model that a list names by exactly this id."""
        values = (*_key(place), model_id)
        rows = self._db.rows("SELECT * FROM models WHERE provider = ? AND base_url = ? AND id = ?", values)
        return _model(rows[0]) if rows else None

    def used(self, provider: str) -> dict[str, float]:
        """When each model was last used by a run, in Unix seconds."""
        rows = self._db.rows(
            "SELECT model, max(created_at) AS at FROM runs WHERE provider = ? GROUP BY model", (provider,)
        )
        return {row["model"]: row["at"] for row in rows}


class ModelNotes:
    """What was learnt or decided about single models."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def sent_as(self, place: Place, model: str) -> str | None:
        """The id under which the model answers here, where it is not its own."""
        rows = self._db.rows(
            "SELECT sent_as FROM model_notes WHERE provider = ? AND base_url = ? AND model = ?", (*_key(place), model)
        )
        return rows[0]["sent_as"] if rows else None

    def remember_sent_as(self, place: Place, model: str, sent_as: str | None) -> None:
        """Remember the id under which the model answers; None forgets it."""
        self._db.change(
            """INSERT INTO model_notes (provider, base_url, model, sent_as) VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET sent_as = excluded.sent_as""",
            (*_key(place), model, sent_as),
        )

    def disabled(self, place: Place) -> dict[str, str]:
        """The models that are not to be used, and why."""
        rows = self._db.rows(
            """SELECT model, disabled_why FROM model_notes
            WHERE provider = ? AND base_url = ? AND disabled_at IS NOT NULL""",
            _key(place),
        )
        return {row["model"]: row["disabled_why"] for row in rows}

    def disable(self, place: Place, model: str, why: str, now: float) -> None:
        """Mark a model as not to be used."""
        self._db.change(
            """INSERT INTO model_notes (provider, base_url, model, disabled_at, disabled_why) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET disabled_at = excluded.disabled_at, disabled_why = excluded.disabled_why""",
            (*_key(place), model, now, why),
        )

    def enable(self, place: Place, model: str) -> None:
        """Take that mark away."""
        self._db.change(
            """UPDATE model_notes SET disabled_at = NULL, disabled_why = NULL
            WHERE provider = ? AND base_url = ? AND model = ?""",
            (*_key(place), model),
        )


def _key(place: Place) -> tuple[str, str]:
    return place.provider, place.base_url


def _facts(model: ModelInfo) -> list[object]:
    return [_cell(fact, getattr(model, fact)) for fact in _FACTS]


def _cell(fact: str, value: object) -> object:
    return orjson.dumps(value).decode() if fact in _LISTS and value is not None else value


def _model(row: sqlite3.Row) -> ModelInfo:
    facts: dict[str, Any] = {fact: row[fact] for fact in _FACTS}
    for fact in _LISTS:
        facts[fact] = None if row[fact] is None else _tuples(orjson.loads(row[fact]))
    return ModelInfo(row["id"], row["name"], **facts)


def _tuples(value: Any) -> Any:  # noqa: ANN401 any JSON
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value


def _record(row: sqlite3.Row) -> ListRecord:
    return ListRecord(
        Place(row["provider"], row["base_url"]),
        row["fetched_at"],
        row["asked"],
        row["answered"],
        row["problem"],
        row["problem_at"],
    )


def _filled(fact: str, before: dict[str, ModelInfo], models: Sequence[ModelInfo]) -> Filled:
    known = [model.id for model in models if getattr(model, fact) is not None]
    updated = sum(name in before and getattr(before[name], fact) is None for name in known)
    return Filled(updated, len(models) - len(known))
