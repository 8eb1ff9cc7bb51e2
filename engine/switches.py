"""Notices when a fallback model answered in place of the one that was asked; once a model is enough to be told."""

from collections.abc import Sequence


class Switches:
    """Which fallback models have answered so far."""

    def __init__(self, asked: str, fallbacks: Sequence[str]) -> None:
        self._asked = asked
        self._fallbacks = sorted({name for name in fallbacks if name != asked}, key=len, reverse=True)
        self._told: set[str] = set()

    def fallback(self, answered: str | None) -> str | None:
        """The fallback that the model that answered is; None where it is the asked one, or not known to be another."""
        if not self._fallbacks or answered is None or answered.startswith(self._asked):
            return None
        return next((name for name in self._fallbacks if answered.startswith(name)), None)

    def note(self, answered: str | None) -> str | None:
        """What to note in the run's log about the model that answered; None where there is nothing new."""
        found = self.fallback(answered)
        if found is None or found in self._told:
            return None
        self._told.add(found)
        return f"{self._asked} did not answer a row: {answered} did in its place."
