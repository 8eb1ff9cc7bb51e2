"""Counts which texts of a column repeat earlier ones, with a bound on what is remembered."""

from engine.diversity.text_index import Duplicate, TextIndex

REMEMBERED = 20_000  # texts that later ones are compared with: about 25 MB of 300 characters each


class Repeats:
    """Exact and near repeats among the texts of one column.

    Every text is looked up; only the first 20,000 are remembered, so that memory is bounded whatever the table.
    """

    def __init__(self, near: float | None) -> None:
        self._index = TextIndex(near)
        self.texts = 0
        self.exact = 0
        self.near = 0

    def add(self, row: int, text: str) -> Duplicate | None:
        """Count a text; what it repeats, if anything."""
        found = self._index.find(text)
        if found is not None:
            self.exact += found.similarity >= 1
            self.near += found.similarity < 1
        if self.texts < REMEMBERED:
            self._index.add(row, text)
        self.texts += 1
        return found
