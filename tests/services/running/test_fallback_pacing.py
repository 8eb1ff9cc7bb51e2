"""What a person allows a run, it keeps on every server: a day's requests and the spacing hold for all together."""

import asyncio
from pathlib import Path

import pytest

from engine.limiter import AUTO_NEARBY_START, AUTO_START
from engine.results import RunStatus
from services.running import runs
from services.running.execution import execute
from services.running.pacing import limiters_of
from tests.fake_provider import FakeProvider
from tests.services.running.test_fallback_runs import KEY, made, second

__all__ = ["second"]  # a fixture

pytestmark = pytest.mark.anyio


async def test_a_days_requests_are_counted_over_all_models(
    fake_provider: FakeProvider, second: FakeProvider, tmp_path: Path
) -> None:
    fake_provider.canned(500, {})
    limits = {"max_attempts": 1, "concurrency": 1, "daily_requests": 5}
    record = made(tmp_path, fake_provider.url, rows=8, limits=limits)
    assert await execute(record.id, KEY) is RunStatus.PAUSED
    assert runs.get(record.id).reason == "daily_quota"
    assert fake_provider.stats()["total"] + second.stats()["total"] == 5


async def test_every_model_is_asked_with_the_spacing(fake_provider: FakeProvider, tmp_path: Path) -> None:
    record = made(tmp_path, fake_provider.url, limits={"concurrency": 8, "spacing_s": 60.0})
    limiter_at = limiters_of(record)
    for provider in ("custom", "vllm"):
        limiter = limiter_at(provider)
        await limiter.acquire()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await limiter.acquire()
        limiter.close()


async def test_auto_begins_with_few_requests_at_an_address_in_one_s_own_network(
    fake_provider: FakeProvider, tmp_path: Path
) -> None:
    record = made(tmp_path, fake_provider.url, limits={"concurrency": "auto"})
    limiter_at = limiters_of(record)
    near, far = limiter_at("custom", fake_provider.url), limiter_at("custom", "https://llm.example.org/v1")
    assert (near.live.limit, far.live.limit) == (AUTO_NEARBY_START, AUTO_START)
    assert limiter_at("ollama", fake_provider.url).live.limit < near.live.limit
