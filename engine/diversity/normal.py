"""Makes texts comparable: case, spaces and punctuation don't make two texts different."""

import re
import unicodedata

_ASCII_GAPS = re.compile(r"[^0-9A-Za-z]+")


class _Letters(dict[int, str]):
    """Per character: a space for punctuation and symbols, else itself; filled as characters turn up."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        # Marks stay: without its vowel signs a Hindi or Thai word would be another word.
        kept = character if unicodedata.category(character)[0] in "LMN" else " "
        self[code] = kept
        return kept


_LETTERS = _Letters()


def normalised(text: str) -> str:
    """The text in one case with single spaces between words; a text of symbols alone stays as it is."""
    folded = text.casefold()
    if folded.isascii():
        plain = _ASCII_GAPS.sub(" ", folded).strip()
    else:
        plain = " ".join(unicodedata.normalize("NFKC", folded).translate(_LETTERS).split())
    return plain or " ".join(folded.split())
