"""From what a model wrote to a value of a type: tolerant of how it is written, never guessing what is meant."""

import math
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from engine.tables.model import Cell

LARGEST_INTEGER = 2**63 - 1

_EMPTY = {"", "-", "–", "—", "n/a", "none", "null"}
_QUOTES = "\"'`“”„‘’«»"
_DIGITS = re.compile(r"[+-]?[0-9]+(?:\.0+)?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_TRUE, _FALSE = {"true", "yes", "1"}, {"false", "no", "0"}
_LONGEST_NUMBER = 400  # characters


class MisfitError(Exception):
    """The value is none of that type; the text says why where the type alone does not."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A value, and whether it had to be read out of another form."""

    value: Cell
    coerced: bool = False


def reads_empty(value: object) -> bool:
    """Whether a value says that there is none."""
    return value is None or (isinstance(value, str) and value.strip().casefold() in _EMPTY)


def read_text(value: object) -> Reading:
    """Text; a number or a truth value in its place is written out."""
    if isinstance(value, str):
        return Reading(value.strip())
    if isinstance(value, bool):
        return Reading("true" if value else "false", coerced=True)
    if isinstance(value, int | float):
        return Reading(str(value), coerced=True)
    raise MisfitError


def read_integer(value: object) -> Reading:
    """A whole number; from text only where its digits can be read in one way."""
    if isinstance(value, bool):
        raise MisfitError
    if isinstance(value, int):
        return Reading(_sized(value))
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return Reading(_sized(int(value)), coerced=True)
    if isinstance(value, str):
        return Reading(_sized(_integer_of(_bare(value))), coerced=True)
    raise MisfitError


def _integer_of(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise MisfitError
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not _DIGITS.fullmatch(text):
        raise MisfitError
    return int(text.partition(".")[0])


def _sized(number: int) -> int:
    if abs(number) > LARGEST_INTEGER:
        raise MisfitError("it is too large")
    return number


def read_number(value: object) -> Reading:
    """A number; a single comma in text is refused, since it may be decimal or stand between thousands."""
    if isinstance(value, bool):
        raise MisfitError
    if isinstance(value, int):
        return Reading(value if abs(value) <= LARGEST_INTEGER else _finite(value))
    if isinstance(value, float):
        return Reading(_finite(value))
    if isinstance(value, str):
        return Reading(_number_of(_bare(value)), coerced=True)
    raise MisfitError


def _number_of(text: str) -> int | float:
    if len(text) > _LONGEST_NUMBER:
        raise MisfitError
    if _GROUPED.fullmatch(text):
        if text.count(",") == 1 and "." not in text:
            raise MisfitError("the comma can be read in two ways")
        text = text.replace(",", "")
    if not _DECIMAL.fullmatch(text):
        raise MisfitError
    whole = re.fullmatch(r"[+-]?[0-9]{1,18}", text)
    return int(text) if whole else _finite(text)


def _finite(value: float | str) -> float:
    try:
        number = float(value)
    except OverflowError:
        raise MisfitError("it is too large") from None
    if not math.isfinite(number):
        raise MisfitError("it is too large")
    return number


def _bare(text: str) -> str:
    return text.strip().strip(_QUOTES).strip().replace("\u2212", "-")


def read_boolean(value: object) -> Reading:
    """True or false, from yes, no, 1 and 0 too."""
    if isinstance(value, bool):
        return Reading(value)
    if isinstance(value, int | float) and value in {0, 1}:
        return Reading(bool(value), coerced=True)
    word = _bare(value).removesuffix(".").casefold() if isinstance(value, str) else ""
    if word in _TRUE or word in _FALSE:
        return Reading(word in _TRUE, coerced=True)
    raise MisfitError


def read_category(value: object, allowed: tuple[str, ...]) -> Reading:
    """The declared spelling of an allowed value; case, spaces, quotes and a full stop around it don't matter."""
    if isinstance(value, str) and value in allowed:
        return Reading(value)
    text = read_text(value).value
    declared = _by_folded(allowed)
    for written in _spellings(str(text)):
        if written in declared:
            return Reading(declared[written], coerced=True)
    raise MisfitError


@lru_cache(maxsize=32)
def _by_folded(allowed: tuple[str, ...]) -> dict[str, str]:
    return {folded(name): name for name in reversed(allowed)}


def _spellings(text: str) -> tuple[str, ...]:
    bare = text.strip().strip(_QUOTES)
    unstopped = text.strip().removesuffix(".").strip(_QUOTES)
    return tuple(folded(form) for form in (text, bare, unstopped, bare.removesuffix(".")))


def folded(text: str) -> str:
    """A form in which texts that differ in case and spaces only are equal."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
