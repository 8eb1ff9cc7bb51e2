"""The settings that a run's requests go without, because its model was found not to take them."""

from engine.answer_form import refused_setting
from handai_errors import ProviderError


class LeftOut:
    """Names of settings; grows when a server refuses one, and holds for the run."""

    def __init__(self, remembered: str | None = None) -> None:
        self._names = frozenset(remembered.split()) if remembered else frozenset()

    def __str__(self) -> str:
        return " ".join(sorted(self._names))

    @property
    def names(self) -> frozenset[str]:
        """What is left out from now on."""
        return self._names

    def learn(self, without: frozenset[str], error: ProviderError) -> str | None:
        """What to note in the run's log when `error` refuses a setting that was sent; None if it is no such refusal.

        `without` is what the refused request already went without. Empty when another request taught it before.
        """
        refused = refused_setting(error)
        if refused is None or refused in without:
            return None
        if refused in self._names:
            return ""
        self._names |= {refused}
        return f"This model doesn't take the setting {refused}; asking without it."
