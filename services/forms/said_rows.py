"""How many rows a description asks for: a number at its beginning, before the noun, or one before “rows”."""

import re

_MOST = 10_000_000
_BEFORE = "(?:please|make|create|generate|give|write|i|we|need|want|would|like|me|us|about|around|a|table|of|with)"
_FIRST = re.compile(rf"\W*(?:{_BEFORE}\s+)*(\d{{1,3}}(?:[,.’' ]\d{{3}})+|\d+)\s+[^\W\d]", re.IGNORECASE)
_ROWS = re.compile(r"(\d{1,3}(?:[,.’' ]\d{3})+|\d+)\s+(?:rows|records|entries|examples|lines)\b", re.IGNORECASE)


def rows_said(description: str) -> int | None:
    """The number of rows in the words of a description; None where it names none."""
    found = _ROWS.search(description) or _FIRST.match(description)
    if found is None:
        return None
    number = int(re.sub(r"\D", "", found[1]))
    return number if 1 <= number <= _MOST else None
