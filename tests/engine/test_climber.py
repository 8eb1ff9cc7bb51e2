"""How many requests a server works on at once is found from what gets done, and a long tail is no evidence."""

import random
from typing import Any

import pytest

from engine.climber import Climber
from engine.limiter import Limiter, limiter_for
from tests.engine.limited_server import Slots, heavy_tail, now, work
from tests.virtual_time import VIRTUAL_TIME

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return VIRTUAL_TIME


def jittered(mean_s: float, seed: int = 0) -> Any:  # noqa: ANN401 a function of nothing
    chance = random.Random(seed)
    return lambda: mean_s * chance.uniform(0.8, 1.2)


@pytest.mark.parametrize("slots", [1, 4, 8])
async def test_auto_finds_about_as_many_as_a_local_server_has_slots(slots: int) -> None:
    limiter = limiter_for("auto", local=True, clock=now)
    told = await work(limiter, Slots(slots, jittered(1.0)), 150 * slots)
    late = [limit for at, limit in told.limits if at > told.took_s / 2]
    assert slots <= min(late) <= max(late) <= max(4, 2 * slots)
    assert told.took_s <= 1.15 * 150


@pytest.mark.parametrize("slots", [1, 4])
async def test_a_number_far_too_large_for_a_local_server_comes_down(slots: int) -> None:
    limiter = limiter_for(64, local=True, clock=now)
    told = await work(limiter, Slots(slots, jittered(1.0)), 1500)
    assert told.limits[-200][1] <= 2 * slots
    assert told.took_s <= 1.05 * 1500 / slots


@pytest.mark.parametrize("concurrency", [100, "auto"])
@pytest.mark.parametrize("seed", range(4))
async def test_a_heavy_tail_does_not_shrink_it(concurrency: int | str, seed: int) -> None:
    limiter = limiter_for(concurrency, local=False, clock=now)
    told = await work(limiter, Slots(10_000, heavy_tail(1.0, seed=seed)), 4000)
    late = sorted(limit for at, limit in told.limits if at > told.took_s / 3)
    assert late[len(late) // 10] == 100


async def test_a_server_that_becomes_slower_for_all_is_not_starved() -> None:
    limiter, slow = limiter_for(40, local=False, clock=now), 1.0
    server = Slots(10_000, lambda: slow)
    await work(limiter, server, 800)
    slow = 5.0
    told = await work(limiter, server, 1200)
    assert limiter.live.limit == 40
    assert told.took_s <= 1.4 * 1200 * 5 / 40


async def test_a_server_that_gets_more_slots_is_used_again() -> None:
    limiter = limiter_for("auto", local=True, clock=now)
    await work(limiter, Slots(2, jittered(1.0)), 200)
    assert limiter.live.limit <= 4
    told = await work(limiter, Slots(32, jittered(1.0)), 3000)
    assert limiter.live.limit >= 32
    assert told.took_s <= 2 * 3000 / 32


async def test_long_answers_after_short_ones_are_no_queue_where_tokens_are_told() -> None:
    limiter = limiter_for(40, local=False, clock=now)
    await work(limiter, Slots(10_000, lambda: 1.0), 400, tokens=50)
    told = await work(limiter, Slots(10_000, lambda: 6.0), 400, tokens=300)
    assert {limit for _, limit in told.limits} == {40}


def test_when_most_requests_time_out_half_as_many_are_sent_and_never_none() -> None:
    climber = Climber(64, 64, first=32, grown=2.0, patience=1, timeout_s=120)
    caps = []
    for at in range(100):
        climber.timed_out(float(at))
        caps.append(climber.cap)
    assert caps[:30:10] == [64, 32, 16]
    assert caps[-1] == 1


def test_a_tenth_that_never_answers_changes_nothing() -> None:
    climber = Climber(64, 64, first=32, grown=2.0, patience=1, timeout_s=120)
    for at in range(1000):
        if at % 10:
            climber.answered(float(at), float(at) - 1, 64, None)
        else:
            climber.timed_out(float(at))
    assert climber.cap == 64


async def test_answers_near_the_timeout_let_nothing_grow() -> None:
    climber = Climber(64, 2, first=2, grown=2.0, patience=1, timeout_s=3.0)
    limiter = Limiter(ceiling=64, climber=climber, clock=now)
    await work(limiter, Slots(10_000, lambda: 1.0), 200)
    assert climber.cap == 2


@pytest.mark.parametrize("slots", [1, 4, 8])
async def test_a_custom_server_nearby_ends_at_one_to_four_times_its_slots(slots: int) -> None:
    limiter = limiter_for("auto", local=False, nearby=True, clock=now)
    told = await work(limiter, Slots(slots, lambda: 1.0), 150 * slots)
    assert slots <= told.limits[-1][1] <= 4 * slots
    assert told.took_s <= 1.1 * 150
