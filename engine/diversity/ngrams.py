"""How much texts repeat their words: the share of different words, pairs and triples among all of them."""

from dataclasses import dataclass
from itertools import pairwise

BLOCK = 50_000  # n-grams counted together


@dataclass(slots=True)
class _Block:
    """Different n-grams of the block being filled, and the sums over the full ones."""

    seen: set[int]
    total: int = 0
    different: int = 0
    counted: int = 0

    def take(self, grams: list[int]) -> None:
        self.seen.update(grams)
        self.total += len(grams)
        if self.total >= BLOCK:
            self.different += len(self.seen)
            self.counted += self.total
            self.seen, self.total = set(), 0

    @property
    def share(self) -> float | None:
        total = self.counted + self.total
        return (self.different + len(self.seen)) / total if total else None


class NgramShares:
    """Distinct-1, -2 and -3 of a stream of texts in bounded memory.

    Counted in blocks of 50,000 n-grams and averaged over them: at most one block is held, and the figure doesn't fall
    merely because a table is longer.
    """

    def __init__(self) -> None:
        self._blocks = tuple(_Block(set()) for _ in range(3))

    def add(self, plain: str) -> None:
        """Count a normalised text."""
        words = [hash(word) for word in plain.split()]
        pairs = [hash(pair) for pair in pairwise(words)]
        triples = [hash(triple) for triple in zip(words, pairs[1:], strict=False)]
        for block, grams in zip(self._blocks, (words, pairs, triples), strict=True):
            block.take(grams)

    @property
    def shares(self) -> tuple[float | None, float | None, float | None]:
        """Distinct-1, distinct-2, distinct-3; None where there is no such n-gram."""
        one, two, three = self._blocks
        return one.share, two.share, three.share
