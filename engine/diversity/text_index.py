"""Finds the earlier text that a new one repeats, word for word or nearly."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.diversity.normal import normalised

if TYPE_CHECKING:
    from engine.diversity.first_rows import FirstRows
    from engine.diversity.minhash import Words32

_SHORT = 20  # below, a text has too few n-grams for a fingerprint: one changed word changes nearly all of them
_KEPT_PER_LENGTH = 1000  # short texts are compared one by one: this bounds how many
_MOST_VERIFIED = 48
WHOLE_TEXTS = 50_000  # about 70 MB of 300 characters each
_CHARACTERS_A_TEXT = 1_000


@dataclass(frozen=True, slots=True)
class Duplicate:
    """An earlier row whose text is this much alike: 1.0 is the same but for case, spaces and punctuation."""

    row: int
    similarity: float


class TextIndex:
    """Texts by row; `near` is the similarity from which a text counts as a repeat (None: only equal texts).

    Similarity is 1 - insertions and deletions / characters of both texts. What is found depends on nothing but the
    order of adds. Texts of at least 20 characters are looked up by fingerprints and verified, so a pair just above
    `near` is missed about once in a hundred times. Shorter ones are compared with the first thousand different texts
    of each length that is close enough. Empty texts repeat nothing.

    The first `whole` texts (and not more than 1,000 characters of each on average) are kept to be compared. Of later
    ones only a hash is kept: they are still compared with the first ones, and with each other for being equal.
    """

    def __init__(self, near: float | None, whole: int = WHOLE_TEXTS) -> None:
        self._characters_left = whole * _CHARACTERS_A_TEXT
        self._whole = whole
        self._later: FirstRows | None = None
        self._near = near if near is not None and near < 1 else None
        self._first_row: dict[str, int] = {}
        self._short: dict[int, list[str]] = {}
        self._last_plain = ("", "")  # a text is found, then added: what was worked out for it is kept that long
        self._last_keys: tuple[str, Words32] | None = None
        if self._near is not None:
            from engine.diversity.bands import BandTable  # numpy loads when texts are compared
            from engine.diversity.minhash import Sketcher, tuned

            tuning = tuned(self._near)
            self._stretch = (2 - self._near) / self._near  # how much longer the longer of two alike texts can be
            self._sketcher = Sketcher(tuning)
            self._table = BandTable(tuning.bands)
            self._long: list[str] = []

    def find(self, text: str) -> Duplicate | None:
        """The most alike earlier text, the earliest of equals; None if nothing is alike enough."""
        plain = self._plain(text)
        row = self._row_of(plain)
        if row is not None:
            return Duplicate(row, 1.0)
        if self._near is None or not plain:
            return None
        return self._most_alike(plain, self._candidates(plain))

    def add(self, row: int, text: str) -> None:
        """Take a row's text in; later texts are compared with it."""
        plain = self._plain(text)
        if not plain or self._row_of(plain) is not None:
            return
        if self._is_full:
            self._add_later(row, plain)
            return
        self._first_row[plain] = row
        self._characters_left -= len(plain)
        if self._near is None:
            return
        if self._among_short(plain):
            same_length = self._short.setdefault(len(plain), [])
            if len(same_length) < _KEPT_PER_LENGTH:
                same_length.append(plain)
        if len(plain) >= _SHORT:
            self._table.add(self._keys(plain))
            self._long.append(plain)

    @property
    def _is_full(self) -> bool:
        return len(self._first_row) >= self._whole or self._characters_left <= 0

    def _row_of(self, plain: str) -> int | None:
        row = self._first_row.get(plain)
        return self._later.find(plain) if row is None and self._later is not None else row

    def _add_later(self, row: int, plain: str) -> None:
        if self._later is None:
            from engine.diversity.first_rows import FirstRows  # numpy loads when it is needed

            self._later = FirstRows()
        self._later.add(row, plain)

    def _candidates(self, plain: str) -> list[str]:
        candidates: list[str] = []
        if self._among_short(plain):
            least, most = int(len(plain) / self._stretch), int(len(plain) * self._stretch) + 1
            for length in range(least, most + 1):
                candidates.extend(self._short.get(length, ()))
        if len(plain) >= _SHORT:
            candidates.extend(self._long[text] for text in self._table.matches(self._keys(plain), _MOST_VERIFIED))
        return candidates

    def _among_short(self, plain: str) -> bool:
        return len(plain) < _SHORT * self._stretch  # so that a short text meets a longer one that is like it

    def _most_alike(self, plain: str, candidates: list[str]) -> Duplicate | None:
        from rapidfuzz import process
        from rapidfuzz.distance import Indel

        scored = process.extract(
            plain, candidates, scorer=Indel.normalized_similarity, score_cutoff=self._near, limit=None
        )
        if not scored:
            return None
        best = scored[0][1]
        return Duplicate(min(self._first_row[text] for text, score, _ in scored if score == best), float(best))

    def _keys(self, plain: str) -> "Words32":
        if self._last_keys is None or self._last_keys[0] != plain:
            self._last_keys = (plain, self._sketcher.keys(plain))
        return self._last_keys[1]

    def _plain(self, text: str) -> str:
        if self._last_plain[0] != text:
            self._last_plain = (text, normalised(text))
        return self._last_plain[1]
