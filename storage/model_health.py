"""Which models work: what checks found, and what the attempts of real runs say."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from engine.model_health import Health, Whose, kinds_of
from storage.catalogue import Database
from storage.connect import open_run_reader, translated
from storage.models import Place

_OF_RUNS = """
SELECT model, sum(attempts) AS attempts, sum(answered) AS answered, sum(failed) AS failed,
    sum(latency_s * answered) / sum(answered) FILTER (WHERE latency_s IS NOT NULL) AS latency_s,
    max(last_success_at) AS last_success_at, max(last_error_at) AS last_error_at
FROM model_runs WHERE provider = ? AND base_url = ? GROUP BY model"""

_OF_ATTEMPTS = """
SELECT count(*) AS attempts, count(*) FILTER (WHERE good) AS answered, count(*) FILTER (WHERE bad) AS failed,
    avg(latency_s) FILTER (WHERE good) AS latency_s, max(ended_at) FILTER (WHERE good) AS last_success_at
FROM (SELECT latency_s, started_at + coalesce(latency_s, 0) AS ended_at,
    kind IN (SELECT value FROM json_each(?2)) AS bad,
    state = 'done' OR kind IN (SELECT value FROM json_each(?1)) AS good
    FROM attempts WHERE state <> 'reserved' AND {whose})"""

_LAST_ERROR = """
SELECT started_at + coalesce(latency_s, 0) AS at, kind, cause FROM attempts
WHERE kind IN (SELECT value FROM json_each(?2)) AND {whose} ORDER BY at DESC LIMIT 1"""

# Failed attempts name no model: they are the asked one's, whoever else might have answered.
_OWN = "(fallback IS NULL AND (model IS NULL OR model NOT IN (SELECT value FROM json_each(?3))))"
_ONE = "ifnull(fallback, model) IN (SELECT value FROM json_each(?3))"


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """What one short question to a model found, at a Unix time; `answered_as` is the id that worked."""

    model: str
    checked_at: float
    standing: str
    kind: str | None = None
    cause: str | None = None
    remedy: str | None = None
    latency_s: float | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    answered_as: str | None = None
    tried: tuple[str, ...] = ()


class ModelHealth:
    """Checks and the record of real runs, by model."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def put_check(self, place: Place, check: CheckRecord) -> None:
        """Keep a check in place of the one before."""
        values = asdict(check) | {"tried": orjson.dumps(check.tried).decode()}
        columns = ", ".join(("provider", "base_url", *values))
        marks = ", ".join("?" * (len(values) + 2))
        self._db.change(
            f"INSERT OR REPLACE INTO model_checks ({columns}) VALUES ({marks})",  # noqa: S608 ours
            (place.provider, place.base_url, *values.values()),
        )

    def checks(self, place: Place) -> dict[str, CheckRecord]:
        """The last check of each model."""
        rows = self._db.rows(
            "SELECT * FROM model_checks WHERE provider = ? AND base_url = ?", (place.provider, place.base_url)
        )
        return {row["model"]: _check(row) for row in rows}

    def put_run(self, run_id: str, place: Place, model: str, health: Health) -> None:
        """Keep what one run says of its model; a resumed run says it anew, nothing counts twice."""
        values = asdict(health)
        columns = ", ".join(("run_id", "provider", "base_url", "model", *values))
        marks = ", ".join("?" * (len(values) + 4))
        self._db.change(
            f"INSERT OR REPLACE INTO model_runs ({columns}) VALUES ({marks})",  # noqa: S608 ours
            (run_id, place.provider, place.base_url, model, *values.values()),
        )

    def of_runs(self, place: Place) -> dict[str, Health]:
        """What all runs say of each model."""
        key = (place.provider, place.base_url)
        errors = {
            row["model"]: (row["last_error_kind"], row["last_error_cause"])
            for row in self._db.rows(
                """SELECT model, last_error_kind, last_error_cause FROM model_runs
                WHERE provider = ? AND base_url = ? AND last_error_at IS NOT NULL ORDER BY last_error_at""",
                key,
            )
        }
        return {
            row["model"]: _health(row, *errors.get(row["model"], (None, None))) for row in self._db.rows(_OF_RUNS, key)
        }


def health_in(run_file: Path, fallbacks: Sequence[str] = (), *, fallback: str | None = None) -> Health:
    """What the attempts of a run file say of its model, those that a fallback answered left out; raises StorageError.

    With `fallback`, what they say of that one.
    """
    own = orjson.dumps(sorted(kinds_of(Whose.ROW))).decode(), orjson.dumps(sorted(kinds_of(Whose.PROVIDER))).decode()
    values = (*own, orjson.dumps([fallback] if fallback else list(fallbacks)).decode())
    whose = _ONE if fallback else _OWN
    with translated(run_file), closing(open_run_reader(run_file)) as connection:
        found = connection.execute(_OF_ATTEMPTS.format(whose=whose), values).fetchone()
        error = connection.execute(_LAST_ERROR.format(whose=whose), values).fetchone()
    last = {f"last_error_{name}": value for name, value in dict(error or {}).items()}
    return Health(**dict(found), **last)


def _check(row: sqlite3.Row) -> CheckRecord:
    values = {name: row[name] for name in CheckRecord.__slots__}
    return CheckRecord(**(values | {"tried": tuple(orjson.loads(row["tried"]))}))


def _health(row: sqlite3.Row, kind: str | None, cause: str | None) -> Health:
    facts = {name: row[name] for name in row.keys() if name != "model"}  # noqa: SIM118 a row iterates over its values
    return Health(**facts, last_error_kind=kind, last_error_cause=cause)
