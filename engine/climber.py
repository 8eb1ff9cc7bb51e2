"""Finds how many requests a server works on at once, from what gets done: more in flight must bring more answers."""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from engine.service_times import Gain, ServiceTimes, gain_of, is_slower

_ENOUGH = 0.25  # of the gain that doubling could bring at most
_SURE = 2.0  # standard errors
_FEWEST = 8
_MOST_SAMPLES = 64
_MOST_OF_THEM = 0.9
_FULL = 0.75  # of the level: a request sent with fewer in flight says nothing about it
_PATIENCE = 6  # rounds until it looks again after a look that brought nothing
_LONGEST_PATIENCE = 96
_TIMEOUTS = 10
_TIMED_OUT_SHARE = 0.3


class _Look(StrEnum):
    UP = "up"
    DOWN = "down"


@dataclass(slots=True)
class _Trial:
    look: _Look
    before: ServiceTimes


class Climber:
    """The most requests in flight that help; it moves by doubling and halving, and only on evidence.

    A server with some slots makes the others queue: latency grows, and nothing more gets done. Then the lower level is
    kept. Where more gets done, however slowly, the higher one is. A long tail or a slower server is no evidence.
    """

    def __init__(
        self, ceiling: int, start: int, *, first: int, grown: float, patience: int, timeout_s: float | None = None
    ) -> None:
        self.cap = min(start, ceiling)
        self._ceiling = ceiling
        self._grown = grown
        self._longest_s = timeout_s / 2 if timeout_s else None
        self._first = ServiceTimes(first)
        self._first_answer_at = float("inf")
        self._here = ServiceTimes(self.cap)
        self._since = float("-inf")
        self._trial: _Trial | None = None
        self._patience = patience  # rounds
        self._answers = 0
        self._usual: ServiceTimes | None = None
        self._falling = False
        self._timed_out: deque[bool] = deque(maxlen=2 * _TIMEOUTS)

    @property
    def _round(self) -> int:
        return max(_FEWEST, self.cap)

    def answered(self, now: float, sent_at: float, in_flight: int, tokens: int | None) -> None:
        """Learn from an answer to a request that was sent with `in_flight` of them under way."""
        self._timed_out.append(False)
        latency_s = now - sent_at
        if self._usual is None:
            self._note_first(now, sent_at, latency_s, tokens)
        if sent_at < self._since or in_flight < _FULL * self.cap:
            return
        self._here.add(latency_s, tokens)
        self._answers += 1
        if self._trial is not None:
            self._judge(self._trial, now)
        elif self._answers % self._round == 0:
            self._look(now)

    def _note_first(self, now: float, sent_at: float, latency_s: float, tokens: int | None) -> None:
        """Take as usual the first requests sent, not the first answered, which are the quick ones."""
        self._first_answer_at = min(self._first_answer_at, now)
        if sent_at <= self._first_answer_at:
            self._first.add(latency_s, tokens)
        if len(self._first) >= int(_MOST_OF_THEM * self._first.level):
            self._usual = self._first

    def timed_out(self, now: float) -> None:
        """Learn from a request without an answer in time: when that is common, half as many are sent."""
        self._timed_out.append(True)
        if len(self._timed_out) >= _TIMEOUTS and sum(self._timed_out) > _TIMED_OUT_SHARE * len(self._timed_out):
            self._timed_out.clear()
            self._trial = None
            self._rest()
            self._go(max(1, self.cap // 2), now)

    def _look(self, now: float) -> None:
        if self.cap > 1 and (self._falling or self._is_slower()):
            self._try(_Look.DOWN, now)
        elif self._answers >= self._patience * self._round and self._may_grow():
            self._try(_Look.UP, now)

    def _is_slower(self) -> bool:
        return self._usual is not None and is_slower(self._usual, self._here, self._grown, _SURE)

    def _may_grow(self) -> bool:
        is_quick = self._longest_s is None or 2 * self._here.mean_s < self._longest_s
        return is_quick and self.cap < self._ceiling

    def _try(self, look: _Look, now: float) -> None:
        self._trial = _Trial(look, self._here)
        self._go(min(self._ceiling, 2 * self.cap) if look is _Look.UP else max(1, self.cap // 2), now)

    def _judge(self, trial: _Trial, now: float) -> None:
        number = len(self._here)
        if number < self._round or number % (self._round // 2 or 1):
            return
        high, low = (self._here, trial.before) if trial.look is _Look.UP else (trial.before, self._here)
        gain = gain_of(low, high)
        is_last = number >= max(_MOST_SAMPLES, 2 * self._round)
        if gain is None:
            return
        if trial.look is _Look.UP:
            self._judge_up(gain, trial, now, is_last=is_last)
        else:
            self._judge_down(gain, trial, now, is_last=is_last)

    def _judge_up(self, gain: Gain, trial: _Trial, now: float, *, is_last: bool) -> None:
        if gain.is_over(_ENOUGH, _SURE) or (is_last and gain.share > _ENOUGH):
            self._trial = None
            self._usual = self._here
            self._patience = 1
            if self._may_grow():
                self._try(_Look.UP, now)
        elif is_last or gain.is_under(_ENOUGH, _SURE):
            self._back(trial, now)

    def _judge_down(self, gain: Gain, trial: _Trial, now: float, *, is_last: bool) -> None:
        if gain.is_under(_ENOUGH, _SURE):
            self._trial = None
            self._falling = True
            self._rest()
        elif is_last or gain.is_over(_ENOUGH, _SURE):
            self._falling = False
            self._usual = trial.before  # it is slower now, and fewer in flight don't make it faster
            self._back(trial, now)

    def _back(self, trial: _Trial, now: float) -> None:
        self._trial = None
        self._rest()
        self._go(trial.before.level, now)

    def _rest(self) -> None:
        self._patience = min(_LONGEST_PATIENCE, max(_PATIENCE, 2 * self._patience))

    def _go(self, cap: int, now: float) -> None:
        self.cap = cap
        self._since = now
        self._here = ServiceTimes(cap)
        self._answers = 0
