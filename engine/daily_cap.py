"""A person's own limit of requests a day."""

from collections.abc import Callable
from datetime import UTC, datetime

from handai_errors import HandaiError

_LONGEST_DAY_S = 26 * 3600.0  # from a midnight on, this is some time of the next day, also when clocks change


def midnight(now: float) -> float:
    """When the day of a Unix time began on this computer's calendar."""
    here = datetime.fromtimestamp(now, UTC).astimezone()
    return here.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def _tomorrow(now: float) -> float:
    return midnight(midnight(now) + _LONGEST_DAY_S)


class DailyCap:
    """Allows so many requests a day; `sent_today` are those of earlier executions."""

    def __init__(self, most: int, sent_today: int, wall: Callable[[], float]) -> None:
        self._most = most
        self._sent = sent_today
        self._wall = wall
        self._until = _tomorrow(wall())

    def take(self) -> bool:
        """Whether another request may be sent; it counts as sent."""
        now = self._wall()
        if now >= self._until:
            self._sent, self._until = 0, _tomorrow(now)
        if self._sent >= self._most:
            return False
        self._sent += 1
        return True

    @property
    def why(self) -> HandaiError:
        """What a person is told when it is used up."""
        cause = f"This run has sent {self._most:,} requests today, as many as you allow it a day."
        return HandaiError(cause, "Resume it tomorrow; every answer so far is kept.")
