"""Tries many models of one provider, one short question each: spaced, resumable, reported."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from engine.model_order import SortBy, in_order, writes_text
from handai_db import CheckRecord
from handai_errors import ErrorKind, HandaiError, SpecError
from providers.base import ModelInfo
from services.models.availability import PROMPT, Clock, Standing, ask_and_keep, must_not_be_dev_mode, target_of
from services.models.model_lists import model_id, place_of, used_models
from services.models.model_record import known_models
from services.models.model_report import Report, Tried, line_of, moment, read_report, summary_of, tried_of, write_report

SPACING_S = 3.0  # twenty a minute is what OpenRouter's free models allow
# Every other model would answer the same.
_STOPPING = frozenset(
    {ErrorKind.AUTH, ErrorKind.CREDITS, ErrorKind.SPEND_CAP, ErrorKind.DAILY_QUOTA, ErrorKind.CONNECTION}
)

Sleep = Callable[[float], Awaitable[None]]
Told = Callable[[Tried, int, int], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which models are tried, how far apart, and where report and log go; `again` starts the report over."""

    provider: str
    base_url: str | None
    key: SecretStr | None
    models: tuple[str, ...]
    report: Path
    log: Path
    spacing_s: float = SPACING_S
    again: bool = False


def choose(
    provider: str, base_url: str | None, models: Sequence[ModelInfo], named: Iterable[str], limit: int | None
) -> tuple[str, ...]:
    """The ids to try: those named, else all that write text and are not disabled, the ones used before first."""
    names = tuple(dict.fromkeys(model_id(provider, base_url, name) for name in named))
    if not names:
        known = known_models(provider, base_url)
        ordered = in_order(list(filter(writes_text, models)), SortBy.USED, used_models(provider))
        names = tuple(model.id for model in ordered if not (model.id in known and known[model.id].disabled))
    if not names:
        raise SpecError("There are no models to try.", "Name some, or give a key so that the provider's list is there.")
    return names[:limit] if limit else names


async def check_models(wanted: Wanted, told: Told, *, sleep: Sleep = asyncio.sleep, clock: Clock = time.time) -> Report:
    """Try each model that the report does not have yet; the report is whole after each, `told` hears of it."""
    must_not_be_dev_mode()
    trial = _Trial(wanted, clock)
    waiting = trial.waiting()
    trial.log(f"{wanted.provider}: {len(waiting)} models to try, {len(trial.report.results)} tried before")
    for number, name in enumerate(waiting):
        if number:
            await sleep(wanted.spacing_s)
        tried = await _try(wanted, name, clock)
        trial.add(tried)
        told(tried, len(trial.report.results), len(trial.report.models))
        if tried.kind in _STOPPING:
            return trial.end(stopped_by=tried.reason)
    return trial.end(stopped_by=None)


class _Trial:
    """The report while it grows, and its files."""

    def __init__(self, wanted: Wanted, clock: Clock) -> None:
        self._wanted = wanted
        self._clock = clock
        self.report = _unfinished(wanted) or _new(wanted, clock())
        self._began = clock() - self.report.duration_s

    def waiting(self) -> list[str]:
        """The models that are not tried yet."""
        done = {tried.model for tried in self.report.results}
        return [name for name in self.report.models if name not in done]

    def add(self, tried: Tried) -> None:
        """One more model."""
        self.log(line_of(tried))
        self._put(results=(*self.report.results, tried))

    def end(self, *, stopped_by: str | None) -> Report:
        """The report with its summary; a stopped one is gone on with next time."""
        self._put(finished=stopped_by is None, stopped_by=stopped_by)
        summary = summary_of(self.report)
        self._put(summary=summary)
        self.log(f"{summary.ok} of {summary.total} work" + (f"; stopped: {stopped_by}" if stopped_by else ""))
        return self.report

    def log(self, text: str) -> None:
        """One line of the log."""
        try:
            with self._wanted.log.open("a", encoding="utf-8") as file:
                file.write(f"{moment(self._clock())} {text}\n")
        except OSError as error:
            raise SpecError(
                f"The log can't be written to {self._wanted.log}: {error.strerror}.", "Name another file with --log."
            ) from None

    def _put(self, **changes: Any) -> None:  # noqa: ANN401 fields of the report
        duration_s = round(self._clock() - self._began, 3)
        self.report = self.report.model_copy(update={**changes, "duration_s": duration_s})
        write_report(self._wanted.report, self.report)


def _unfinished(wanted: Wanted) -> Report | None:
    """The report to go on with, what is wanted now added to it; None if there is none."""
    found = None if wanted.again else read_report(wanted.report)
    if found is None or found.finished:
        return None
    place = place_of(wanted.provider, wanted.base_url)
    if (found.provider, found.base_url) != (place.provider, place.base_url):
        raise SpecError(
            f"{wanted.report} is the unfinished report of {found.provider} at {found.base_url}.",
            "Name another file with --report, or start over with --again.",
        )
    models = tuple(dict.fromkeys((*found.models, *wanted.models)))
    results = tuple(tried for tried in found.results if tried.kind not in _STOPPING)
    return found.model_copy(update={"models": models, "results": results, "stopped_by": None, "summary": None})


def _new(wanted: Wanted, now: float) -> Report:
    place = place_of(wanted.provider, wanted.base_url)
    return Report(
        provider=place.provider,
        base_url=place.base_url,
        prompt=PROMPT,
        started_at=moment(now),
        models=wanted.models,
    )


async def _try(wanted: Wanted, name: str, clock: Clock) -> Tried:
    try:
        target = await asyncio.to_thread(target_of, wanted.provider, wanted.base_url, name, wanted.key)
        check = await ask_and_keep(target, clock=clock)
    except HandaiError as error:
        check = CheckRecord(name, clock(), Standing.UNKNOWN, cause=error.cause, remedy=error.remedy)
    return tried_of(name, check)
