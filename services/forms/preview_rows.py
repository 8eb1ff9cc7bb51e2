"""Which rows a preview asks: the first, random ones that a seed brings back, or those that a person names."""

import random
import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import groupby

from handai_errors import SpecError

MOST_PICKED = 100
_PART = re.compile(r"(\d+)(?:\s*(?:-|–|\.\.|to)\s*(\d+))?")


class PreviewFrom(StrEnum):
    """How the rows of a preview are chosen."""

    FIRST = "first"
    RANDOM = "random"
    PICKED = "picked"


def drawn_rows(among: Sequence[int], count: int, seed: int) -> tuple[int, ...]:
    """So many of some rows, in order; the same seed draws the same ones."""
    chance = random.Random(seed)  # noqa: S311 nothing secret is drawn
    places = chance.sample(range(len(among)), min(count, len(among)))
    return tuple(sorted(among[place] for place in places))


def picked_rows(text: str, rows: int) -> tuple[int, ...]:
    """The rows, from 0 and in order, that a person means by numbers from 1: `3, 8-10`; raises SpecError."""
    found: set[int] = set()
    for part in filter(None, (part.strip() for part in re.split(r"[,;\n]", text))):
        match = _PART.fullmatch(part)
        if match is None:
            raise SpecError(f"“{part}” is no row number.", "Write numbers with commas between them, such as 3, 8-10.")
        first, last = int(match[1]), int(match[2] or match[1])
        if not 1 <= first <= last <= rows:
            raise SpecError(f"The table has no row {part}.", f"It has rows 1 to {rows:,}.")
        if last - first >= MOST_PICKED:
            raise SpecError(f"{part} are too many rows for a preview.", f"Name at most {MOST_PICKED}, or run them all.")
        found.update(range(first - 1, last))
    if not found:
        raise SpecError("No row is chosen for the preview.", "Tick rows in the table, or write their numbers.")
    if len(found) > MOST_PICKED:
        raise SpecError(f"{len(found)} rows are too many for a preview.", f"Choose at most {MOST_PICKED}.")
    return tuple(sorted(found))


def as_numbers(places: Iterable[int]) -> str:
    """Rows as a person writes them, from 1: `3, 8-10`."""
    runs = [[place for _, place in group] for _, group in groupby(enumerate(sorted(places)), lambda it: it[1] - it[0])]
    return ", ".join(str(run[0] + 1) if len(run) == 1 else f"{run[0] + 1}-{run[-1] + 1}" for run in runs)
