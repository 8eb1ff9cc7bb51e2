"""Which columns look personal, by header in several languages or by their values: none of these is ever copied."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from engine.schema.learn_cells import Cells
from engine.schema.learn_words import (
    ABOUT_SOMETHING_ELSE,
    GERMAN_ID,
    HEADERS,
    ID,
    INSIDE,
    NAME,
    NAME_FORM,
    NEEDED,
    NOT_OF_A_PERSON,
    PERSON,
    PERSON_ID,
    SOFT,
    VALUES,
)

_MANY = 0.3  # of the cells have a personal form
_NAME_LOCALES = ("en_US", "de_DE", "fr_FR", "es_ES", "it_IT", "pl_PL", "nl_NL", "pt_PT", "tr_TR", "sv_SE", "en_IN")


def personal_kind(cells: Cells) -> str | None:
    """What makes a column personal, as a kind of Faker's or of ours; None if nothing does."""
    words, texts = header_words(cells.name), [text for text in cells.texts if text]
    found = _by_header(words)
    needed = NEEDED.get(found or "")
    if needed is not None and texts and _share(texts, lambda text: needed.search(text) is not None) < _MANY:
        found = None
    if found == "name" and texts and _share(texts, lambda text: re.search(r"\d", text) is not None) > 0.8:
        return PERSON_ID
    return found or _by_values(texts, words)


def soft_kind(name: str) -> str | None:
    """The kind that would do for free text under this header, such as a city."""
    return _first(SOFT, header_words(name))


def calls_itself_name(name: str) -> bool:
    """Whether a header has the word "name" in it, and not only a role such as "agent"."""
    return re.search(rf"\b(?:{NAME})\b", header_words(name)) is not None


def has_personal_part(text: str) -> bool:
    """Whether an address, number or account stands somewhere in a text."""
    return INSIDE.search(text) is not None


def header_words(name: str) -> str:
    """A header in plain small words: "KundenNr." and "kunden_nr" are both "kunden nr"."""
    parted = re.sub(r"(?<=[a-zß-ÿ])(?=[A-Z])", " ", name)
    plain = unicodedata.normalize("NFKD", parted.casefold()).encode("ascii", "ignore").decode()
    return " ".join(re.findall(r"[a-z]+", plain))


def _first(kinds: Iterable[tuple[str, str]], words: str) -> str | None:
    return next((kind for kind, form in kinds if re.search(rf"\b(?:{form})\b", words)), None)


def _by_header(words: str) -> str | None:
    if ABOUT_SOMETHING_ELSE.search(words):
        return None
    found = _first(HEADERS, words)
    if found is not None:
        return found
    if re.search(rf"\b(?:{PERSON})s? (?:{ID})\b|\b{GERMAN_ID}\b", words):
        return PERSON_ID
    if NOT_OF_A_PERSON.search(words):
        return None
    if re.search(rf"\b(?:{NAME})\b", words) or re.fullmatch(rf"(?:the )?(?:{PERSON})s?", words):
        return "name"
    return None


def _by_values(texts: Sequence[str], words: str) -> str | None:
    for kind, form in VALUES:
        if texts and sum(form.fullmatch(text) is not None for text in texts) >= _MANY * len(texts):
            return kind
    return None if NOT_OF_A_PERSON.search(words) else _named(texts)


def _named(texts: Sequence[str]) -> str | None:
    """Whether most different texts begin or end with a first name that Faker knows."""
    different = [*dict.fromkeys(texts)][:500]
    if len(different) < 3 or _share(different, _could_be_a_name) < 0.8:
        return None
    named = _share(different, _has_first_name)
    if _share(different, lambda text: " " in text) >= 0.5:
        return "name" if named >= 0.5 else None
    return "first_name" if named >= 0.7 else None


def _could_be_a_name(text: str) -> bool:
    return text[:1].isupper() and NAME_FORM.fullmatch(text) is not None


def _has_first_name(text: str) -> bool:
    behind_comma = text.rpartition(",")[2].split()
    parts = {text.split(maxsplit=1)[0].strip(",."), *behind_comma[:1]}
    return not first_names().isdisjoint(part.casefold() for part in parts)


def _share(texts: Sequence[str], holds: Callable[[str], bool]) -> float:
    return sum(map(holds, texts)) / len(texts)


@lru_cache(maxsize=1)
def first_names() -> frozenset[str]:
    """The first names of Faker's larger locales."""
    from faker import Faker

    found: set[str] = set()
    for locale in _NAME_LOCALES:
        for provider in Faker(locale).factories[0].get_providers():
            for kind in ("first_names", "first_names_male", "first_names_female"):
                found.update(str(name).casefold() for name in getattr(provider, kind, ()))
    return frozenset(found)
