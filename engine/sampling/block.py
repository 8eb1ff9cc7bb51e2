"""The rows being drawn: which ones, what their columns hold so far, and what had no value."""

from collections.abc import Callable
from dataclasses import dataclass, field

from engine.sampling.words import Words, key_of, words
from engine.tables.model import Cell


@dataclass(slots=True)
class Problems:
    """Cells that stayed empty: for each column the first reason, and how many."""

    first: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, column: str, message: str) -> None:
        """One more empty cell."""
        self.first.setdefault(column, message)
        self.counts[column] = self.counts.get(column, 0) + 1


@dataclass(slots=True)
class Block:
    """`count` rows from `start` on; `columns` holds what is drawn so far."""

    seed: int
    redraw: int
    start: int
    count: int
    problems: Problems
    columns: dict[str, list[Cell]] = field(default_factory=dict)

    def words(self, stream: str) -> Words:
        """Four random words a row, the stream's own."""
        return words(key_of(self.seed, stream, self.redraw), self.start, self.count)


Draw = Callable[[Block], list[Cell]]
