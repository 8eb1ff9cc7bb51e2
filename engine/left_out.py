"""The settings that requests go without, or under another name, because their model was found not to take them."""

from collections.abc import Iterable

from engine.answer_form import NAMES_OF_MAX_TOKENS, refused_setting
from handai_errors import ProviderError


class LeftOut:
    """Names of settings; grows when a server refuses one, and holds for the run."""

    def __init__(self, remembered: str | None = None, known: Iterable[str] = ()) -> None:
        self._names = frozenset(remembered.split() if remembered else ()) | frozenset(known)

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
        if refused in NAMES_OF_MAX_TOKENS and not self._names.isdisjoint(NAMES_OF_MAX_TOKENS):
            return None  # neither name is taken
        self._names |= {refused}
        if refused in NAMES_OF_MAX_TOKENS:
            return f"This model doesn't take {refused}; asking with {max_tokens_name(self._names)} instead."
        return f"This model doesn't take the setting {refused}; asking without it."


def max_tokens_name(without: frozenset[str]) -> str | None:
    """What max tokens are called where the model refused one of their names; None is the provider's own name."""
    left = [name for name in NAMES_OF_MAX_TOKENS if name not in without]
    return left[0] if len(left) == 1 else None
