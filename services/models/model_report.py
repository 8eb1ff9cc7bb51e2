"""The report of many tried models: what came of each, the figures over all, and the file that a stop leaves whole."""

import statistics
from datetime import UTC, datetime
from pathlib import Path

import orjson
from pydantic import ValidationError

from engine.declared import Declared
from handai_db import CheckRecord
from handai_errors import SpecError
from services.models.availability import Standing

_FASTEST = 5


class Tried(Declared):
    """What came of one model, as the report keeps it."""

    model: str
    status: str
    at: str
    latency_s: float | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    kind: str | None = None
    reason: str | None = None
    answered_as: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the model works."""
        return self.status == Standing.WORKS


class Summary(Declared):
    """The figures over all tried models; None is unknown."""

    total: int
    ok: int
    failed: int
    success_rate: float | None
    mean_latency_s: float | None
    duration_s: float
    failures: dict[str, str]
    fastest: dict[str, float]


class Report(Declared):
    """The whole file; `finished` false is one that the next call goes on with."""

    provider: str
    base_url: str
    prompt: str
    started_at: str
    finished: bool = False
    stopped_by: str | None = None
    duration_s: float = 0.0
    models: tuple[str, ...]
    results: tuple[Tried, ...] = ()
    summary: Summary | None = None


def tried_of(model: str, check: CheckRecord) -> Tried:
    """A check as the report keeps it."""
    return Tried(
        model=model,
        status=check.standing,
        at=moment(check.checked_at),
        latency_s=None if check.latency_s is None else round(check.latency_s, 3),
        prompt_tokens=check.prompt_tokens,
        completion_tokens=check.completion_tokens,
        kind=check.kind,
        reason=check.cause,
        answered_as=check.answered_as,
    )


def summary_of(report: Report) -> Summary:
    """The figures over what was tried so far."""
    good = [tried for tried in report.results if tried.ok]
    timed = sorted((tried.latency_s, tried.model) for tried in good if tried.latency_s is not None)
    return Summary(
        total=len(report.results),
        ok=len(good),
        failed=len(report.results) - len(good),
        success_rate=len(good) / len(report.results) if report.results else None,
        mean_latency_s=statistics.fmean(latency for latency, _ in timed) if timed else None,
        duration_s=report.duration_s,
        failures={tried.model: tried.reason or tried.status for tried in report.results if not tried.ok},
        fastest={model: latency for latency, model in timed[:_FASTEST]},
    )


def read_report(path: Path) -> Report | None:
    """The report at `path`; None if there is none. Raises SpecError for another kind of file."""
    try:
        return Report.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError):
        raise SpecError(f"{path} is no report of tried models.", "Name another file with --report.") from None


def write_report(path: Path, report: Report) -> None:
    """Write the report whole, and only then put it in place of the one before; raises SpecError."""
    unfinished = path.with_name(f"{path.name}.part")
    data = orjson.dumps(report.model_dump(mode="json"), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    try:
        unfinished.write_bytes(data)
        unfinished.replace(path)
    except OSError as error:
        raise SpecError(f"The report can't be written to {path}: {error.strerror}.", "Name another file.") from None


def line_of(tried: Tried) -> str:
    """What came of one model, in one line."""
    if not tried.ok:
        return f"{tried.model}: {tried.status}, {tried.reason or 'no reason given'}"
    latency = "no latency" if tried.latency_s is None else f"{tried.latency_s:.2f} s"
    counts = ["?" if count is None else str(count) for count in (tried.prompt_tokens, tried.completion_tokens)]
    return f"{tried.model}: {tried.status}, {latency}, {' + '.join(counts)} tokens"


def moment(at: float) -> str:
    """A Unix time as text."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
