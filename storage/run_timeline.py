"""A run file's results and attempts by time, summed by SQLite: no row of them is held."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection

from engine.numbering import Numbering
from storage.connect import open_run_reader, translated
from storage.run_rows import is_end, steps_from

_EXECUTIONS = """
SELECT started_at, coalesce(ended_at, max(started_at, (SELECT updated_at FROM progress))) FROM executions ORDER BY id"""
_ATTEMPTS = """
SELECT cast((started_at + ifnull(latency_s, 0)) / ?1 AS INTEGER) AS period, ifnull(sum(prompt_tokens), 0),
    ifnull(sum(completion_tokens), 0), ifnull(sum(cost_usd), 0)
FROM attempts WHERE state <> 'reserved' GROUP BY period ORDER BY period"""
_LATENCIES = """
SELECT cast(latency_s * 1000 AS INTEGER) AS ms, count(*) FROM attempts
WHERE state = 'done' AND latency_s IS NOT NULL GROUP BY ms ORDER BY ms"""


@dataclass(frozen=True, slots=True)
class Period:
    """What ended in a stretch of time that begins at the Unix time `at`; sums are over what is known."""

    at: float
    done: int = 0
    failed: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float = 0.0


def executions_in(path: Path) -> tuple[tuple[float, float], ...]:
    """When the run executed, from and to; raises StorageError."""
    with _reading(path) as connection:
        return tuple((start, max(start, end)) for start, end in connection.execute(_EXECUTIONS))


def periods_in(path: Path, width_s: float) -> tuple[Period, ...]:
    """What ended in each stretch of `width_s` seconds, in order; those in which nothing ended are left out.

    Rows and attempts have periods of their own. Raises StorageError.
    """
    with _reading(path) as connection:
        found = [
            Period(place * width_s, done, failed)
            for place, done, failed in connection.execute(_results(connection), (width_s,))
        ]
        found += [
            Period(place * width_s, 0, 0, sent, answered, usd)
            for place, sent, answered, usd in connection.execute(_ATTEMPTS, (width_s,))
        ]
    return tuple(sorted(found, key=lambda period: period.at))


def latencies_in(path: Path) -> tuple[tuple[int, int], ...]:
    """How many answers took each number of milliseconds; raises StorageError."""
    with _reading(path) as connection:
        return tuple((ms, answers) for ms, answers in connection.execute(_LATENCIES))


def _results(connection: Connection) -> str:
    found = connection.execute("SELECT value FROM meta WHERE key = 'steps'").fetchall()
    numbering = Numbering(int(found[0][0]) if found else 1)
    return f"""
        SELECT cast(r.committed_at / ?1 AS INTEGER) AS period, count(*) FILTER (WHERE r.status = 'done'),
            count(*) FILTER (WHERE r.status = 'failed')
        FROM {steps_from(numbering)} WHERE {is_end(numbering)} GROUP BY period ORDER BY period"""  # noqa: S608 ours


@contextmanager
def _reading(path: Path) -> Iterator[Connection]:
    with translated(path), closing(open_run_reader(path)) as connection:
        yield connection
