"""Answers whose upstream, tokens or cost are unknown, and what their provider told about them afterwards."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from storage.connect import open_run_writer, translated
from storage.migrate import roll_back
from storage.run_batch import COUNT_COMMIT

_OPEN = """
SELECT row, step, number, generation FROM attempts
WHERE generation IS NOT NULL AND (upstream IS NULL OR cost_usd IS NULL OR prompt_tokens IS NULL)
ORDER BY row, step, number LIMIT ?
"""
_KEPT = "SELECT prompt_tokens, completion_tokens, cost_usd FROM attempts WHERE row = ? AND step = ? AND number = ?"
_FILL = """
UPDATE attempts SET upstream = coalesce(upstream, ?4), model = coalesce(model, ?5),
    prompt_tokens = coalesce(prompt_tokens, ?6), completion_tokens = coalesce(completion_tokens, ?7),
    cost_usd = coalesce(cost_usd, ?8)
WHERE row = ?1 AND step = ?2 AND number = ?3
"""
_COUNT = """
UPDATE progress SET prompt_tokens = prompt_tokens + ?, completion_tokens = completion_tokens + ?,
    tokens_unknown = tokens_unknown - ?, cost_usd = cost_usd + ?, cost_unknown = cost_unknown - ?
"""


@dataclass(frozen=True, slots=True)
class OpenAnswer:
    """An answered attempt, and the id under which its provider remembers it."""

    row: int
    step: int
    number: int
    generation: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a provider told about an answer; None is unknown still."""

    answer: OpenAnswer
    upstream: str | None = None
    model: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost_usd: float | None = None


def open_answers(path: Path, most: int) -> tuple[OpenAnswer, ...]:
    """Answers about which something is unknown; only the lease's owner may ask."""
    with translated(path), closing(open_run_writer(path)) as connection:
        return tuple(OpenAnswer(*row) for row in connection.execute(_OPEN, (most,)).fetchall())


def note_told(path: Path, found: Iterable[Told]) -> None:
    """Fill in what was unknown, the run's sums too; what was known stays."""
    with translated(path), closing(open_run_writer(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            for told in found:
                _fill(connection, told)
            connection.execute(COUNT_COMMIT).fetchall()
            connection.execute("COMMIT")
        except BaseException:
            roll_back(connection)
            raise


def _fill(connection: sqlite3.Connection, told: Told) -> None:
    place = (told.answer.row, told.answer.step, told.answer.number)
    before = connection.execute(_KEPT, place).fetchone()
    if before is None:
        return
    facts = (told.upstream, told.model, told.prompt_tokens, told.completion_tokens, told.cost_usd)
    connection.execute(_FILL, (*place, *facts))
    after = connection.execute(_KEPT, place).fetchone()
    prompt, completion, cost = ((new or 0) - (old or 0) for old, new in zip(before, after, strict=True))
    tokens_known = None in (before[0], before[1]) and None not in (after[0], after[1])
    cost_known = before[2] is None and after[2] is not None
    connection.execute(_COUNT, (prompt, completion, int(tokens_known), cost, int(cost_known)))
