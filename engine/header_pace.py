"""One budget that a provider tells about in its headers: how fast it refills, and when the next request fits."""

from collections import deque
from dataclasses import dataclass

from providers.values import value

LONGEST_RESET_S = 120.0  # in a longer time much can change: it asks
_MEMORY_S = 10.0
_SHORTEST_S = 0.15  # of watching before a refill is believed
_THIN_S = 0.02
_BURST_S = 0.05
_SURE_UNITS = 5  # fewer say little about a pace: resets are rounded
_ASK_AGAIN_S = 1.0
_RESERVE = 0.2  # of the budget, kept for what is on its way and for others who use the account
_LEAST_RESERVE = 3.0
_TRIED_AT_RESET = 0.1  # of the budget: sent when it should be full again and no answer has said so yet


@dataclass(slots=True)
class _Burst:
    """Requests sent so close together that the provider may see them in another order."""

    began: float
    before: float  # spent before it
    answered: float = 0.0
    least: float = float("inf")


@value(frozen=True, slots=True)
class Mark:
    """A request as its budget sees it."""

    burst: _Burst
    sent_at: float
    cost: float


class HeaderPace:
    """Spreads requests so that the budget is never empty, whether it refills steadily or at the end of a window.

    What is left plus what was spent so far grows only by what the provider refills, so its slope is the refill, net of
    what others on the same account use. Above the reserve nothing waits; within it requests go at the refill's pace,
    slower the less is left. A budget that does not refill before its reset is spread over the time until then.
    """

    def __init__(self) -> None:
        self.runs = 1  # of ours that share the budget: each keeps more of it back, not knowing what the others send
        self._spent = 0.0
        self._burst = _Burst(float("-inf"), 0.0)
        self._seen: deque[tuple[float, float]] = deque()  # (sent at, left + spent by then)
        self._full = 0.0
        self._last_left = 0.0
        self._full_at: float | None = None
        self._may_be_full_at = float("inf")
        self._spent_at_reset: float | None = None
        self._refill: float | None = None  # a second, as watched
        self._guess = 0.0
        self._is_window = False
        self._last_sent = float("-inf")

    @property
    def is_told(self) -> bool:
        """Whether any answer told of it."""
        return bool(self._seen)

    @property
    def refill(self) -> float | None:
        """Requests or tokens a second, as watched."""
        return self._refill

    def sent(self, now: float, cost: float) -> Mark:
        """Note a request; its answer is told with the mark."""
        if self._full_at is not None and now >= self._full_at and self._spent_at_reset is None:
            self._spent_at_reset = self._spent
        if self._seen:
            self._note_overflow(now)
        if now - self._burst.began > _BURST_S:
            self._burst = _Burst(now, self._spent)
        self._spent += cost
        self._last_sent = now
        return Mark(self._burst, now, cost)

    def _note_overflow(self, now: float) -> None:
        """What ran over while it was full is as good as spent: before the burst that goes on, and since."""
        burst, (at, total) = self._burst, self._seen[-1]
        if burst.began > at and now - burst.began <= _BURST_S:
            over = max(0.0, total + self._steady * (burst.began - at) - burst.before - self._full)
            burst.before += over
            self._spent += over
        self._spent += max(0.0, self._refilled(now) - self._full)

    def refused(self, mark: Mark) -> None:
        """Note that a request took nothing; a provider that counts it all the same tells so in its next answer."""
        self._spent -= mark.cost

    def told(self, mark: Mark, left: float, reset_s: float | None, now: float) -> None:
        """Learn from an answer."""
        burst = mark.burst
        burst.answered += mark.cost
        # Whichever order they were counted in: after so many there can't be more left than the least that was told.
        self._last_left = left
        self._full = max(self._full, left + 1)
        burst.least = least = min(burst.least, left)
        spent = burst.before + burst.answered
        sent_at = burst.began
        if self._seen and sent_at < self._seen[-1][0]:
            return
        if sent_at >= self._may_be_full_at:
            self._seen.clear()  # it was full in between: how much was refilled can't be told
        self._may_be_full_at = float("inf") if reset_s is None else sent_at + reset_s
        self._full_at = None if reset_s is None else now + min(reset_s, LONGEST_RESET_S)
        self._spent_at_reset = None
        self._note(sent_at, least + spent)
        began, first = self._seen[0]
        if reset_s and self._full - left >= _SURE_UNITS:
            self._guess = (self._full - left) / reset_s  # if it refills steadily
        if sent_at - began >= _SHORTEST_S:
            self._refill = max(0.0, (least + spent - first) / (sent_at - began))
        if reset_s and self._full - left >= _SURE_UNITS:  # what refills until the reset does not explain the reset
            self._is_window = self._steady * reset_s < (self._full - left) / 2

    def _note(self, at: float, total: float) -> None:
        is_same = bool(self._seen) and at == self._seen[-1][0]  # of one burst the last answer says most
        if is_same or (len(self._seen) > 1 and at - self._seen[-2][0] < _THIN_S):
            self._seen[-1] = (at, total)
        else:
            self._seen.append((at, total))
        while at - self._seen[0][0] > _MEMORY_S and len(self._seen) > 2:
            self._seen.popleft()

    def wait_s(self, now: float, cost: float) -> float:
        """Seconds until a request of this cost fits."""
        if not self._seen:
            return 0.0
        until_full = None if self._full_at is None else self._full_at - now
        if self._full < _SURE_UNITS:  # too small a budget to see it refill
            return max(0.0, until_full or 0.0) if self._last_left < cost else 0.0
        left = self._left(now, cost)
        if left < cost:
            return self._until(now, cost - left, until_full)
        reserve = min(max(_RESERVE * self._full * self.runs, _LEAST_RESERVE, cost), self._full / 2)
        if left - cost >= reserve:
            return 0.0
        pace = self._steady * left / reserve
        if self._is_window and until_full is not None and until_full > 0:
            pace = max(pace, left / until_full)
        return max(0.0, self._last_sent + cost / pace - now) if pace > 0 else 0.0

    def _refilled(self, now: float) -> float:
        at, total = self._seen[-1]
        return total + self._steady * (now - at) - self._spent

    def _left(self, now: float, cost: float) -> float:
        left = min(self._full, self._refilled(now))
        if not self._steady and self._full_at is not None and now >= self._full_at:
            since = self._spent - (self._spent if self._spent_at_reset is None else self._spent_at_reset)
            left = max(left, max(_TRIED_AT_RESET * self._full, cost) - since)
        return left

    @property
    def _steady(self) -> float:
        return self._guess if self._refill is None else self._refill

    def _until(self, now: float, missing: float, until_full: float | None) -> float:
        if self._steady:
            return missing / self._steady
        if until_full is None:
            return 0.0  # it does not say when: refusals will tell
        if until_full > 0:
            return until_full
        # It should be full, and no answer has said so: only another one can tell.
        return max(0.0, self._last_sent + _ASK_AGAIN_S - now)
