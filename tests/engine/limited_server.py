"""Servers in virtual time for the tests of the limiter: with a bucket, with slots, with a storm."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from engine.limiter import Limiter
from engine.pacer import Lease
from providers.base import Allowance, RateLimits, Usage


def now() -> float:
    return asyncio.get_running_loop().time()


class RefusedError(Exception):
    """A 429 or 503; `wish_s` is its Retry-After."""

    def __init__(self, wish_s: float | None = None, *, overloaded: bool = False) -> None:
        super().__init__()
        self.wish_s = wish_s
        self.overloaded = overloaded


@dataclass
class Bucket:
    """Allows `rate` a second and `burst` at once; with `window_s` it is full again at the end of each instead."""

    rate: float
    burst: float
    latency_s: float = 0.2
    headers: bool = True
    wish: Callable[[float], float | None] = lambda _wait: None
    window_s: float | None = None
    refused_after_s: float = 0.0
    level: float = field(init=False)
    at: float = 0.0

    def __post_init__(self) -> None:
        self.level = self.burst

    def refill(self) -> None:
        """Add what came in since the last request."""
        if self.window_s is None:
            self.level = min(self.burst, self.level + (now() - self.at) * self.rate)
            self.at = now()
        elif now() - self.at >= self.window_s:
            self.at = now() - (now() - self.at) % self.window_s
            self.level = self.burst

    async def __call__(self) -> RateLimits | None:
        self.refill()
        await asyncio.sleep(0.001)
        if self.level < 1:
            wish_s = self.wish((1 - self.level) / self.rate)
            await asyncio.sleep(self.refused_after_s)
            raise RefusedError(wish_s)
        self.level -= 1
        full_s = (self.burst - self.level) / self.rate
        reset = full_s if self.window_s is None else self.at + self.window_s - now()
        left = int(self.level)
        await asyncio.sleep(self.latency_s)
        return RateLimits(Allowance(left, reset_s=reset)) if self.headers else None


class Slots:
    """A local server that works on `slots` requests at a time; the others queue, and none is ever refused."""

    def __init__(self, slots: int, service: Callable[[], float]) -> None:
        self.slots = asyncio.Semaphore(slots)
        self.service = service

    async def __call__(self) -> RateLimits | None:
        async with self.slots:
            await asyncio.sleep(self.service())
        return None


def heavy_tail(median_s: float, sigma: float = 1.0, seed: int = 0) -> Callable[[], float]:
    """Service times of which a few are very long."""
    chance = random.Random(seed)
    return lambda: median_s * chance.lognormvariate(0, sigma)


@dataclass
class Told:
    """What a job over a limiter did."""

    done: int = 0
    refused: int = 0
    sent: list[float] = field(default_factory=list)
    limits: list[tuple[float, int]] = field(default_factory=list)
    waiting: set[str] = field(default_factory=set)
    took_s: float = 0.0


async def work(
    limiter: Limiter, server: Callable[[], object], rows: int, told: Told | None = None, tokens: int | None = None
) -> Told:
    """Ask `rows` times through the limiter, refused ones again, as the runner does."""
    told = told or Told()
    left = rows
    began = now()

    async def worker() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            lease = await limiter.acquire()
            told.sent.append(now())
            try:
                limits = await server()  # type: ignore[misc]  # any of the servers above
                limiter.answered(lease, limits, Usage(10, tokens))
                told.done += 1
            except RefusedError as error:
                told.refused += 1
                left += 1
                _refused(limiter, lease, error)
            finally:
                limiter.release(lease)
            told.limits.append((now(), limiter.live.limit))
            told.waiting.add(limiter.live.waiting or "")

    async with asyncio.TaskGroup() as group:
        for _ in range(limiter.ceiling):
            group.create_task(worker())
    told.took_s = now() - began
    return told


def _refused(limiter: Limiter, lease: Lease, error: RefusedError) -> None:
    limiter.pushed_back(
        lease, error.wish_s, "the provider limits the rate", gate=not error.overloaded, for_rate=not error.overloaded
    )
