"""How far two runs agree on a column: equal cells, agreement beyond chance, and what changes into what."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import orjson

from engine.tables.cells import is_same

MOST_CATEGORIES = 20
EMPTY = "(empty)"
_FEW_ROWS_A_CATEGORY = 5  # fewer say nothing about categories that nobody declared


@dataclass(frozen=True, slots=True)
class Agreement:
    """A column of two runs: `compared` rows that both answered, `equal` cells of them, rows that one alone answered.

    `kappa` is Cohen's: 1 is full agreement, 0 what guessing gives; None where the column has no categories.
    `changes` are the most frequent ones, (here, there, rows).
    """

    column: str
    compared: int
    equal: int
    one_only: int
    kappa: float | None
    changes: tuple[tuple[str, str, int], ...]

    @property
    def share(self) -> float | None:
        """The share of equal cells; None without a row that both answered."""
        return self.equal / self.compared if self.compared else None


@dataclass(slots=True)
class Tally:
    """Counts a column's cells as they come, and holds no more than its categories."""

    column: str
    declared: bool
    compared: int = 0
    equal: int = 0
    one_only: int = 0
    _pairs: Counter[tuple[str, str]] | None = field(default_factory=Counter)

    def add(self, here: Any, there: Any) -> bool:  # noqa: ANN401 any cell
        """Count a row that both answered; whether its cells are equal."""
        self.compared += 1
        same = is_same(here, there)
        self.equal += same
        if self._pairs is not None:
            self._pairs[as_text(here), as_text(there)] += 1
            if len(self._pairs) > MOST_CATEGORIES**2:
                self._pairs = None  # free text
        return same

    def result(self) -> Agreement:
        """What came of it."""
        pairs = self._pairs if self._pairs is not None and self._has_categories(self._pairs) else Counter()
        changed = [(here, there, rows) for (here, there), rows in pairs.most_common() if here != there][:3]
        return Agreement(self.column, self.compared, self.equal, self.one_only, kappa_of(pairs), tuple(changed))

    def _has_categories(self, pairs: Counter[tuple[str, str]]) -> bool:
        found = len({value for pair in pairs for value in pair})
        return found <= MOST_CATEGORIES and (self.declared or self.compared >= _FEW_ROWS_A_CATEGORY * found)


def kappa_of(pairs: Counter[tuple[str, str]]) -> float | None:
    """Cohen's kappa of counted pairs; None where chance alone would agree on everything, or nothing was counted."""
    rows = pairs.total()
    here: Counter[str] = Counter()
    there: Counter[str] = Counter()
    for (one, other), count in pairs.items():
        here[one] += count
        there[other] += count
    by_chance = sum(here[value] * there[value] for value in here)
    if not rows or by_chance == rows * rows:
        return None
    observed, expected = sum(count for (a, b), count in pairs.items() if a == b) / rows, by_chance / rows**2
    return (observed - expected) / (1 - expected)


def kappa_words(kappa: float) -> str:
    """What a kappa means, in one sentence."""
    scale = ((0.8, "very good"), (0.6, "good"), (0.4, "moderate"), (0.2, "weak"))
    word = next((word for least, word in scale if kappa >= least), "hardly better than guessing")
    return f"Beyond chance (Cohen's kappa): {kappa:.2f}, {word}; 1 is full agreement, 0 is what guessing gives."


def as_text(value: Any) -> str:  # noqa: ANN401 any cell
    """A cell as a person reads it; an empty one says so."""
    if value is None or value == "":
        return EMPTY
    return value if isinstance(value, str) else orjson.dumps(value).decode()
