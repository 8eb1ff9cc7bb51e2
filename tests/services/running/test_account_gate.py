"""Runs of one account in several processes: they wait together, and share what is allowed instead of each taking it."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import SecretStr

from engine.limiter import Limiter, limiter_for
from engine.pacer import NO_LEASE
from engine.spec import ModelSettings
from handai_db import AccountRun, Catalogue
from services.home import catalogue_path, open_catalogue
from services.running.account_gate import LIVE_S, Accounts
from storage.accounts import OTHERS_SQL, account_runs
from tests.engine.limited_server import Bucket, Told, now, work
from tests.virtual_time import WITHOUT_THREADS

pytestmark = pytest.mark.anyio

MODEL = ModelSettings(provider="custom", model="m", base_url="http://127.0.0.1:9/v1")
KEY = SecretStr("sk-" + "x" * 30)
POLL_S = 0.3
BEGAN = 1_700_000_000.0
RATE, BURST, ROWS = 50.0, 50.0, 3000


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return WITHOUT_THREADS


@pytest.fixture
def catalogue() -> Iterator[Catalogue]:
    with open_catalogue() as opened:
        yield opened


def wall() -> float:
    return BEGAN + now()


class Ear:
    """Reads the catalogue's file in the same thread: a thread of its own would be outside of virtual time."""

    def __init__(self, catalogue: Catalogue, run_id: str) -> None:
        self._catalogue = catalogue
        self._run_id = run_id

    async def others_at(self, account: str) -> list[AccountRun]:
        return account_runs(tuple(row) for row in self._catalogue.database.rows(OTHERS_SQL, (account, self._run_id)))


class Process:
    """What one process has of its own: a limiter, and a share in the account."""

    def __init__(
        self, catalogue: Catalogue, name: str, limiter: Limiter, *, model: ModelSettings = MODEL, key: SecretStr = KEY
    ) -> None:
        self.limiter = limiter
        self.accounts = Accounts(name, wall)
        self.accounts.add(model, key, limiter)
        self._ear = Ear(catalogue, name)

    async def exchange(self) -> None:
        await self.accounts.exchange(self._ear)

    @asynccontextmanager
    async def living(self) -> AsyncIterator[None]:
        await self.accounts.join()
        talking = asyncio.create_task(self._talk())
        try:
            yield
        finally:
            talking.cancel()
            await self.accounts.leave()

    async def _talk(self) -> None:
        while True:
            await asyncio.sleep(POLL_S)
            await self.exchange()


def limiter(concurrency: int | str = 100, rpm: int | None = None) -> Limiter:
    return limiter_for(concurrency, local=False, rpm=rpm, clock=now)


async def together(
    catalogue: Catalogue, bucket: Bucket, number: int, concurrency: int | str = 100, after_s: float = 0.0
) -> Sequence[Told]:
    """So many processes ask for all the rows between them."""

    async def one(place: int) -> Told:
        await asyncio.sleep(place * after_s)
        process = Process(catalogue, f"run{place}", limiter(concurrency))
        async with process.living():
            return await work(process.limiter, bucket, ROWS // number)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(place)) for place in range(number)]
    return [task.result() for task in tasks]


def refused(told: Sequence[Told]) -> int:
    return sum(one.refused for one in told)


@pytest.mark.parametrize("after_s", [0.0, 10.0])
@pytest.mark.parametrize("concurrency", [100, "auto"])
@pytest.mark.parametrize(
    ("headers", "wish"),
    [(False, lambda _wait: None), (False, lambda wait: float(int(wait) + 1)), (True, lambda _wait: None)],
    ids=["silent", "retry-after", "headers"],
)
async def test_two_processes_waste_hardly_more_than_one(
    catalogue: Catalogue,
    headers: bool,
    wish: Callable[[float], float | None],
    concurrency: int | str,
    after_s: float,
) -> None:
    def bucket() -> Bucket:
        return Bucket(RATE, BURST, headers=headers, wish=wish, refused_after_s=0.2)

    alone = refused(await together(catalogue, bucket(), 1, concurrency))
    began = now()
    both = await together(catalogue, bucket(), 2, concurrency, after_s)
    assert sum(one.done for one in both) == ROWS
    # Those that begin in the same moment have sent their first waves before either knows of the other.
    assert refused(both) <= alone + (0.018 if headers and not after_s else 0.006) * ROWS
    assert ROWS / (BURST + RATE * (now() - began)) >= 0.8


async def test_while_one_is_told_to_wait_the_others_send_nothing(catalogue: Catalogue) -> None:
    first, second = (Process(catalogue, name, limiter(4)) for name in ("a", "b"))
    async with first.living(), second.living():
        first.limiter.pushed_back(NO_LEASE, 7.0, "the provider limits the rate", gate=True)
        told_at = now()
        await asyncio.sleep(2.5 * POLL_S)
        assert second.limiter.live.waiting == "waiting 6 s: the provider limits the rate"
        await second.limiter.acquire()
        assert now() - told_at == pytest.approx(7.0, abs=0.01)


async def test_a_wait_that_is_over_in_a_moment_is_nobody_else_s_business(catalogue: Catalogue) -> None:
    first, second = (Process(catalogue, name, limiter(4)) for name in ("a", "b"))
    async with first.living(), second.living():
        first.limiter.pushed_back(NO_LEASE, 0.9, "the provider limits the rate", gate=True)
        await asyncio.sleep(2.5 * POLL_S)
        assert second.limiter.live.waiting is None


async def test_what_was_heard_from_others_is_not_told_on_for_ever(catalogue: Catalogue) -> None:
    processes = [Process(catalogue, name, limiter(4)) for name in ("a", "b", "c")]
    async with processes[0].living(), processes[1].living(), processes[2].living():
        processes[0].limiter.pushed_back(NO_LEASE, 5.0, "x", gate=True)
        await asyncio.sleep(5.1)
        assert [process.limiter.standing().held_s for process in processes] == [0.0, 0.0, 0.0]
        for process in processes[1:]:
            began = now()
            await process.limiter.acquire()
            assert now() == began


async def test_a_killed_process_s_wait_ends_at_its_time_and_its_part_is_free_again(catalogue: Catalogue) -> None:
    killed, other = Process(catalogue, "killed", limiter(4)), Process(catalogue, "other", limiter(4, rpm=60))
    await killed.accounts.join()
    killed.limiter.pushed_back(NO_LEASE, 20.0, "x", gate=True)
    await killed.exchange()  # its last word
    async with other.living():
        await other.limiter.acquire()
        assert now() == pytest.approx(20.0, abs=0.01)  # longer than it is taken for alive
        assert now() > LIVE_S
        await other.limiter.acquire()
        assert now() == pytest.approx(21.0, abs=0.01)  # 60 a minute are its own


async def test_a_clock_that_was_set_back_makes_no_wait_longer(catalogue: Catalogue) -> None:
    first, second = (Process(catalogue, name, limiter(4)) for name in ("a", "b"))
    await first.accounts.join()
    first.limiter.pushed_back(NO_LEASE, 5.0, "x", gate=True)
    await first.exchange()
    second.accounts._wall = lambda: BEGAN - 86_400 + now()  # noqa: SLF001 the clock of its computer
    await second.exchange()
    began = now()
    async with asyncio.timeout(6):
        await second.limiter.acquire()
    await second.exchange()
    assert now() - began <= 5.01
    assert second.limiter.standing().held_s == 0


async def test_requests_a_minute_are_of_the_account(catalogue: Catalogue) -> None:
    sent: list[float] = []
    processes = [Process(catalogue, name, limiter(4, rpm=60)) for name in ("a", "b")]

    async def ask(process: Process) -> None:
        async with process.living():
            for _ in range(90):
                lease = await process.limiter.acquire()
                sent.append(now())
                process.limiter.release(lease)

    async with asyncio.TaskGroup() as group:
        for process in processes:
            group.create_task(ask(process))
    assert max(sum(at <= other < at + 60 for other in sent) for at in sent) <= 61 + 1


@pytest.mark.parametrize(
    "other",
    [
        {"key": SecretStr("sk-" + "y" * 30)},
        {"model": MODEL.model_copy(update={"base_url": "http://127.0.0.1:8/v1"})},
        {"model": MODEL.model_copy(update={"model": "another"})},
    ],
    ids=["key", "address", "model"],
)
async def test_another_key_address_or_model_is_another_account(catalogue: Catalogue, other: dict[str, Any]) -> None:
    first, second = Process(catalogue, "a", limiter(4)), Process(catalogue, "b", limiter(4), **other)
    async with first.living(), second.living():
        first.limiter.pushed_back(NO_LEASE, 7.0, "x", gate=True)
        await asyncio.sleep(1)
        assert second.limiter.live.waiting is None


async def test_the_catalogue_holds_neither_key_nor_address_and_forgets_a_run_that_ends(catalogue: Catalogue) -> None:
    async with Process(catalogue, "a", limiter(4)).living():
        stored = catalogue_path().read_bytes()
        assert KEY.get_secret_value().encode() not in stored
        assert b"127.0.0.1:9" not in stored
        assert catalogue.database.rows("SELECT count(*) AS number FROM account_runs")[0]["number"] == 1
    assert catalogue.database.rows("SELECT count(*) AS number FROM account_runs")[0]["number"] == 0


async def test_one_that_is_alone_writes_every_few_seconds_only(catalogue: Catalogue) -> None:
    changes = catalogue.database.rows
    process = Process(catalogue, "a", limiter(4))
    seen: set[float] = set()
    async with process.living():
        for _ in itertools.repeat(None, 200):
            await asyncio.sleep(POLL_S)
            seen |= {row["seen_at"] for row in changes("SELECT seen_at FROM account_runs")}
    assert 10 <= len(seen) <= 60 / 4 + 1
