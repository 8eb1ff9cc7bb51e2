"""Small makers of what a run writes, and the law that its counters equal its tables."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from engine.results import Attempt, AttemptState, Reservation, RowResult, RowStatus
from handai_db import create_run_file
from handai_errors import ErrorKind
from providers.base import Usage

_COUNTED = """
SELECT
    (SELECT count(*) FROM results WHERE status = 'done') AS done,
    (SELECT count(*) FROM results WHERE status = 'failed') AS failed,
    (SELECT coalesce(sum(cached), 0) FROM results) AS cached,
    (SELECT coalesce(sum(repaired), 0) FROM results) AS repaired,
    count(*) AS attempts,
    count(*) FILTER (WHERE number = 1) AS first_attempts,
    count(*) FILTER (WHERE kind IN ('rate_limit', 'in_flight_budget')) AS rate_limited,
    count(*) FILTER (WHERE state = 'unknown') AS unknown,
    count(*) FILTER (WHERE state = 'done' OR status = 200) AS answers,
    coalesce(sum(prompt_tokens), 0) AS prompt_tokens,
    coalesce(sum(completion_tokens), 0) AS completion_tokens,
    count(*) FILTER (WHERE (state IN ('done', 'unknown') OR status = 200)
        AND (prompt_tokens IS NULL OR completion_tokens IS NULL)) AS tokens_unknown,
    coalesce(sum(cost_usd), 0) AS cost_usd,
    count(*) FILTER (WHERE (state IN ('done', 'unknown') OR status = 200) AND cost_usd IS NULL) AS cost_unknown
FROM attempts WHERE state <> 'reserved'
"""


def query(path: Path, sql: str, *values: Any) -> list[Any]:  # noqa: ANN401 any value that SQLite takes
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return connection.execute(sql, values).fetchall()


def change(path: Path, sql: str, *values: Any) -> None:  # noqa: ANN401 any value that SQLite takes
    """What no code of ours would do to a file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(sql, values)


def assert_counters_equal_tables(path: Path) -> None:
    counted = dict(query(path, _COUNTED)[0])
    kept = dict(query(path, "SELECT * FROM progress")[0])
    assert {name: kept[name] for name in counted} == pytest.approx(counted)


def new_run_file(folder: Path, *outputs: tuple[str, str]) -> Path:
    path = folder / "run.db"
    create_run_file(path, {"id": "r"}, outputs or (("output", "output"),))
    return path


def reserved(row: int, number: int = 1, usd: float | None = None) -> Reservation:
    return Reservation(row, 0, number, started_at=1.0, reserved_usd=usd)


def ended(
    row: int,
    number: int = 1,
    state: AttemptState = AttemptState.DONE,
    *,
    kind: ErrorKind | None = None,
    status: int | None = 200,
    usage: Usage = Usage(10, 5, 0.25),  # noqa: B008 frozen
    usd: float | None = None,
) -> Attempt:
    return Attempt(
        row, 0, number, state, started_at=1.0, latency_s=0.5, kind=kind, status=status, usage=usage, reserved_usd=usd
    )


def done(row: int, text: str = "fine", **changes: Any) -> RowResult:  # noqa: ANN401 any field
    fields: dict[str, Any] = {"values": {"output": text}, "raw": text, "request_hash": row.to_bytes(16, "big")}
    return RowResult(row, 0, 1, RowStatus.DONE, **(fields | changes))


def failed(row: int, kind: ErrorKind = ErrorKind.REFUSAL, **changes: Any) -> RowResult:  # noqa: ANN401 any field
    return RowResult(row, 0, 1, RowStatus.FAILED, kind=kind, cause=f"cause {row}", remedy="remedy", **changes)
