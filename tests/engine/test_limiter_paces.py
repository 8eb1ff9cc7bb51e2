"""Buckets and windows in virtual time: hardly a request is refused, and what is allowed is used."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from engine.limiter import limiter_for
from providers.base import Allowance, RateLimits, Usage
from tests.engine.limited_server import Bucket, RefusedError, Told, now, work
from tests.virtual_time import VIRTUAL_TIME

pytestmark = pytest.mark.anyio

RATE, BURST, ROWS = 50.0, 50.0, 1500


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return VIRTUAL_TIME


async def job(bucket: Bucket, rows: int = ROWS, concurrency: int | str = 100) -> Told:
    told = await work(limiter_for(concurrency, local=False, clock=now), bucket, rows)
    assert told.done == rows
    return told


def share(told: Told, bucket: Bucket) -> float:
    return told.done / (bucket.burst + bucket.rate * told.took_s)


@pytest.mark.parametrize("latency_s", [0.05, 0.2, 0.5, 1.0])
@pytest.mark.parametrize("concurrency", [100, "auto"])
async def test_with_headers_hardly_anything_is_refused(latency_s: float, concurrency: int | str) -> None:
    bucket = Bucket(RATE, BURST, latency_s)
    told = await job(bucket, concurrency=concurrency)
    assert told.refused <= 0.01 * len(told.sent)
    assert told.done / (BURST + RATE * max(told.sent)) >= 0.95  # from the first request to the last


@pytest.mark.parametrize("burst", [10.0, 50.0, 200.0])
async def test_auto_finds_its_way_with_very_slow_answers_too(burst: float) -> None:
    bucket = Bucket(RATE, burst, 2.0)
    told = await job(bucket, concurrency="auto")
    assert told.refused <= 0.01 * len(told.sent)
    assert share(told, bucket) >= 0.75


@pytest.mark.parametrize("latency_s", [0.05, 0.2, 1.0])
@pytest.mark.parametrize("wish", [lambda _wait: None, lambda wait: float(int(wait) + 1)], ids=["silent", "retry-after"])
async def test_without_headers_refusals_teach_the_pace(latency_s: float, wish: Callable[[float], float | None]) -> None:
    bucket = Bucket(RATE, BURST, latency_s, headers=False, wish=wish)
    told = await job(bucket)
    assert told.refused <= 0.05 * len(told.sent)
    assert share(told, bucket) >= 0.85


@pytest.mark.parametrize("latency_s", [0.05, 0.2])
@pytest.mark.parametrize("wish", [lambda _wait: None, lambda wait: float(int(wait) + 1)], ids=["silent", "retry-after"])
@pytest.mark.parametrize("concurrency", [100, "auto"])
async def test_refusals_that_come_as_late_as_answers_waste_little_too(
    latency_s: float, wish: Callable[[float], float | None], concurrency: int | str
) -> None:
    bucket = Bucket(RATE, BURST, latency_s, headers=False, wish=wish, refused_after_s=latency_s)
    told = await job(bucket, concurrency=concurrency)
    assert told.refused <= 0.035 * len(told.sent)
    assert share(told, bucket) >= 0.88


@pytest.mark.parametrize("latency_s", [0.2, 2.0])
async def test_a_window_that_is_full_again_each_minute_is_spread_and_never_overrun(latency_s: float) -> None:
    bucket = Bucket(300 / 60, 300, latency_s, window_s=60.0)
    told = await job(bucket, 1000)
    assert told.refused == 0
    assert told.took_s < 3 * 60 + 60


@pytest.mark.parametrize(("rate", "burst"), [(1.0, 20.0), (8.0, 500.0)])
@pytest.mark.parametrize("headers", [True, False])
async def test_slow_limits_are_used_too(rate: float, burst: float, *, headers: bool) -> None:
    bucket = Bucket(rate, burst, 3.0, headers=headers)
    rows = int(burst + 200 * rate)
    told = await job(bucket, rows, "auto")
    assert told.refused <= 0.1 * rows
    assert told.took_s < 1.25 * 200 + 10


async def test_a_pace_that_others_use_too_is_what_they_leave() -> None:
    bucket = Bucket(RATE, BURST)

    async def shared() -> RateLimits | None:
        if bucket.level >= 2:
            bucket.level -= 1  # someone else's request beside each of ours
        return await bucket()

    told = await work(limiter_for(100, local=False, clock=now), shared, 500)
    assert told.refused <= 30  # of the first 40, before anything is told: the others take as many at that instant
    assert told.took_s == pytest.approx((1000 - 50) / RATE, rel=0.15)


async def test_a_limit_that_is_lifted_is_found_again() -> None:
    bucket = Bucket(5.0, 5.0, headers=False)
    limiter = limiter_for(50, local=False, clock=now)
    await work(limiter, bucket, 200)
    bucket.rate = bucket.burst = 100.0
    told = await work(limiter, bucket, 3000)
    assert told.took_s < 150


class Tokens:
    """Allows so many tokens a second; each request's answer costs what `answers` says."""

    def __init__(self, rate: float, burst: float) -> None:
        self.bucket = Bucket(rate, burst)

    async def __call__(self, tokens: int) -> RateLimits:
        self.bucket.refill()
        if self.bucket.level < tokens:
            raise RefusedError
        self.bucket.level -= tokens
        full_s = (self.bucket.burst - self.bucket.level) / self.bucket.rate
        return RateLimits(Allowance(10_000, reset_s=0.01), Allowance(int(self.bucket.level), reset_s=full_s))


class Prompt:
    """A request of so many tokens at most."""

    def __init__(self, bound_tokens: int) -> None:
        self.bound_tokens = bound_tokens


async def test_a_token_budget_lets_small_requests_go_faster_than_large_ones() -> None:
    took = []
    for tokens in (100, 1000):
        server, limiter, refused = Tokens(10_000, 20_000), limiter_for(8, local=False, clock=now), 0
        began = now()
        for _ in range(1000):
            lease = await limiter.acquire(Prompt(3 * tokens))
            try:
                limiter.answered(lease, await server(tokens), Usage(tokens - 20, 20))
            except RefusedError:
                refused += 1
                limiter.pushed_back(lease, None, "x", gate=True)
            limiter.release(lease)
        assert refused <= 10
        took.append(now() - began)
    assert took[0] == pytest.approx((100_000 - 20_000) / 10_000, rel=0.2)
    assert took[1] == pytest.approx((1_000_000 - 20_000) / 10_000, rel=0.1)


@pytest.mark.parametrize("wish", [7.0, None])
@pytest.mark.parametrize("concurrency", [100, "auto"])
async def test_a_storm_of_refusals_is_sat_out_and_told(wish: float | None, concurrency: int | str) -> None:
    limiter = limiter_for(concurrency, local=False, clock=now)
    heard: list[float] = []

    async def server() -> RateLimits | None:
        if now() < 60:
            heard.append(now())
            raise RefusedError(wish)
        return None

    told = await work(limiter, server, 500)
    assert told.done == 500
    assert any(text.endswith(": the provider limits the rate") for text in told.waiting)
    assert told.took_s < 60 + 35
    moments = sorted({*heard})
    assert len(heard) - sum(at == heard[0] for at in heard) == len(moments) - 1 <= 12  # one at a time
    if wish is not None:
        assert all(after - before >= wish for before, after in itertools.pairwise(moments))
