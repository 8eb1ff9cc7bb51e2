"""The live meter of a growing table: does it repeat itself, and are its categories as mixed as was asked?"""

from collections import Counter
from collections.abc import Mapping, Sequence

from engine.declared import Declared
from engine.diversity.entropy import entropy_bits
from engine.diversity.ngrams import NgramShares
from engine.diversity.normal import normalised
from engine.diversity.repeats import Repeats
from engine.tables.model import Cell

_MOST_CATEGORIES = 1000  # values beyond are counted as one
_FEW = 10
_A_LOT = "The texts repeat each other a lot."
_SOME = "Some of the texts repeat each other."
_PHRASES = "The texts differ, but many of their phrases are the same."


class CategoryDiversity(Declared):
    """How mixed a category column is, in bits; `promised_bits` is what the schema's weights give."""

    entropy_bits: float
    promised_bits: float | None = None
    ratio: float | None = None


class TextDiversity(Declared):
    """How much the texts of a column repeat each other and their words."""

    texts: int
    exact_share: float | None
    near_share: float | None
    distinct_1: float | None
    distinct_2: float | None
    distinct_3: float | None
    mean_length: float | None
    verdict: str


class Diversity(Declared):
    """The meter's reading; `duplicate_share` is the share of rows in which some text repeats an earlier row's."""

    rows: int
    duplicate_share: float | None
    categories: dict[str, CategoryDiversity]
    texts: dict[str, TextDiversity]


def verdict_on(texts: int, repeated_share: float | None, distinct_3: float | None) -> str:
    """One plain sentence about how much texts repeat each other."""
    if texts < _FEW or repeated_share is None:
        return "There are too few texts to judge yet."
    triples = 1.0 if distinct_3 is None else distinct_3
    if repeated_share >= 0.2:
        return _A_LOT
    if repeated_share >= 0.03:
        return _SOME
    if triples < 0.6:
        return _PHRASES
    return "The texts hardly repeat each other."


def repeats_itself(verdict: str) -> bool:
    """Whether a verdict is a reason to look at the texts."""
    return verdict in {_A_LOT, _SOME, _PHRASES}


class _TextColumn:
    def __init__(self, near: float | None) -> None:
        self._compares = near is not None
        self._repeats = Repeats(near)
        self._ngrams = NgramShares()
        self._characters = 0

    def add(self, row: int, text: str) -> bool:
        self._characters += len(text)
        self._ngrams.add(normalised(text))
        return self._repeats.add(row, text) is not None

    @property
    def figures(self) -> TextDiversity:
        texts = self._repeats.texts
        one, two, three = self._ngrams.shares
        repeated = (self._repeats.exact + self._repeats.near) / texts if texts else None
        return TextDiversity(
            texts=texts,
            exact_share=self._repeats.exact / texts if texts else None,
            near_share=self._repeats.near / texts if texts and self._compares else None,
            distinct_1=one,
            distinct_2=two,
            distinct_3=three,
            mean_length=self._characters / texts if texts else None,
            verdict=verdict_on(texts, repeated, three),
        )


class _CategoryColumn:
    def __init__(self, weights: Mapping[str, float] | None) -> None:
        self._promised = entropy_bits(weights.values()) if weights is not None else None
        self._counts: Counter[str | None] = Counter()

    def add(self, value: str) -> None:
        known = value in self._counts or len(self._counts) < _MOST_CATEGORIES
        self._counts[value if known else None] += 1

    @property
    def figures(self) -> CategoryDiversity:
        got = entropy_bits(self._counts.values())
        ratio = got / self._promised if self._promised else None
        return CategoryDiversity(entropy_bits=got, promised_bits=self._promised, ratio=ratio)


class DiversityMeter:
    """Reads rows as they are done, in memory that doesn't grow with them.

    `category_columns` maps a column to its weights, or to None where nothing was promised; `near` is the similarity
    from which a text counts as a repeat.
    """

    def __init__(
        self,
        category_columns: Mapping[str, Mapping[str, float] | None],
        text_columns: Sequence[str],
        near: float | None,
    ) -> None:
        self._categories = {name: _CategoryColumn(weights) for name, weights in category_columns.items()}
        self._texts = {name: _TextColumn(near) for name in text_columns}
        self._rows = 0
        self._repeating_rows = 0

    def add(self, row: Mapping[str, Cell]) -> None:
        """Count one row; missing values count nowhere."""
        for name, categories in self._categories.items():
            value = row.get(name)
            if value is not None and value != "":
                categories.add(str(value))
        repeats = [
            texts.add(self._rows, value)
            for name, texts in self._texts.items()
            if isinstance(value := row.get(name), str) and value.strip()
        ]
        self._repeating_rows += any(repeats)
        self._rows += 1

    def figures(self) -> Diversity:
        """What has been measured so far."""
        share = self._repeating_rows / self._rows if self._rows and self._texts else None
        return Diversity(
            rows=self._rows,
            duplicate_share=share,
            categories={name: column.figures for name, column in self._categories.items()},
            texts={name: column.figures for name, column in self._texts.items()},
        )
