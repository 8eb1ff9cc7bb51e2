"""What a run file's attempts say in figures: how many, how they ended, how long they took and what they cost."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from storage.connect import open_run_reader, translated

_FIGURES = """
SELECT model, fallback, state, kind, count(*) AS attempts, count(cost_usd) AS priced, sum(cost_usd) AS cost_usd,
    count(latency_s) AS timed, sum(latency_s) AS latency_s
FROM attempts WHERE state <> 'reserved' GROUP BY model, fallback, state, kind"""


@dataclass(frozen=True, slots=True)
class AttemptFigures:
    """The attempts of one run that ended alike; sums are over those whose cost or duration is known.

    `model` is the one that answered, `fallback` the one that was asked or switched to in place of the run's own.
    """

    model: str | None
    fallback: str | None
    state: str
    kind: str | None
    attempts: int
    priced: int
    cost_usd: float | None
    timed: int
    latency_s: float | None


def attempt_figures(run_file: Path) -> tuple[AttemptFigures, ...]:
    """The attempts of a run, those in flight left out; raises StorageError."""
    with translated(run_file), closing(open_run_reader(run_file)) as connection:
        return tuple(AttemptFigures(**dict(row)) for row in connection.execute(_FIGURES))
