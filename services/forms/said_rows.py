"""How many rows a description asks for: a number at its beginning, before what is described, or one before “rows”."""

import re

_MOST = 10_000_000
_NUMBER = r"(\d{1,3}(?:[,.’' ]\d{3})+|\d+)"
_BEFORE = "(?:please|make|create|generate|give|write|i|we|need|want|would|like|me|us|about|around|a|table|of|with)"
# What a number counts that says something about the rows, not how many: “5 star reviews”, “24 hour forecasts”.
_UNITS = "(?:stars?|years?|months?|weeks?|days?|hours?|minutes?|points?|percent|euros?|dollars?|to|or|and)"
_FIRST = re.compile(rf"\W*(?:{_BEFORE}\s+)*{_NUMBER}\s+(?!{_UNITS}\b)[^\W\d]", re.IGNORECASE)
_ROWS = re.compile(rf"{_NUMBER}\s+(?:rows|records)\b(?!\s+(?:each|per|a)\b)", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")


def rows_said(description: str) -> int | None:
    """The number of rows in the words of a description; None where it names none."""
    for pattern in (_FIRST, _ROWS):
        found = pattern.match(description) if pattern is _FIRST else pattern.search(description)
        if found is not None and not (pattern is _FIRST and _YEAR.fullmatch(found[1])):
            number = int(re.sub(r"\D", "", found[1]))
            return number if 1 <= number <= _MOST else None
    return None
