"""Slots: never more than the ceiling, fewer under push-back, one gate for all, nobody left waiting."""

import asyncio
import itertools
from typing import Any

import pytest

from engine.limiter import AUTO_CEILING, AUTO_LOCAL_START, AUTO_START, Limiter, LimiterClosedError, limiter_for
from engine.pacer import Lease, Pacer
from providers.base import Allowance, RateLimits, Usage
from tests.engine.limited_server import work
from tests.virtual_time import VIRTUAL_TIME

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return VIRTUAL_TIME


def now() -> float:
    return asyncio.get_running_loop().time()


def make(ceiling: int, *, start: int | None = None, spacing_s: float = 0.0) -> Limiter:
    return Limiter(ceiling=ceiling, start=start, pacer=Pacer(spacing_s), clock=now)


async def answer(limiter: Limiter, limits: RateLimits | None = None) -> None:
    lease = await limiter.acquire()
    limiter.answered(lease, limits, Usage())
    limiter.release(lease)


async def refuse(
    limiter: Limiter, wish_s: float | None = None, *, gate: bool = True, for_rate: bool | None = None
) -> None:
    lease = await limiter.acquire()
    limiter.pushed_back(lease, wish_s, "x", gate=gate, for_rate=gate if for_rate is None else for_rate)
    limiter.release(lease)


async def refuse_together(limiter: Limiter, *wishes_s: float | None) -> None:
    leases = [await limiter.acquire() for _ in wishes_s]
    for lease, wish_s in zip(leases, wishes_s, strict=True):
        limiter.pushed_back(lease, wish_s, "the provider limits the rate", gate=True)
        limiter.release(lease)


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
        lease = await limiter.acquire()
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.1)
        running -= 1
        limiter.answered(lease, None, Usage())
        limiter.release(lease)

    async with asyncio.TaskGroup() as group:
        for _ in range(40):
            group.create_task(attempt())
    assert most == 5
    assert limiter.live.in_flight == 0
    assert now() == pytest.approx(0.8, abs=0.01)


async def test_it_starts_small_and_grows_to_the_ceiling_while_all_goes_well() -> None:
    limiter = make(64, start=8)
    for _ in range(16):  # two waves: the second finds out a bucket that just holds the first
        await answer(limiter)
    assert limiter.live.limit == 8
    await asyncio.sleep(0.5)
    for _ in range(8):
        await answer(limiter)
    assert limiter.live.limit == 16
    for _ in range(500):
        await asyncio.sleep(0.02)
        await answer(limiter)
    assert limiter.live.limit == 64


async def test_quick_answers_do_not_open_every_slot_before_a_refusal_can_be_heard() -> None:
    limiter = make(256, start=128)
    await asyncio.sleep(0.02)
    for _ in range(128):
        await answer(limiter)
    assert limiter.live.limit < 140


async def test_an_overload_takes_a_quarter_and_growth_is_slow_from_then_on() -> None:
    limiter = make(64, start=40)
    await refuse(limiter, gate=False)
    assert limiter.live.limit == 30
    for _ in range(20):
        await answer(limiter)
    assert limiter.live.limit == 31


async def test_a_burst_of_overloads_counts_once_a_second() -> None:
    limiter = make(64, start=40)
    for _ in range(30):
        await refuse(limiter, gate=False)
    assert limiter.live.limit == 30
    await asyncio.sleep(1.0)
    await refuse(limiter, gate=False)
    assert limiter.live.limit == 22


async def test_there_is_always_one_slot() -> None:
    limiter = make(64)
    for _ in range(100):
        await refuse(limiter, gate=False)
        await asyncio.sleep(1)
    assert limiter.live.limit == 1
    assert await is_free(limiter)


async def test_retry_after_closes_the_gate_for_everyone_and_opens_it_in_time() -> None:
    limiter, sent = make(8), list[float]()

    async def attempt() -> None:
        lease = await limiter.acquire()
        sent.append(now())
        limiter.release(lease)

    await refuse_together(limiter, 30.0)
    assert limiter.live.waiting == "waiting 30 s: the provider limits the rate"
    async with asyncio.TaskGroup() as group:
        for _ in range(20):
            group.create_task(attempt())
    assert len(sent) == 20
    assert 30.0 <= min(sent) <= max(sent) < 30.1
    assert limiter.live.waiting is None


async def test_the_longer_wish_wins() -> None:
    limiter = make(8)
    await refuse_together(limiter, 30.0, 5.0)
    assert not await is_free(limiter, 29.9)
    assert await is_free(limiter, 0.2)


async def test_without_a_wish_the_gate_backs_off_until_an_answer_comes() -> None:
    limiter, waits = make(8), list[float]()
    await refuse(limiter)
    for _ in range(10):
        before = now()
        lease = await limiter.acquire()
        waits.append(round(now() - before, 2))
        limiter.pushed_back(lease, None, "x", gate=True)
        limiter.release(lease)
    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30, 30]
    await answer(limiter)
    await refuse(limiter)
    assert await is_free(limiter, 0.6)


async def test_the_refusals_of_one_wave_count_as_one() -> None:
    limiter = make(8)
    await refuse_together(limiter, *[None] * 8)
    assert await is_free(limiter, 0.6)


async def test_while_all_is_refused_one_request_at_a_time_tries() -> None:
    limiter = make(8)
    await refuse(limiter)
    await refuse(limiter)
    probe = await limiter.acquire()
    assert not await is_free(limiter, 20)
    limiter.answered(probe, None, Usage())
    limiter.release(probe)
    assert [await is_free(limiter, 1.0) for _ in range(5)] == [True] * 5


async def test_a_night_of_refusals_is_only_a_long_wait() -> None:
    limiter = make(8)
    for _ in range(1500):
        await refuse(limiter)
    assert now() > 40_000


@pytest.mark.parametrize("wish", [0.0, 0.001])
async def test_a_provider_that_says_at_once_and_refuses_again_is_not_hammered(wish: float) -> None:
    limiter, sent = make(8), 0
    while now() < 60 and sent < 1000:
        await refuse(limiter, wish)
        sent += 1
    assert sent < 20


async def test_a_short_wish_is_kept_when_answers_come_in_between() -> None:
    limiter = make(8)  # of an overloaded server: refusals for the rate's sake teach a pace besides
    for _ in range(20):
        await refuse(limiter, 0.1, for_rate=False)
        await answer(limiter)
    assert now() < 20 * 0.25


async def test_requests_are_spaced_evenly() -> None:
    limiter, sent = make(50, spacing_s=1.0), list[float]()
    for _ in range(5):
        await limiter.acquire()
        sent.append(now())
    assert [after - before for before, after in itertools.pairwise(sent)] == pytest.approx([1.0] * 4, abs=0.01)


@pytest.mark.parametrize(
    ("rpm", "spacing_s", "expected_s"), [(60, None, 1.0), (None, 2.5, 2.5), (60, 2.5, 2.5), (6, 2.5, 10.0)]
)
async def test_of_spacing_and_requests_a_minute_the_slower_counts(
    rpm: int | None, spacing_s: float | None, expected_s: float
) -> None:
    limiter = limiter_for(4, local=False, rpm=rpm, spacing_s=spacing_s, clock=now)
    for _ in range(3):
        await limiter.acquire()
    assert now() == pytest.approx(2 * expected_s, abs=0.02)


async def test_headers_that_say_nothing_is_left_hold_everyone_back() -> None:
    limiter = make(8)
    await answer(limiter, RateLimits(tokens=Allowance(9000, reset_s=6)))
    await answer(limiter, RateLimits(Allowance(30, reset_s=50), Allowance(0, reset_s=6)))
    assert not await is_free(limiter, 5.8)
    assert await is_free(limiter, 0.3)


async def test_headers_hold_back_two_minutes_at_most() -> None:
    limiter = make(8)
    await answer(limiter, RateLimits(Allowance(0, reset_s=86_400)))
    assert not await is_free(limiter, 100)
    assert await is_free(limiter, 21)


@pytest.mark.parametrize("limits", [None, RateLimits(Allowance(0)), RateLimits(Allowance(1))])
async def test_headers_without_a_reset_hold_nobody_back(limits: RateLimits | None) -> None:
    limiter = make(8)
    await answer(limiter, limits)
    assert await is_free(limiter)


async def test_closing_frees_everyone_who_waits() -> None:
    limiter = make(1)
    lease = await limiter.acquire()
    waiting = [asyncio.ensure_future(limiter.acquire()) for _ in range(10)]
    await asyncio.sleep(0)
    limiter.close()
    ends = [await asyncio.wait_for(asyncio.shield(_outcome(task)), 1) for task in waiting]
    assert ends == [LimiterClosedError] * 10
    with pytest.raises(LimiterClosedError):
        await limiter.acquire()
    limiter.release(lease)
    assert limiter.live.in_flight == 0


async def _outcome(task: asyncio.Future[Lease]) -> type[BaseException] | None:
    try:
        await task
    except LimiterClosedError as error:
        return type(error)
    return None


async def test_closing_frees_those_whom_the_gate_holds() -> None:
    limiter = make(4)
    await refuse(limiter, 3600.0)
    waiting = asyncio.ensure_future(limiter.acquire())
    await asyncio.sleep(1)
    limiter.close()
    assert await _outcome(waiting) is LimiterClosedError
    assert now() < 10


@pytest.mark.parametrize("granted", [False, True])
async def test_a_waiter_that_is_cancelled_leaves_no_slot_behind(*, granted: bool) -> None:
    limiter = make(1)
    lease = await limiter.acquire()
    waiter = asyncio.ensure_future(limiter.acquire())
    await asyncio.sleep(0)
    if granted:
        limiter.release(lease)  # the slot is the waiter's, which has not run since
    waiter.cancel()
    await asyncio.wait([waiter])
    if not granted:
        limiter.release(lease)
    assert limiter.live.in_flight == 0
    assert await is_free(limiter)


async def test_waiters_are_served_in_order() -> None:
    limiter, order = make(1), list[int]()

    async def attempt(number: int) -> None:
        lease = await limiter.acquire()
        order.append(number)
        await asyncio.sleep(0.01)
        limiter.release(lease)

    async with asyncio.TaskGroup() as group:
        for number in range(10):
            group.create_task(attempt(number))
    assert order == list(range(10))


def test_the_person_s_number_is_the_ceiling_and_auto_depends_on_where_the_model_runs() -> None:
    assert limiter_for(7, local=False).live.limit == 7
    near, far = limiter_for("auto", local=True), limiter_for("auto", local=False)
    assert (near.live.limit, near.ceiling) == (AUTO_LOCAL_START, AUTO_CEILING)
    assert (far.live.limit, far.ceiling) == (AUTO_START, AUTO_CEILING)


@pytest.mark.parametrize(("number", "first"), [(16, 16), (50, 40), (100, 40), (256, 102)])
def test_of_a_large_number_two_fifths_begin(number: int, first: int) -> None:
    limiter = limiter_for(number, local=False)
    assert (limiter.live.limit, limiter.ceiling) == (first, number)


@pytest.mark.parametrize(("number", "trips"), [(50, 1), (100, 3), (256, 3)])  # in whole waves
async def test_a_server_without_a_limit_pays_little_for_the_careful_start(number: int, trips: int) -> None:
    async def server() -> RateLimits | None:
        await asyncio.sleep(0.2)
        return None

    told = await work(limiter_for(number, local=False, clock=now), server, 20 * number)
    assert told.took_s / 0.2 - 20 <= trips + 0.01
