"""Attempts and results as the columns that a run file has for them, each result with its own hash.

Members of an enum are bound as plain texts: SQLite's module takes three times as long over a subclass of `str`.
"""

import hashlib
from collections.abc import Sequence

import orjson

from engine.fitting import fit_text, to_json
from engine.results import Attempt, RowResult

_DIGEST = "2:"
_NUMBER = (int, float)  # made once: it is asked for every row


def attempt_values(attempt: Attempt) -> tuple[object, ...]:
    """The columns of table `attempts`, in order."""
    usage = attempt.usage
    return (
        attempt.row,
        attempt.step,
        attempt.number,
        str(attempt.state),
        attempt.started_at,
        attempt.latency_s,
        attempt.kind and str(attempt.kind),
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


def result_rows(results: Sequence[RowResult], now: float) -> list[tuple[object, ...]]:
    """The rows of table `results`, each with its own hash among its columns."""
    when = thousandths(now)
    return [_result_row(result, now, when) for result in results]


def _result_row(result: RowResult, now: float, when: int | None) -> tuple[object, ...]:
    data = None if result.values is None else to_json(result.values)
    told = (
        result.row,
        result.step,
        result.attempt,
        str(result.status),
        data,
        result.raw and fit_text(result.raw),
        result.kind and str(result.kind),
        result.cause and fit_text(result.cause),
        result.remedy and fit_text(result.remedy),
        result.finish_reason and fit_text(result.finish_reason),
        int(result.repaired),
        int(result.cached),
        result.request_hash.hex(),
    )
    digest = result_digest(*told, result.similar_to, when, thousandths(result.similarity))
    return (*told, digest, now, result.similar_to, result.similarity)


def result_digest(*told: str | int | None) -> str:
    """The hash that tells a damaged result from a whole one."""
    return f"{_DIGEST}{hashlib.sha256(orjson.dumps(told)).hexdigest()}"


def thousandths(figure: object) -> int | None:
    """A figure as it is hashed: its last binary digit may differ once SQLite has read it from JSON."""
    if figure is None:
        return None
    return round(figure * 1000) if isinstance(figure, _NUMBER) else None


def is_whole(digest: str, told: tuple[str | int | None, ...]) -> bool:
    """Whether a stored result is what was written: `told` are its columns in the order of `result_rows`."""
    if digest.startswith(_DIGEST):
        return digest == result_digest(*told)
    row, step, _, status, data, raw, *_ = told  # older files' hashes cover these
    return digest == hashlib.sha256(_json((row, step, status, data, raw)).encode()).hexdigest()


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
