"""A person's limit of requests a day: counted when they are sent, anew at midnight."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from engine.daily_cap import DailyCap, midnight
from engine.limiter import LimiterClosedError, limiter_for
from tests.virtual_time import VIRTUAL_TIME

NOON = datetime(2026, 11, 21, 12).astimezone()


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return VIRTUAL_TIME


def test_the_day_begins_at_midnight_here() -> None:
    assert midnight(NOON.timestamp()) == (NOON - timedelta(hours=12)).timestamp()


def test_what_was_sent_earlier_today_counts_and_tomorrow_begins_anew() -> None:
    now = NOON.timestamp()
    cap = DailyCap(3, 2, lambda: now)
    assert [cap.take(), cap.take(), cap.take()] == [True, False, False]
    now += 12 * 3600
    assert [cap.take() for _ in range(4)] == [True, True, True, False]


@pytest.mark.anyio
async def test_a_request_counts_when_it_is_sent_not_when_it_waits() -> None:
    limiter = limiter_for(2, local=False, daily=DailyCap(3, 0, NOON.timestamp))
    for _ in range(3):
        limiter.release(await limiter.acquire())
    with pytest.raises(LimiterClosedError) as closed:
        await limiter.acquire()
    assert closed.value.why is not None
    assert "3 requests today" in closed.value.why.cause
