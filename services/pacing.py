"""The limiter of an execution: what the spec allows, and what of a day's requests is already sent."""

import time

from engine.daily_cap import DailyCap, midnight
from engine.limiter import Limiter, limiter_for
from handai_db import RunReader, RunRecord
from providers.specs import get_provider
from services.home import run_path


def limiter_of(record: RunRecord) -> Limiter:
    """The limiter that a run's settings ask for, its earlier executions of today counted."""
    limits = record.spec.limits
    return limiter_for(
        limits.concurrency,
        local=get_provider(record.provider).local,
        rpm=limits.rpm,
        spacing_s=limits.spacing_s,
        timeout_s=limits.timeout_s,
        daily=_daily_cap(record, limits.daily_requests),
    )


def _daily_cap(record: RunRecord, most: int | None) -> DailyCap | None:
    if most is None:
        return None
    with RunReader(run_path(record.id)) as reader:
        sent_today = reader.requests_since(midnight(time.time()))
    return DailyCap(most, sent_today, time.time)
