"""How a row's model calls are numbered in its run file: those of draw d begin at d × steps."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Numbering:
    """Steps a draw; a table without model calls has none, and each draw takes one number."""

    steps: int = 1

    @property
    def width(self) -> int:
        """Numbers that a draw takes."""
        return max(1, self.steps)

    def number(self, draw: int, step: int) -> int:
        """The stored number of a draw's step."""
        return draw * self.width + step if draw else step

    def draw(self, number: int) -> int:
        """The draw that a stored number belongs to."""
        return number // self.width

    def step(self, number: int) -> int:
        """The step that a stored number stands for."""
        return number % self.width

    def is_last(self, number: int) -> bool:
        """Whether a row is done with this step."""
        return self.step(number) == self.width - 1
