"""Slots for attempts: up to the person's limit, fewer while the provider pushes back, one gate for all."""

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic

from engine.results import LiveState
from providers.base import RateLimits

AUTO_START = 8
AUTO_CEILING = 64
AUTO_LOCAL = 4
_DECREASE = 0.75
_CUT_INTERVAL_S = 1.0
_BLIND_WAIT_S = 0.5
_BLIND_WAIT_MAX_S = 30.0
_TRUSTED_WISHES = 3
_LONGEST_HEADER_WAIT_S = 120.0


class LimiterClosedError(Exception):
    """No more slots are given: the run drains."""


class Limiter:
    """Additive increase, multiplicative decrease, and a gate that Retry-After closes for everyone."""

    def __init__(
        self, *, ceiling: int, start: int | None = None, rpm: int | None = None, clock: Callable[[], float] = monotonic
    ) -> None:
        self._ceiling = ceiling
        self._limit = float(min(start or ceiling, ceiling))
        self._growing_fast = True
        self._spacing_s = 60.0 / rpm if rpm else 0.0
        self._clock = clock
        self._in_flight = 0
        self._gate_until = self._next_send = self._last_cut = float("-inf")
        self._reason: str | None = None
        self._refusals = 0  # in a row, one a gate
        self._waiters: deque[asyncio.Future[None]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def ceiling(self) -> int:
        """The most slots there can ever be."""
        return self._ceiling

    @property
    def live(self) -> LiveState:
        """Slots in use, slots now, and why there are not more."""
        wait = self._gate_until - self._clock()
        waiting = f"waiting {wait:.0f} s: {self._reason}" if wait >= 0.5 and self._reason else None
        return LiveState(self._in_flight, int(self._limit), waiting)

    async def acquire(self) -> None:
        """Return with a slot; raises LimiterClosedError when the run drains."""
        if self._closed:
            raise LimiterClosedError
        if not self._waiters and self._in_flight < int(self._limit) and self._held_s() <= 0:
            self._take()
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        self._grant()
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self.release()
            raise

    def release(self) -> None:
        """Give a slot back."""
        self._in_flight -= 1
        self._grant()

    def close(self) -> None:
        """Refuse every waiting and coming request for a slot."""
        self._closed = True
        if self._timer:
            self._timer.cancel()
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_exception(LimiterClosedError())

    def succeeded(self, limits: RateLimits | None) -> None:
        """Learn from an answer: grow, and hold back when the provider says that nothing is left."""
        self._refusals = 0
        step = 1.0 if self._growing_fast else 1.0 / self._limit
        self._limit = min(float(self._ceiling), self._limit + step)
        hold = _exhausted_for_s(limits)
        if hold:
            self._hold(hold, "the provider's limit is used up for now")

    def pushed_back(self, retry_after_s: float | None, reason: str, *, gate: bool) -> None:
        """Learn from a refusal: fewer slots, and with `gate` nobody sends before the provider's time."""
        now = self._clock()
        self._growing_fast = False
        if now - self._last_cut >= _CUT_INTERVAL_S:
            self._limit = max(1.0, self._limit * _DECREASE)
            self._last_cut = now
        if not gate:
            return
        wait_s = self._gate_wait_s(retry_after_s)
        if now >= self._gate_until:
            self._refusals += 1
        self._hold(wait_s, reason)

    def _gate_wait_s(self, wish_s: float | None) -> float:
        """The provider's wish; longer where there is none, or where keeping it has not helped for a while."""
        doublings = self._refusals if wish_s is None else self._refusals - _TRUSTED_WISHES
        if doublings < 0:
            return wish_s or 0.0
        return max(wish_s or 0.0, min(_BLIND_WAIT_MAX_S, _BLIND_WAIT_S * 2.0 ** min(doublings, 10)))

    def _hold(self, seconds: float, reason: str) -> None:
        self._gate_until = max(self._gate_until, self._clock() + seconds)
        self._reason = reason

    def _held_s(self) -> float:
        return max(self._gate_until, self._next_send) - self._clock()

    def _take(self) -> None:
        self._in_flight += 1
        if self._spacing_s:
            self._next_send = max(self._next_send, self._clock()) + self._spacing_s

    def _grant(self) -> None:
        while self._waiters and self._in_flight < int(self._limit):
            held = self._held_s()
            if held > 0:
                self._wake_in(held)
                return
            waiter = self._waiters.popleft()
            if not waiter.done():
                self._take()
                waiter.set_result(None)

    def _wake_in(self, seconds: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._grant)


def _exhausted_for_s(limits: RateLimits | None) -> float | None:
    if limits is None:
        return None
    waits = [
        allowance.reset_s
        for allowance in (limits.requests, limits.tokens, limits.input_tokens, limits.output_tokens)
        if allowance is not None and allowance.remaining <= 0 and allowance.reset_s
    ]
    return min(max(waits), _LONGEST_HEADER_WAIT_S) if waits else None


def limiter_for(concurrency: int | str, *, local: bool, rpm: int | None) -> Limiter:
    """The limiter that a run's settings ask for; `auto` starts small and grows while the provider keeps up."""
    if isinstance(concurrency, int):
        return Limiter(ceiling=concurrency, rpm=rpm)
    if local:
        return Limiter(ceiling=AUTO_LOCAL, rpm=rpm)
    return Limiter(ceiling=AUTO_CEILING, start=AUTO_START, rpm=rpm)
