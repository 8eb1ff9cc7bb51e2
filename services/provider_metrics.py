"""What the runs kept on this machine say of each provider and model: requests, success, duration, errors, cost."""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from handai_db import AttemptFigures, RunFilter, RunRecord, attempt_figures
from handai_errors import HandaiError
from services.home import open_catalogue, run_path

_NEWEST = 500  # runs; each is one small question to its own file
_NO_ANSWER = "no_answer"


@dataclass(frozen=True, slots=True)
class Metrics:
    """Figures over requests; None is unknown. `fallbacks` are answers that another model than the asked one gave.

    `cost_complete` is False where some answers have no known price: the cost is then a lower bound.
    """

    model: str | None = None
    requests: int = 0
    answered: int = 0
    fallbacks: int = 0
    latency_s: float | None = None
    cost_usd: float | None = None
    cost_complete: bool = True
    errors: tuple[tuple[str, int], ...] = ()

    @property
    def success_rate(self) -> float | None:
        """The share of requests that were answered."""
        return self.answered / self.requests if self.requests else None

    def figures(self) -> dict[str, Any]:
        """As the command line's --json prints it."""
        return {**asdict(self), "errors": dict(self.errors), "success_rate": self.success_rate}


@dataclass(frozen=True, slots=True)
class ProviderMetrics:
    """A provider's figures, and those of each of its models, most used first."""

    all: Metrics
    models: tuple[Metrics, ...]
    runs: int


def provider_metrics(provider_id: str) -> ProviderMetrics:
    """Over the newest runs of a provider, previews and checks on pages included: they were asked and paid too."""
    with open_catalogue() as catalogue:
        records = catalogue.runs.list(RunFilter(provider=provider_id, previews=True), _NEWEST, 0)
    found: list[tuple[str, bool, AttemptFigures]] = []
    for record in records:
        with suppress(HandaiError):  # a run whose file can't be read is told on its own page
            found += _of_run(record)
    names = Counter[str]()
    for model, _, item in found:
        names[model] += item.attempts
    by_model = tuple(_sum([row for row in found if row[0] == name], name) for name, _ in names.most_common())
    return ProviderMetrics(_sum(found, None), by_model, len(records))


def _of_run(record: RunRecord) -> list[tuple[str, bool, AttemptFigures]]:
    """Figures by the model that a request was about, and whether a fallback answered it."""
    figures = attempt_figures(run_path(record.id)) if record.status.is_live else _ended(record.id, record.finished_at)
    fallbacks = record.spec.model.fallbacks
    rows: list[tuple[str, bool, AttemptFigures]] = []
    for item in figures:
        other = item.model if item.model in fallbacks and item.model != record.model else None
        rows.append((other or record.model, other is not None and item.state == "done", item))
    return rows


@lru_cache(maxsize=2000)
def _ended(run_id: str, finished_at: float | None) -> tuple[AttemptFigures, ...]:
    """An ended run's figures, which stay; a resumed one has another end."""
    del finished_at
    return attempt_figures(run_path(run_id))


def _sum(rows: Iterable[tuple[str, bool, AttemptFigures]], model: str | None) -> Metrics:
    rows = list(rows)
    done = [item for _, _, item in rows if item.state == "done"]
    errors = Counter[str]()
    for _, _, item in rows:
        if item.state != "done":
            errors[item.kind or _NO_ANSWER] += item.attempts
    timed, priced = sum(item.timed for item in done), sum(item.priced for _, _, item in rows)
    return Metrics(
        model,
        requests=sum(item.attempts for _, _, item in rows),
        answered=sum(item.attempts for item in done),
        fallbacks=sum(item.attempts for _, by_other, item in rows if by_other),
        latency_s=sum(item.latency_s or 0.0 for item in done) / timed if timed else None,
        cost_usd=sum(item.cost_usd or 0.0 for _, _, item in rows) if priced else None,
        cost_complete=sum(item.priced for item in done) == sum(item.attempts for item in done),
        errors=tuple(errors.most_common()),
    )
