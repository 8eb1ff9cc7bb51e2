"""Attempts and results as the columns that a run file has for them, each result with its own hash."""

import hashlib

import orjson

from engine.fitting import fit_text, to_json
from engine.results import Attempt, RowResult

_DIGEST = "2:"


def reserved_values(attempt: Attempt) -> tuple[object, ...]:
    """What is known of an attempt before it is sent."""
    return (attempt.row, attempt.step, attempt.number, attempt.state, attempt.started_at, attempt.reserved_usd)


def attempt_values(attempt: Attempt) -> tuple[object, ...]:
    """The columns of table `attempts`, in order."""
    usage = attempt.usage
    return (
        attempt.row,
        attempt.step,
        attempt.number,
        attempt.state,
        attempt.started_at,
        attempt.latency_s,
        attempt.kind,
        attempt.cause and fit_text(attempt.cause),
        attempt.status,
        attempt.model and fit_text(attempt.model),
        attempt.upstream and fit_text(attempt.upstream),
        usage.prompt_tokens,
        usage.completion_tokens,
        usage.cost_usd,
        attempt.reserved_usd,
        attempt.generation and fit_text(attempt.generation),
        attempt.fallback and fit_text(attempt.fallback),
    )


def result_values(result: RowResult, now: float) -> tuple[object, ...]:
    """The columns of table `results`, in order, the row's own hash among them."""
    data = None if result.values is None else to_json(result.values)
    told = (
        result.row,
        result.step,
        result.attempt,
        result.status,
        data,
        result.raw and fit_text(result.raw),
        result.kind,
        result.cause and fit_text(result.cause),
        result.remedy and fit_text(result.remedy),
        result.finish_reason and fit_text(result.finish_reason),
        int(result.repaired),
        int(result.cached),
        result.request_hash.hex(),
    )
    digest = result_digest(*told, result.similar_to, thousandths(now), thousandths(result.similarity))
    return (*told, digest, now, result.similar_to, result.similarity)


def result_digest(*told: str | int | None) -> str:
    """The hash that tells a damaged result from a whole one."""
    return f"{_DIGEST}{hashlib.sha256(orjson.dumps(told)).hexdigest()}"


def thousandths(figure: object) -> int | None:
    """A figure as it is hashed: its last binary digit may differ once SQLite has read it from JSON."""
    return round(figure * 1000) if isinstance(figure, int | float) else None


def is_whole(digest: str, told: tuple[str | int | None, ...]) -> bool:
    """Whether a stored result is what was written: `told` are its columns in the order of `result_values`."""
    if digest.startswith(_DIGEST):
        return digest == result_digest(*told)
    row, step, _, status, data, raw, *_ = told  # older files' hashes cover these
    return digest == hashlib.sha256(_json((row, step, status, data, raw)).encode()).hexdigest()


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
