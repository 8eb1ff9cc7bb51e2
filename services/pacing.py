"""The limiters of an execution: what the spec allows, and what of a day's requests is already sent."""

import time
from collections.abc import Callable

from engine.daily_cap import DailyCap, midnight
from engine.limiter import Limiter, limiter_for
from handai_db import RunReader, RunRecord
from providers.specs import get_provider
from services.home import run_path

Limiters = Callable[[str], Limiter]


def limiters_of(record: RunRecord) -> Limiters:
    """Makes the limiter of a provider as the run's settings ask; a day's requests are counted for all together."""
    limits = record.spec.limits
    daily = _daily_cap(record, limits.daily_requests)

    def limiter_at(provider: str) -> Limiter:
        return limiter_for(
            limits.concurrency,
            local=get_provider(provider).local,
            rpm=limits.rpm,
            spacing_s=limits.spacing_s,
            timeout_s=limits.timeout_s,
            daily=daily,
        )

    return limiter_at


def _daily_cap(record: RunRecord, most: int | None) -> DailyCap | None:
    if most is None:
        return None
    with RunReader(run_path(record.id)) as reader:
        sent_today = reader.requests_since(midnight(time.time()))
    return DailyCap(most, sent_today, time.time)
