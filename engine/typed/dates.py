"""Dates as models write them: read only where day and month can't be mistaken for each other."""

import re
from datetime import date

from engine.typed.readings import MisfitError, Reading

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_ISO_WITH_TIME = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ][0-9]{2}:[0-9]{2}.*")
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")
_DAY_MONTH = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?\.?[ -](?:of )?([a-z]+)\.?,?[ -]([0-9]{4})")
_MONTH_DAY = re.compile(r"([a-z]+)\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})")
_WEEKDAY = re.compile(r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? ")

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_TWO_WAYS = "day and month can be read in two ways"


def read_date(value: object) -> Reading:
    """ISO text (YYYY-MM-DD); raises MisfitError for what is no date, or more than one."""
    if not isinstance(value, str):
        raise MisfitError
    text = value.strip().strip("\"'")
    if match := _ISO.fullmatch(text):
        return Reading(_iso(*match.groups()), coerced=text != value)
    return Reading(_other_form(" ".join(text.casefold().split()).removesuffix(".")), coerced=True)


def _other_form(text: str) -> str:
    if match := _ISO_WITH_TIME.fullmatch(text.upper()) or _COMPACT.fullmatch(text):
        return _iso(*match.groups())
    if match := _YEAR_FIRST.fullmatch(text):
        return _iso(match[1], match[3], match[4])
    if match := _YEAR_LAST.fullmatch(text):
        return _year_last(int(match[1]), int(match[3]), match[4])
    return _with_month_name(_WEEKDAY.sub("", text, count=1) if _WEEKDAY.match(text) else text)


def _year_last(first: int, second: int, year: str) -> str:
    if first <= 12 and second <= 12 and first != second:
        raise MisfitError(_TWO_WAYS)
    month, day = (second, first) if first > 12 else (first, second)
    return _iso(year, month, day)


def _with_month_name(text: str) -> str:
    if match := _DAY_MONTH.fullmatch(text):
        return _iso(match[3], _month(match[2]), match[1])
    if match := _MONTH_DAY.fullmatch(text):
        return _iso(match[3], _month(match[1]), match[2])
    raise MisfitError


def _month(name: str) -> int:
    found = [place for place, month in enumerate(_MONTHS, start=1) if len(name) >= 3 and month.startswith(name)]
    if name == "sept":
        found = [9]
    if not found:
        raise MisfitError
    return found[0]


def _iso(year: str | int, month: str | int, day: str | int) -> str:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        raise MisfitError("there is no such day") from None
