"""Slots for attempts: up to the person's limit, fewer while more would not help, one pace for all."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from engine.climber import Climber
from engine.daily_cap import DailyCap
from engine.outage import Outage, says_nobody_is_served
from engine.pacer import Lease, Pacer, Weighed
from engine.results import LiveState
from engine.retry import PUSHBACK, THROTTLES
from handai_errors import ErrorKind, HandaiError, ProviderError
from providers.base import RateLimits, Usage

AUTO_START = 8
AUTO_CEILING = 100
AUTO_LOCAL_START = 2
AUTO_NEARBY_START = 4  # a server of one's own, or something that stands before one far away
_START_AT_LEAST = 40  # if the person allows as many
_START_SHARE = 0.4  # of what is allowed; the rest once answers tell whether there is a limit
_PROOF = 2.0  # times the first slots answered: a bucket that holds one wave is found out by the second,
_PROOF_S = 0.6  # but no longer than this after the first request: slow answers are few enough
_DECREASE = 0.75
_CUT_INTERVAL_S = 1.0
_BACK_SHARE = 0.25  # of the slots: a server that is back is not run over
_SHORTEST_WAIT_S = 0.001  # less is rounding
_SLOW_GROWTH = 0.05  # slots an answer
_RAMP = 2.0  # times the slots, a second, at most
_TOLD_STEP = 4.0  # as many an answer where headers tell what is left: then it is the pace that holds back
_GROWN = 2.0  # times as long as usual: then it looks whether fewer in flight do as well


class LimiterClosedError(Exception):
    """No more slots are given: the run drains, because of `why` if it has not done so before."""

    def __init__(self, why: HandaiError | None = None) -> None:
        super().__init__()
        self.why = why


@dataclass(frozen=True, slots=True)
class Standing:
    """For how many seconds nobody sends and why, and what the account seems to allow a second."""

    held_s: float
    reason: str | None
    pace: float | None


class Limiter:
    """Additive increase, multiplicative decrease, never more than helps, and a pacer that says when."""

    def __init__(
        self,
        *,
        ceiling: int,
        start: int | None = None,
        pacer: Pacer | None = None,
        climber: Climber | None = None,
        daily: DailyCap | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._ceiling = ceiling
        self._limit = float(min(start or ceiling, ceiling))
        self._fast_to = float(ceiling)  # up to there a slot is added with each answer
        self._unproven, self._proven_at = _PROOF * self._limit, float("inf")
        self._room = 0.0
        self._grew_at = clock()
        self._pacer = pacer or Pacer()
        self._climber = climber
        self._daily = daily
        self._outage: Outage | None = Outage()
        self._clock = clock
        self._runs = 1
        self._in_flight = 0
        self._last_cut = float("-inf")
        self._waiters: deque[tuple[asyncio.Future[Lease], Weighed | None]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def ceiling(self) -> int:
        """The most slots there can ever be."""
        return self._ceiling

    @property
    def live(self) -> LiveState:
        """Slots in use, slots now, and why there are not more."""
        return LiveState(self._in_flight, self._slots, self._pacer.waiting(self._clock()))

    @property
    def sits_out(self) -> bool:
        """Whether it waits for a server that worked before and serves nobody now."""
        return self._outage is not None and self._outage.is_on

    @property
    def waited_s(self) -> float:
        """For how long it has done so."""
        return 0.0 if self._outage is None else self._outage.lasted_s(self._clock())

    def moves_on(self) -> None:
        """Wait for no server: there is another one to ask."""
        self._outage = None

    def hold(self, seconds: float, reason: str) -> None:
        """Send nothing for so long, because another run of the account was told to wait."""
        self._pacer.hold(seconds, reason, self._clock())

    def share(self, runs: int, pace: float | None) -> None:
        """Take one part of what an account allows that so many runs use; `pace` is what all of them may do together."""
        if runs > 1 and self._proven_at == float("inf"):  # nothing was sent: the first wave is a part of one
            self._limit = max(1.0, self._limit * self._runs / runs)
        self._runs = runs
        self._pacer.share(runs, pace, self._clock())
        self._grant()

    def standing(self) -> Standing:
        """What other runs of the account should know."""
        now = self._clock()
        return Standing(*self._pacer.own_gate(now), self._pacer.account_pace(now))

    @property
    def _slots(self) -> int:
        return int(self._limit) if self._climber is None else min(int(self._limit), self._climber.cap)

    async def acquire(self, request: Weighed | None = None) -> Lease:
        """A slot for a request. Raises LimiterClosedError when the run drains."""
        if self._closed:
            raise LimiterClosedError
        if not self._waiters and self._in_flight < self._slots:
            now, weight = self._clock(), self._weight(request)
            if self._pacer.wait_s(now, weight) <= 0:
                if (why := self._used_up()) is not None:
                    raise LimiterClosedError(why)
                return self._take(now, weight)
        waiter: asyncio.Future[Lease] = asyncio.get_running_loop().create_future()
        self._waiters.append((waiter, request))
        self._grant()
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self.release(waiter.result())
            raise

    def release(self, lease: Lease) -> None:
        """Give a slot back."""
        self._in_flight -= 1
        self._pacer.ended(lease)
        self._grant()

    def close(self) -> None:
        """Refuse every waiting and coming request for a slot."""
        self._closed = True
        if self._timer:
            self._timer.cancel()
        while self._waiters:
            waiter, _ = self._waiters.popleft()
            if not waiter.done():
                waiter.set_exception(LimiterClosedError())

    def answered(self, lease: Lease, limits: RateLimits | None, usage: Usage) -> None:
        """Learn from an answer: grow, and keep to what the provider says is left."""
        now = self._clock()
        if self._outage is not None and self._outage.answered(lease.sent_at):
            self._pacer.go_on()
        self._pacer.answered(lease, limits, usage, now)
        self._grow(now)
        if self._climber is not None:
            self._climber.answered(now, lease.sent_at, lease.in_flight, usage.completion_tokens)

    def _grow(self, now: float) -> None:
        is_fast = self._limit < self._fast_to
        if is_fast and self._unproven > 0 and not self._pacer.is_told and now < self._proven_at:
            self._unproven -= 1
            return
        if is_fast:  # one an answer, but not as fast as answers may come: what follows has to be heard
            most = _TOLD_STEP if self._pacer.is_told else 1.0
            self._room = min(most * self._limit, self._room + most * _RAMP * self._limit * (now - self._grew_at))
            self._grew_at = now
            step = min(most, self._room)
            self._room -= step
        else:
            step = max(1.0 / self._limit, _SLOW_GROWTH)
        self._limit = min(float(self._ceiling), self._limit + step)

    def refused(self, lease: Lease, error: ProviderError) -> None:
        """Learn from a request that failed."""
        if says_nobody_is_served(error) and self._sit_out(lease, error):
            return
        if error.kind in PUSHBACK:
            for_rate = error.kind in THROTTLES
            gate = for_rate or error.retry_after_s is not None
            self.pushed_back(lease, error.retry_after_s, error.facts.title.lower(), gate=gate, for_rate=for_rate)
        elif error.kind is ErrorKind.TIMEOUT and self._climber is not None:
            self._climber.timed_out(self._clock())

    def pushed_back(
        self, lease: Lease, retry_after_s: float | None, reason: str, *, gate: bool, for_rate: bool = True
    ) -> None:
        """Learn from a refusal: fewer slots, and with `gate` nobody sends before the provider's time."""
        now = self._clock()
        self._fast_to = 0.0
        if not (for_rate and self._pacer.knows_the_pace):
            self._cut(now)
        if gate:
            self._pacer.refused(lease, retry_after_s, reason, now, for_rate=for_rate)

    def _cut(self, now: float) -> None:
        if now - self._last_cut >= _CUT_INTERVAL_S:
            self._limit = max(1.0, self._slots * _DECREASE)
            self._last_cut = now

    def _sit_out(self, lease: Lease, error: ProviderError) -> bool:
        """Whether the server is waited for, because it worked and serves nobody now."""
        now, was_on = self._clock(), self.sits_out
        if self._outage is None:
            return False
        wait_s = self._outage.failed(now, lease.sent_at, min(lease.in_flight, self._slots))
        if wait_s is None:
            return False
        if not was_on:
            self._cut(now)
            self._fast_to, self._unproven = self._limit, 0.0
            self._limit = max(1.0, _BACK_SHARE * self._limit)
        self._pacer.sit_out(lease, max(wait_s, error.retry_after_s or 0.0), error.facts.title.lower(), now)
        return True

    def _weight(self, request: Weighed | None) -> int:
        return request.bound_tokens if request is not None and self._pacer.weighs else 0

    def _used_up(self) -> HandaiError | None:
        """Why no request may be sent any more today; None counts one as sent."""
        return None if self._daily is None or self._daily.take() else self._daily.why

    def _take(self, now: float, weight: int) -> Lease:
        self._in_flight += 1
        self._proven_at = min(self._proven_at, now + _PROOF_S)
        return self._pacer.sent(now, self._in_flight, weight)

    def _grant(self) -> None:
        while self._waiters and self._in_flight < self._slots:
            waiter, request = self._waiters[0]
            if waiter.done():
                self._waiters.popleft()
                continue
            now, weight = self._clock(), self._weight(request)
            wait_s = self._pacer.wait_s(now, weight)
            if wait_s > 0:
                self._wake_in(wait_s)
                return
            self._waiters.popleft()
            if (why := self._used_up()) is not None:
                waiter.set_exception(LimiterClosedError(why))
            else:
                waiter.set_result(self._take(now, weight))

    def _wake_in(self, seconds: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(max(seconds, _SHORTEST_WAIT_S), self._grant)


def limiter_for(
    concurrency: int | str,
    *,
    local: bool,
    nearby: bool = False,
    rpm: int | None = None,
    spacing_s: float | None = None,
    timeout_s: float | None = None,
    daily: DailyCap | None = None,
    clock: Callable[[], float] = monotonic,
) -> Limiter:
    """The limiter that a run's settings ask for; `auto` finds its way, a number is as far as it may go."""
    pacer = Pacer(spacing_s or 0.0, 60.0 / rpm if rpm else 0.0)
    ceiling = concurrency if isinstance(concurrency, int) else AUTO_CEILING
    if isinstance(concurrency, int):
        cap, first = ceiling, min(ceiling, max(_START_AT_LEAST, int(ceiling * _START_SHARE)))
    else:
        first = AUTO_LOCAL_START if local else AUTO_NEARBY_START if nearby else AUTO_START
        cap = first if local or nearby else ceiling
    climber = Climber(ceiling, cap, first=first, grown=_GROWN, patience=1, timeout_s=timeout_s)
    return Limiter(
        ceiling=ceiling,
        start=ceiling if cap < ceiling else first,
        pacer=pacer,
        climber=climber,
        daily=daily,
        clock=clock,
    )
