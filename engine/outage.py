"""A server that worked and serves nobody for a while: it is waited for, and one request at a time finds out when."""

from handai_errors import ErrorKind, ProviderError

PATIENCE_S = 600.0  # as long as the longest Retry-After that is waited for; a request each five seconds costs nothing
_FEWEST = 5  # in a row; fewer may be one row's fault, asked again and again
_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 5.0
_MAYBE_THE_ROW = frozenset({500})  # a server that stumbles over what a row says answers it too


def says_nobody_is_served(error: ProviderError) -> bool:
    """Whether it tells of the server and not of the row: overloaded, or nobody takes the connection."""
    if error.kind is ErrorKind.OVERLOADED:
        return error.status not in _MAYBE_THE_ROW
    return error.kind is ErrorKind.CONNECTION and error.unsent


class Outage:
    """Begins when about as many requests as there were in flight fail in a row, ends with the first answer.

    A server that never worked has none: what is wrong there does not pass by waiting.
    """

    def __init__(self) -> None:
        self._worked = False
        self._in_a_row = 0
        self._enough = _FEWEST
        self._heard_at = float("inf")  # the first of the row
        self._since: float | None = None
        self._wait_s = _FIRST_WAIT_S
        self._waits_from = float("-inf")

    @property
    def is_on(self) -> bool:
        """Whether it is waited for now."""
        return self._since is not None

    def lasted_s(self, now: float) -> float:
        """For how long it has been waited for; 0 when it is not."""
        return 0.0 if self._since is None else now - self._since

    def failed(self, now: float, sent_at: float, in_flight: int) -> float | None:
        """Note one that was not served, sent as one of so many; seconds in which nobody sends, None if all may."""
        if not self._worked:
            return None
        if not self._in_a_row:
            self._heard_at = now
            self._enough = max(_FEWEST, in_flight)
        self._in_a_row += 1
        if self._since is None:
            if self._in_a_row < self._enough:
                return None
            self._since, self._wait_s = now, _FIRST_WAIT_S
        elif sent_at > self._waits_from:  # it tried; the others are of the wave that was in flight
            self._wait_s = min(_LONGEST_WAIT_S, 2 * self._wait_s)
        else:
            return 0.0
        self._waits_from = now
        return self._wait_s

    def answered(self, sent_at: float) -> bool:
        """Note an answer; true when it ends the outage. One that was under way before says nothing."""
        self._worked = True
        was_on = self._since is not None
        if sent_at <= self._waits_from if was_on else sent_at < self._heard_at:
            return False
        self._since = None
        self._in_a_row = 0
        self._heard_at = float("inf")
        return was_on
