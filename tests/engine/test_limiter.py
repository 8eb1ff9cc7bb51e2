"""Slots: never more than the ceiling, fewer under push-back, one gate for all, nobody left waiting."""

import asyncio
import itertools
from typing import Any

import pytest

from engine.limiter import AUTO_CEILING, AUTO_LOCAL, AUTO_START, Limiter, LimiterClosedError, limiter_for
from providers.base import Allowance, RateLimits
from tests.virtual_time import VIRTUAL_TIME

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return VIRTUAL_TIME


def now() -> float:
    return asyncio.get_running_loop().time()


def make(ceiling: int, *, start: int | None = None, rpm: int | None = None) -> Limiter:
    return Limiter(ceiling=ceiling, start=start, rpm=rpm, clock=now)


async def fill(limiter: Limiter, slots: int) -> None:
    for _ in range(slots):
        await limiter.acquire()


async def is_free(limiter: Limiter, within_s: float = 0.0) -> bool:
    try:
        async with asyncio.timeout(within_s):
            await limiter.acquire()
    except TimeoutError:
        return False
    return True


async def test_never_more_than_the_ceiling() -> None:
    limiter, most, running = make(5), 0, 0

    async def attempt() -> None:
        nonlocal most, running
        await limiter.acquire()
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.1)
        running -= 1
        limiter.succeeded(None)
        limiter.release()

    async with asyncio.TaskGroup() as group:
        for _ in range(40):
            group.create_task(attempt())
    assert most == 5
    assert limiter.live.in_flight == 0
    assert now() == pytest.approx(0.8, abs=0.01)


async def test_it_starts_small_and_doubles_while_all_goes_well() -> None:
    limiter = make(64, start=8)
    assert limiter.live.limit == 8
    for _ in range(8):
        limiter.succeeded(None)
    assert limiter.live.limit == 16
    for _ in range(500):
        limiter.succeeded(None)
    assert limiter.live.limit == 64


async def test_a_refusal_takes_a_quarter_and_growth_is_slow_from_then_on() -> None:
    limiter = make(64, start=40)
    limiter.pushed_back(None, "limited", gate=False)
    assert limiter.live.limit == 30
    for _ in range(30):
        limiter.succeeded(None)
    assert limiter.live.limit in {30, 31}


async def test_a_burst_of_refusals_counts_once_a_second() -> None:
    limiter = make(64, start=40)
    for _ in range(30):
        limiter.pushed_back(None, "limited", gate=False)
    assert limiter.live.limit == 30
    await asyncio.sleep(1.0)
    limiter.pushed_back(None, "limited", gate=False)
    assert limiter.live.limit == 22


async def test_there_is_always_one_slot() -> None:
    limiter = make(64)
    for _ in range(100):
        limiter.pushed_back(None, "limited", gate=False)
        await asyncio.sleep(1)
    assert limiter.live.limit == 1
    assert await is_free(limiter)


async def test_retry_after_closes_the_gate_for_everyone_and_opens_it_in_time() -> None:
    limiter, sent = make(8), list[float]()

    async def attempt() -> None:
        await limiter.acquire()
        sent.append(now())
        limiter.release()

    await limiter.acquire()
    limiter.pushed_back(30.0, "the provider limits the rate", gate=True)
    assert limiter.live.waiting == "waiting 30 s: the provider limits the rate"
    async with asyncio.TaskGroup() as group:
        for _ in range(20):
            group.create_task(attempt())
        limiter.release()
    assert len(sent) == 20
    assert 30.0 <= min(sent) <= max(sent) < 30.1
    assert limiter.live.waiting is None


async def test_the_longer_wish_wins() -> None:
    limiter = make(8)
    limiter.pushed_back(30.0, "x", gate=True)
    limiter.pushed_back(5.0, "x", gate=True)
    assert not await is_free(limiter, 29.9)
    assert await is_free(limiter, 0.2)


async def test_without_a_wish_the_gate_backs_off_until_an_answer_comes() -> None:
    limiter, waits = make(8), list[float]()
    for _ in range(10):
        limiter.pushed_back(None, "x", gate=True)
        before = now()
        await limiter.acquire()
        limiter.release()
        waits.append(round(now() - before, 2))
    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30, 30]
    limiter.succeeded(None)
    limiter.pushed_back(None, "x", gate=True)
    assert await is_free(limiter, 0.6)


async def test_a_night_of_refusals_is_only_a_long_wait() -> None:
    limiter = make(8)
    for _ in range(1500):
        limiter.pushed_back(None, "x", gate=True)
        await limiter.acquire()
        limiter.release()
    assert now() > 40_000


@pytest.mark.parametrize("wish", [0.0, 0.001])
async def test_a_provider_that_says_at_once_and_refuses_again_is_not_hammered(wish: float) -> None:
    limiter, sent = make(8), 0
    while now() < 60 and sent < 1000:
        await limiter.acquire()
        sent += 1
        limiter.pushed_back(wish, "x", gate=True)
        limiter.release()
    assert sent < 20


async def test_a_short_wish_is_kept_when_answers_come_in_between() -> None:
    limiter, sent = make(8), 0
    while now() < 10:
        await limiter.acquire()
        sent += 1
        limiter.pushed_back(0.1, "x", gate=True)
        limiter.release()
        limiter.succeeded(None)
    assert sent == pytest.approx(100, abs=2)


async def test_requests_a_minute_are_spaced_evenly() -> None:
    limiter, sent = make(50, rpm=60), list[float]()
    for _ in range(5):
        await limiter.acquire()
        sent.append(now())
    assert [after - before for before, after in itertools.pairwise(sent)] == pytest.approx([1.0] * 4, abs=0.01)


async def test_headers_that_say_nothing_is_left_hold_everyone_back() -> None:
    limiter = make(8)
    limiter.succeeded(RateLimits(Allowance(3, reset_s=50), Allowance(0, reset_s=6)))
    assert not await is_free(limiter, 5.9)
    assert await is_free(limiter, 0.2)


async def test_headers_hold_back_two_minutes_at_most() -> None:
    limiter = make(8)
    limiter.succeeded(RateLimits(Allowance(0, reset_s=86_400)))
    assert await is_free(limiter, 121)


@pytest.mark.parametrize("limits", [None, RateLimits(Allowance(0)), RateLimits(Allowance(1))])
async def test_headers_without_a_reset_hold_nobody_back(limits: RateLimits | None) -> None:
    limiter = make(8)
    limiter.succeeded(limits)
    assert await is_free(limiter)


async def test_closing_frees_everyone_who_waits() -> None:
    limiter = make(1)
    await limiter.acquire()
    waiting = [asyncio.ensure_future(limiter.acquire()) for _ in range(10)]
    await asyncio.sleep(0)
    limiter.close()
    ends = [await asyncio.wait_for(asyncio.shield(_outcome(task)), 1) for task in waiting]
    assert ends == [LimiterClosedError] * 10
    with pytest.raises(LimiterClosedError):
        await limiter.acquire()
    limiter.release()
    assert limiter.live.in_flight == 0


async def _outcome(task: asyncio.Future[None]) -> type[BaseException] | None:
    try:
        await task
    except LimiterClosedError as error:
        return type(error)
    return None


async def test_closing_frees_those_whom_the_gate_holds() -> None:
    limiter = make(4)
    limiter.pushed_back(3600.0, "x", gate=True)
    waiting = asyncio.ensure_future(limiter.acquire())
    await asyncio.sleep(1)
    limiter.close()
    assert await _outcome(waiting) is LimiterClosedError
    assert now() < 10


@pytest.mark.parametrize("granted", [False, True])
async def test_a_waiter_that_is_cancelled_leaves_no_slot_behind(*, granted: bool) -> None:
    limiter = make(1)
    await limiter.acquire()
    waiter = asyncio.ensure_future(limiter.acquire())
    await asyncio.sleep(0)
    if granted:
        limiter.release()  # the slot is the waiter's, which has not run since
    waiter.cancel()
    await asyncio.wait([waiter])
    if not granted:
        limiter.release()
    assert limiter.live.in_flight == 0
    assert await is_free(limiter)


async def test_waiters_are_served_in_order() -> None:
    limiter, order = make(1), list[int]()

    async def attempt(number: int) -> None:
        await limiter.acquire()
        order.append(number)
        await asyncio.sleep(0.01)
        limiter.release()

    async with asyncio.TaskGroup() as group:
        for number in range(10):
            group.create_task(attempt(number))
    assert order == list(range(10))


def test_the_person_s_number_is_the_ceiling_and_auto_depends_on_where_the_model_runs() -> None:
    assert limiter_for(7, local=False, rpm=None).live.limit == 7
    near, far = limiter_for("auto", local=True, rpm=None), limiter_for("auto", local=False, rpm=None)
    assert (near.live.limit, near.ceiling) == (AUTO_LOCAL, AUTO_LOCAL)
    assert (far.live.limit, far.ceiling) == (AUTO_START, AUTO_CEILING)
