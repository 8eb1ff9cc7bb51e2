"""From stored steps to rows: what a person sees of a row is the sum of its current draw's steps."""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson

from engine.gate import Verdict
from engine.job import REDRAWN
from engine.numbering import Numbering
from engine.results import RowStatus
from handai_errors import DamagedFileError
from storage.records import StoredResult, StoredStep
from storage.run_values import is_whole, thousandths

PENDING = "pending"
IS_STALE = "status = 'done' AND cached AND request_hash = '' AND similar_to IS NULL"  # of a step; as _is_stale says
STEP_COLUMNS = (
    "r.row, r.step, r.attempt, r.status, r.data, r.raw, r.kind, r.cause, r.remedy, r.finish_reason, r.repaired, "
    "r.cached, r.request_hash, r.committed_at, r.sha256, r.similar_to, r.similarity, v.verdict, v.cause AS note"
)

HASHED = (
    "row",
    "step",
    "attempt",
    "status",
    "data",
    "raw",
    "kind",
    "cause",
    "remedy",
    "finish_reason",
    "repaired",
    "cached",
    "request_hash",
    "similar_to",
)
HASHED_FIGURES = ("committed_at", "similarity")


def steps_from(numbering: Numbering) -> str:
    """The FROM clause that gives each step the verdict on its draw."""
    return f"results r LEFT JOIN verdicts v ON v.row = r.row AND v.draw = r.step / {numbering.width}"


def is_end(numbering: Numbering) -> str:
    """The condition that a step ends its row: it failed, or was the last of a draw that was not refused."""
    width = numbering.width
    return f"(r.status = 'failed' OR (r.step % {width} = {width - 1} AND ifnull(v.verdict, '') <> 'refused'))"


def rows_of(steps: Iterable[sqlite3.Row], numbering: Numbering, path: Path) -> Iterator[StoredResult]:
    """The rows in steps that come in order of row and step; a refused draw that nothing follows is no row.

    Raises DamagedFileError where a step is not what was written.
    """
    for _, found in groupby(steps, key=lambda step: step["row"]):
        mine = list(found)
        for step in mine:
            check_step(step, path)
        if (row := _row(mine, numbering)) is not None:
            yield row


def _row(steps: list[sqlite3.Row], numbering: Numbering) -> StoredResult | None:
    last = steps[-1]
    if last["verdict"] == Verdict.REFUSED:
        return None
    width = numbering.width
    draw, place = divmod(last["step"], width)
    mine = steps if len(steps) == 1 else [step for step in steps if step["step"] // width == draw]
    values = _values(mine)
    redrawn = values.pop(REDRAWN, None) if draw else None
    status = last["status"]
    # Written out, in order: a history's export makes a million of them.
    return StoredResult(
        last["row"],
        last["step"],
        last["attempt"],
        status if status == RowStatus.FAILED or place == width - 1 else PENDING,
        values if status == RowStatus.DONE or values else None,
        last["raw"],
        last["kind"],
        last["cause"],
        last["remedy"],
        last["finish_reason"],
        any(step["repaired"] for step in mine),
        bool(last["cached"]),
        last["committed_at"],
        draw,
        redrawn,
        last["verdict"],
        last["note"],
        last["similar_to"],
        last["similarity"],
        status == RowStatus.DONE and any(_is_stale(step) for step in mine),
    )


def _is_stale(step: sqlite3.Row) -> bool:
    return bool(step["cached"]) and not step["request_hash"] and step["similar_to"] is None


def _values(steps: list[sqlite3.Row]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for step in steps:
        data = step["data"]
        if data and step["status"] == RowStatus.DONE:
            values.update(orjson.loads(data))
    return values


def step_of(step: sqlite3.Row, numbering: Numbering) -> StoredStep:
    """A stored step on its own."""
    values = orjson.loads(step["data"]) if step["data"] else None
    redrawn = values.pop(REDRAWN, None) if values and numbering.draw(step["step"]) else None
    return StoredStep(
        step["step"],
        step["status"],
        values,
        step["raw"],
        step["cause"],
        bool(step["repaired"]),
        redrawn,
        step["verdict"],
        step["note"],
    )


def check_step(step: sqlite3.Row, path: Path) -> None:
    """Raise DamagedFileError if a stored step is not what was written."""
    if not is_whole(
        step["sha256"], (*(step[name] for name in HASHED), *(thousandths(step[name]) for name in HASHED_FIGURES))
    ):
        raise DamagedFileError(
            f"Row {step['row'] + 1} of {path.name} is not what was written: the file is damaged.",
            "Restore it from a backup, or run again.",
        )
