"""The pace that refusals teach: between two of them the provider let through just what it allows."""

from collections import deque

_FEWEST = 5  # let through; fewer measure nothing
_PLENTY = 10
_FIRST_SHARE = 0.25  # a full bucket was emptied, which says little about its pace
_MEMORY_S = 60.0
_SHORTEST_S = 0.25
_CAUTION = 0.92
_USING_UP = 0.97
_LONG_WAIT_S = 0.5
_LEAST_SHARE = 0.5
_EAGER_CREEP = 0.3  # while there was only one refusal: the next one tells
_CREEP = 0.005  # of the pace, a second
_LEAP = 0.0005  # of the pace, a second squared: a limit that was lifted is found again
_REFILLED = 2  # requests
_FORGET_S = 90.0


class LearnedPace:
    """Requests a second that seem allowed; None until a refusal, and again when long enough none came.

    A refusal means that nothing is left just then. So what was let through from one to the next, over the time between
    them, is the provider's own pace, however large its bucket. From a little below it the pace creeps up again.
    """

    def __init__(self) -> None:
        self._began: float | None = None
        self._refusals: deque[tuple[float, int]] = deque()  # (heard at, let through by then)
        self._let_through = 0
        self._before: tuple[float | None, bool] = (None, False)
        self._known: float | None = None
        self._is_measured = False
        self._since = float("-inf")  # when a pace was last learned
        self._caution = _CAUTION
        self._last_sent = float("-inf")

    @property
    def is_sure(self) -> bool:
        """Whether there were two refusals to measure between."""
        return self._is_measured

    def pace(self, now: float) -> float | None:
        """Requests a second."""
        if self._known is None:
            return None
        since = now - self._since
        if since > _FORGET_S:
            self._known = None
            return None
        if not self._is_measured:
            return self._known * (1 + _EAGER_CREEP * since)
        return self._known * (self._caution + _CREEP * since + _LEAP * since * since)

    def adopt(self, pace: float, now: float) -> None:
        """Begin with a pace that others found out; what is learned here comes in its place."""
        self._known, self._is_measured, self._since = pace, False, now

    def divide(self, by: float) -> None:
        """Keep to so much less, because more share what is allowed."""
        if self._known is not None:
            self._known /= by

    def short_wait_s(self, now: float, otherwise: float) -> float:
        """The time in which a request or two are refilled, once the pace was measured."""
        pace = self.pace(now) if self._is_measured else None
        return min(otherwise, _REFILLED / pace) if pace else otherwise

    def waits(self, seconds: float) -> None:
        """Note how long nobody sends: after a long wait there is something to use up."""
        self._caution = _USING_UP if seconds >= _LONG_WAIT_S else _CAUTION

    def wait_s(self, now: float) -> float:
        """Seconds until the next request is due."""
        pace = self.pace(now)
        return max(0.0, self._last_sent + 1 / pace - now) if pace else 0.0

    def sent(self, now: float) -> None:
        """Note a request."""
        if self._began is None:
            self._began = now
        self._let_through += 1
        self._last_sent = now

    def refused(self, now: float, sent_at: float, *, guesses: bool = True) -> None:
        """Learn from a refusal for the rate's sake; one of a request sent before the last was heard belongs to that."""
        self._let_through -= 1
        if self._refusals and sent_at <= self._refusals[-1][0]:
            heard_at, let_through = self._refusals[-1]
            self._refusals[-1] = (heard_at, let_through - 1)
        else:
            self._before = (self.pace(now), self._is_measured)
            while self._refusals and now - self._refusals[0][0] > _MEMORY_S:
                self._refusals.popleft()
            self._refusals.append((now, self._let_through))
        self._learn(guesses=guesses)

    def _learn(self, *, guesses: bool) -> None:
        *earlier, (at, let_through) = self._refusals
        pace, self._is_measured = self._before
        self._known, self._since = pace, at
        bases = earlier or [(at if self._began is None else self._began, 0)]
        base = next((base for base in reversed(bases) if let_through - base[1] >= _FEWEST), None)
        if base is None or not (earlier or guesses):
            return
        measured = (let_through - base[1]) / max(at - base[0], _SHORTEST_S)
        if not earlier:
            measured = measured * _FIRST_SHARE if pace is None else min(measured, pace)
        elif let_through - earlier[-1][1] < _PLENTY:  # a wait in which little was sent measures little
            measured = max(measured, _LEAST_SHARE * (pace or 0.0))
        self._known, self._is_measured = measured, bool(earlier)
