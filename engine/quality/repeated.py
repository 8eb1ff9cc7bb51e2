"""How much the written texts of the first rows repeat each other."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.diversity.meter import verdict_on
from engine.diversity.ngrams import NgramShares
from engine.diversity.normal import normalised
from engine.diversity.repeats import Repeats
from engine.quality.report import TextFigures
from engine.tables.model import Cell

COMPARED_ROWS = 10_000  # looking for near-duplicates takes about 0.2 ms a text
COMPARED_CHARACTERS = 2_000  # of a text: memory is bounded, and what begins alike so far is alike


@dataclass(slots=True)
class _Texts:
    repeats: Repeats
    ngrams: NgramShares = field(default_factory=NgramShares)


class Comparison:
    """Compares texts column by column; `near` is the similarity from which one repeats another."""

    def __init__(self, near: float | None) -> None:
        self._near = near
        self._texts: dict[str, _Texts] = {}
        self.rows = 0
        self.repeating = 0

    @property
    def is_full(self) -> bool:
        """Whether it has compared all that it compares."""
        return self.rows >= COMPARED_ROWS

    def add(self, columns: dict[str, Sequence[Cell]], count: int) -> None:
        """Compare the texts of the next `count` rows, as many of them as it still takes."""
        count = min(count, COMPARED_ROWS - self.rows)
        repeating = [False] * count
        for name, values in columns.items():
            texts = self._texts.setdefault(name, _Texts(Repeats(self._near)))
            for place, value in enumerate(values[:count]):
                if isinstance(value, str) and value.strip():
                    text = value[:COMPARED_CHARACTERS]
                    texts.ngrams.add(normalised(text))
                    repeating[place] |= texts.repeats.add(self.rows + place, text) is not None
        self.rows += count
        self.repeating += sum(repeating)

    @property
    def repeating_rows(self) -> int | None:
        """The rows in which a text repeats an earlier row's; None where no text is compared."""
        return self.repeating if self._texts else None

    def told(self, name: str, figures: TextFigures) -> TextFigures:
        """The figures of a column with what the comparison found, if it compared it."""
        found = self._texts.get(name)
        if found is None or not found.repeats.texts:
            return figures
        repeats = found.repeats
        one, two, three = found.ngrams.shares
        return figures.model_copy(
            update={
                "compared": repeats.texts,
                "exact_repeats": repeats.exact,
                "near_repeats": repeats.near,
                "distinct_1": one,
                "distinct_2": two,
                "distinct_3": three,
                "verdict": verdict_on(repeats.texts, (repeats.exact + repeats.near) / repeats.texts, three),
            }
        )
