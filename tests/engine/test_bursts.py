"""A server that is overloaded, or gone, for a while and worked before: the run waits for it and loses no row."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from engine.limiter import Limiter, limiter_for
from engine.outage import PATIENCE_S
from engine.results import PauseReason
from handai_errors import ErrorKind, ProviderError
from tests.engine.limited_server import now
from tests.engine.memory_run import ran
from tests.engine.scripted import Outcome, ScriptedClient, answer
from tests.virtual_time import WITHOUT_THREADS

pytestmark = pytest.mark.anyio

OVERLOADED = ProviderError(ErrorKind.OVERLOADED, "Busy.", status=503)
GONE = ProviderError(ErrorKind.CONNECTION, "Refused.", unsent=True)


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return WITHOUT_THREADS


def server(
    is_down: Callable[[float], bool], latency_s: float = 0.2, error: ProviderError = OVERLOADED
) -> Callable[[int, int], Awaitable[Outcome]]:
    """Answers after its latency; while it is down it refuses at once."""

    async def asked(_row: int, _number: int) -> Outcome:
        if is_down(now()):
            await asyncio.sleep(0.002)
            return error
        await asyncio.sleep(latency_s)
        return answer()

    return asked


def bursts(at: float) -> bool:
    return at % 60 >= 30


def limiter(concurrency: int | str = 50, *, local: bool = False) -> Limiter:
    return limiter_for(concurrency, local=local, clock=now)


@pytest.mark.parametrize("error", [OVERLOADED, GONE], ids=["overloaded", "gone"])
@pytest.mark.parametrize(
    ("concurrency", "latency_s", "rows"),
    [(1, 0.2, 500), (8, 0.2, 3000), (50, 0.2, 20_000), (100, 1.0, 12_000), ("auto", 0.2, 30_000), ("auto", 2.0, 2000)],
)
async def test_bursts_of_overload_lose_no_row_and_waste_few_calls(
    concurrency: int | str, latency_s: float, rows: int, error: ProviderError
) -> None:
    run = await ran(server(bursts, latency_s, error), rows, limiter(concurrency), local=error is GONE)
    assert run.end.pause is None
    assert run.took_s > 60  # two bursts at least, or it shows nothing
    assert run.done >= 0.98 * rows
    assert run.calls <= 1.3 * rows


@pytest.mark.parametrize(("error", "told"), [(OVERLOADED, "the provider is overloaded"), (GONE, "no connection")])
async def test_progress_says_what_it_waits_for(error: ProviderError, told: str) -> None:
    run = await ran(server(bursts, error=error), 10_000, limiter())
    said = {text for text in run.sink.waiting if text.startswith(told)}
    assert any(re.search(r"; trying again in [1-5] s$", text) for text in said)


async def test_the_log_tells_of_each_wait_once() -> None:
    run = await ran(server(bursts), 17_000, limiter())
    assert 60 < run.took_s < 150
    assert run.sink.events == ["The provider is overloaded: it is asked every few seconds, for 10 minutes at most."] * 2


async def test_while_it_is_down_one_request_at_a_time_tries_every_five_seconds() -> None:
    sent: list[float] = []

    def noted(row: int, number: int) -> Awaitable[Outcome]:
        sent.append(now())
        return server(lambda at: 10 <= at < 100)(row, number)

    run = await ran(noted, 4000, limiter(20))
    assert run.done == 4000
    assert sum(12 < at < 100 for at in sent) <= 22
    assert min(at for at in sent if at > 100) < 105.1


async def test_a_server_that_is_back_is_not_run_over() -> None:
    held: Limiter = limiter(64)
    heard: list[tuple[float, int]] = []

    def noted(row: int, number: int) -> Awaitable[Outcome]:
        heard.append((now(), held.live.in_flight))
        return server(lambda at: 10 <= at < 40)(row, number)

    await ran(noted, 6000, held)
    back = next(at for at, _ in heard if at > 40)
    assert max(number for at, number in heard if back < at < back + 0.3) <= 20
    assert max(number for at, number in heard if at > back + 5) >= 48


async def test_one_that_stays_down_pauses_the_run_after_some_minutes_and_keeps_every_row_pending() -> None:
    run = await ran(server(lambda at: at > 20), 50_000, limiter())
    assert run.end.pause is PauseReason.CIRCUIT_BREAKER
    assert PATIENCE_S < run.took_s - 20 < PATIENCE_S + 10
    assert len(run.sink.results) == run.done
    assert run.calls <= run.done + 2 * 50 + PATIENCE_S / 5 + 10


@pytest.mark.parametrize("error", [OVERLOADED, GONE], ids=["overloaded", "gone"])
async def test_one_that_never_worked_pauses_the_run_at_once(error: ProviderError) -> None:
    run = await ran(server(lambda _at: True, error=error), 1000, limiter())
    assert run.end.pause is PauseReason.CIRCUIT_BREAKER
    assert run.took_s < 10


async def test_with_another_model_to_ask_nobody_waits() -> None:
    spare = ScriptedClient(server(lambda _at: False), 50)
    run = await ran(server(lambda at: at > 5), 3000, limiter(), others=[(spare, limiter())])
    assert run.end.pause is None
    assert run.done == 3000
    assert run.took_s < 5 + 20
    assert not any("trying again" in text for text in run.sink.waiting)


async def test_the_last_model_is_waited_for() -> None:
    spare = ScriptedClient(server(lambda at: 10 < at < 40), 50)
    run = await ran(server(lambda at: at > 2), 3000, limiter(), others=[(spare, limiter())])
    assert run.end.pause is None
    assert run.done == 3000


async def test_a_row_that_its_server_stumbles_over_fails_as_before() -> None:
    stumbles = ProviderError(ErrorKind.OVERLOADED, "Oops.", status=500)

    async def asked(row: int, _number: int) -> Outcome:
        await asyncio.sleep(0.01)
        return stumbles if row == 199 else answer()

    run = await ran(asked, 200, limiter(1))
    assert run.end.pause is None
    assert (run.done, run.took_s < 60) == (199, True)


async def test_one_in_two_overloaded_goes_on() -> None:
    async def asked(row: int, number: int) -> Outcome:
        await asyncio.sleep(0.1)
        return OVERLOADED if (row + number) % 2 else answer()

    run = await ran(asked, 500, limiter(20))
    assert (run.done, run.took_s < 120) == (500, True)
