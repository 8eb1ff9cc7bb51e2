"""Regular expressions that people write: matched in time that grows with the text only, so that none can hang a run."""

import re
from functools import lru_cache

from pydantic_core import SchemaError, SchemaValidator, core_schema

from handai_errors import SpecError

MAX_PATTERN = 1000
MAX_SIZE = 2000
_TOKEN = re.compile(
    r"""\\[pPxuU]\{[^}]*\} | \\. | \[\^?\]?(?:\\.|[^\]\\])*\] | \{\s*(?P<least>\d*)\s*,?\s*(?P<most>\d*)\s*\} | .""",
    re.DOTALL | re.VERBOSE | re.ASCII,
)


class Pattern:
    """A regular expression of Rust's regex library: no look-around and no back-references, hence no hanging."""

    __slots__ = ("_fits", "text")

    def __init__(self, text: str) -> None:
        """Raises SpecError if it can't be read."""
        if len(text) > MAX_PATTERN:
            raise SpecError(f"A pattern has at most {MAX_PATTERN:,} characters.", "Shorten it.")
        if _size(text) > MAX_SIZE:
            raise SpecError(
                f"The pattern `{text}` repeats its parts too often.",
                f"Its counts in braces come to {MAX_SIZE:,} at most; min_length and max_length bound a length.",
            )
        self.text = text
        try:
            self._fits = SchemaValidator(core_schema.str_schema(pattern=text, regex_engine="rust-regex"))
        except SchemaError as error:
            raise SpecError(f"The pattern `{text}` can't be used: {_reason(str(error))}.", _REMEDY) from None

    def fits(self, text: str) -> bool:
        """Whether it is found anywhere in the text; `^…$` asks for the whole text."""
        return self._fits.isinstance_python(text)


_REMEDY = "It is a regular expression, such as ^[A-Z]{3}-[0-9]+$; look-around and back-references don't work."


def _reason(told: str) -> str:
    lines = [line.strip() for line in told.splitlines() if "error:" in line]
    return lines[-1].split("error:")[-1].strip().rstrip(".") if lines else "it is too large"


def _size(text: str) -> int:
    """How many parts it has once counts in braces are written out: a match takes that many steps a character."""
    sizes = [[0, 0]]  # of each open group: all of it, and its last part
    for token in _TOKEN.finditer(text):
        if token[0] == "(":
            sizes.append([0, 0])
        elif token["least"] is not None:
            count = max(int(token["least"] or 0), int(token["most"] or 0), 1)
            sizes[-1][0] += sizes[-1][1] * (count - 1)
            sizes[-1][1] *= count
        elif token[0] not in "*+?":
            size = sizes.pop()[0] if token[0] == ")" and len(sizes) > 1 else 1
            sizes[-1] = [sizes[-1][0] + size, size]
    return sum(size for size, _ in sizes)


@lru_cache(maxsize=256)
def pattern_of(text: str) -> Pattern:
    """The pattern, read once."""
    return Pattern(text)
