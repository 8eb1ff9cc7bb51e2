"""The limiters of an execution: what the spec allows, what of a day's requests is sent, and who else sends."""

import time

from pydantic import SecretStr

from engine.daily_cap import DailyCap, midnight
from engine.limiter import Limiter, limiter_for
from engine.spec import ModelSettings
from handai_db import RunReader, RunRecord
from providers.base_url import is_nearby
from providers.specs import get_provider
from services.home import run_path
from services.running.account_gate import Accounts


class Limiters:
    """Makes the limiter of a provider as the run's settings ask; a day's requests are counted for all together."""

    def __init__(self, record: RunRecord) -> None:
        self._limits = record.spec.limits
        self._daily = _daily_cap(record, self._limits.daily_requests)
        self.accounts = Accounts(record.id)

    def __call__(self, provider: str, base_url: str | None = None) -> Limiter:
        """The limiter of one server; an address in one's own network is that of a server with few slots, perhaps."""
        limits = self._limits
        return limiter_for(
            limits.concurrency,
            local=get_provider(provider).local,
            nearby=base_url is not None and is_nearby(base_url),
            rpm=limits.rpm,
            spacing_s=limits.spacing_s,
            timeout_s=limits.timeout_s,
            daily=self._daily,
        )

    def shared(self, model: ModelSettings, key: SecretStr | None) -> Limiter:
        """One that other runs of the same account take part in."""
        limiter = self(model.provider, model.base_url)
        self.accounts.add(model, key, limiter)
        return limiter


def limiters_of(record: RunRecord) -> Limiters:
    """The limiters of a run's execution."""
    return Limiters(record)


def _daily_cap(record: RunRecord, most: int | None) -> DailyCap | None:
    if most is None:
        return None
    with RunReader(run_path(record.id)) as reader:
        sent_today = reader.requests_since(midnight(time.time()))
    return DailyCap(most, sent_today, time.time)
