"""What the runs kept on this machine say of each provider and model: requests, success, duration, errors, cost."""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from engine.fallbacks import named
from handai_db import AttemptFigures, RunFilter, RunRecord, attempt_figures
from handai_errors import HandaiError
from services.home import open_catalogue, run_path

_NEWEST = 500  # runs; each is one small question to its own file
_NO_ANSWER = "no_answer"

_Row = tuple[str, bool, AttemptFigures]  # the model, whether it answered as a fallback, the figures


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
    """Over the newest runs of a provider, previews and checks on pages included: they were asked and paid too.

    What other providers' runs asked of it as a fallback counts here, not there.
    """
    with open_catalogue() as catalogue:
        own = catalogue.runs.list(RunFilter(provider=provider_id, previews=True), _NEWEST, 0)
        named_in = catalogue.runs.list(RunFilter(text=f"{provider_id}:", previews=True), _NEWEST, 0)
    found: list[_Row] = []
    others = 0
    for record in (*own, *(record for record in named_in if record.provider != provider_id)):
        with suppress(HandaiError):  # a run whose file can't be read is told on its own page
            rows = [row for provider, row in _of_run(record) if provider == provider_id]
            found += rows
            others += bool(rows) and record.provider != provider_id
    names = Counter[str]()
    for model, _, item in found:
        names[model] += item.attempts
    by_model = tuple(_sum([row for row in found if row[0] == name], name) for name, _ in names.most_common())
    return ProviderMetrics(_sum(found, None), by_model, len(own) + others)


def _of_run(record: RunRecord) -> list[tuple[str, _Row]]:
    """Figures by the provider and the model that a request was about, and whether a fallback answered it."""
    figures = attempt_figures(run_path(record.id)) if record.status.is_live else _ended(record.id, record.finished_at)
    model = record.spec.model
    rows: list[tuple[str, _Row]] = []
    for item in figures:
        switched = item.model if item.model in model.fallbacks and item.model != record.model else None
        other = item.fallback or switched
        provider, name = named(model, other) if other else (record.provider, record.model)
        rows.append((provider, (name, other is not None and item.state == "done", item)))
    return rows


@lru_cache(maxsize=2000)
def _ended(run_id: str, finished_at: float | None) -> tuple[AttemptFigures, ...]:
    """An ended run's figures, which stay; a resumed one has another end."""
    del finished_at
    return attempt_figures(run_path(run_id))


def _sum(rows: Iterable[_Row], model: str | None) -> Metrics:
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
