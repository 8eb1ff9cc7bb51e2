"""Who answered: the models and upstream providers of a run, and the attempts of one row."""

from typing import Any

from handai_db import AnsweredBy, RunReader, RunRecord, StoredAttempt
from handai_errors import StorageError
from services.home import run_path
from services.tables.chosen_rows import require_asked


def answered_by(record: RunRecord) -> tuple[AnsweredBy, ...]:
    """The models and upstreams that answered, most first; none where the run's file can't be read."""
    try:
        with RunReader(run_path(record.id)) as reader:
            return reader.answered_by()
    except StorageError:
        return ()


def line_of(record: RunRecord, found: tuple[AnsweredBy, ...]) -> str | None:
    """The line of `handai show`; None where it would only repeat the model that was asked."""
    if not any(one.upstream or (one.model and one.model != record.model) for one in found):
        return None
    return "Answered by: " + ", ".join(f"{who(one.model, one.upstream)} ({one.answers:,})" for one in found)


def figures_of(found: tuple[AnsweredBy, ...]) -> list[dict[str, Any]]:
    """The same for --json."""
    return [{"model": one.model, "upstream": one.upstream, "answers": one.answers} for one in found]


def attempts_of(record: RunRecord, row: int) -> list[str]:
    """One line an attempt for a row (from 0); raises NotFoundError."""
    require_asked(record, row)
    with RunReader(run_path(record.id)) as reader:
        attempts, result = reader.attempts(row), reader.result(row)
    status = result.status if result else "pending"
    head = f"Row {row + 1}: {status}" + (f", {result.kind}: {result.cause}" if result and result.kind else "")
    return [head, *(f"  {_attempt(attempt)}" for attempt in attempts)]


def who(model: str | None, upstream: str | None) -> str:
    """A model and who served it."""
    return (model or "unnamed model") + (f" at {upstream}" if upstream else "")


def _attempt(attempt: StoredAttempt) -> str:
    parts = [
        who(attempt.model, attempt.upstream) if attempt.model or attempt.upstream else "",
        f"{attempt.kind}: {attempt.cause}" if attempt.kind else "",
        f"{attempt.latency_s:.1f} s" if attempt.latency_s is not None else "",
        f"{attempt.prompt_tokens} + {attempt.completion_tokens} tokens" if attempt.prompt_tokens is not None else "",
        f"${attempt.cost_usd:.6f}" if attempt.cost_usd is not None else "",
    ]
    step = f"call {attempt.step + 1}, " if attempt.step else ""
    return f"{step}attempt {attempt.number}: {attempt.state}" + "".join(f", {part}" for part in parts if part)
