"""Notices when a fallback model answered in place of the one that was asked; once a model is enough to be told."""

from collections.abc import Sequence


class Switches:
    """Which fallback models have answered so far."""

    def __init__(self, asked: str, fallbacks: Sequence[str]) -> None:
        self._asked = asked
        self._waiting = {name for name in fallbacks if name != asked}

    def note(self, answered: str | None) -> str | None:
        """What to note in the run's log about the model that answered; None where there is nothing new."""
        if not self._waiting or answered is None or answered.startswith(self._asked):
            return None
        found = next((name for name in sorted(self._waiting, key=len, reverse=True) if answered.startswith(name)), None)
        if found is None:
            return None
        self._waiting.remove(found)
        return f"{self._asked} did not answer a row: {answered} did in its place."
