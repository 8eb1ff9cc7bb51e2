"""What is wrong with a schema, where, and how it is told: with its line if it was read from a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handai_errors import SpecError

Place = tuple[str | int, ...]
MAX_TOLD = 10


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that can't work, and what to do about it; `place` leads to it through the schema's keys."""

    place: Place
    cause: str
    remedy: str = ""


def line_of(place: Place, lines: Mapping[Place, int]) -> int | None:
    """The line of a place, or of the nearest thing around it."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place)


def as_error(problems: Sequence[Problem], lines: Mapping[Place, int] | None = None, name: str = "schema") -> SpecError:
    """One error that tells them all, at most ten, in the order of their lines."""
    numbered = [(line_of(problem.place, lines or {}) or 0, problem) for problem in problems]
    numbered.sort(key=lambda pair: pair[0])
    if len(numbered) == 1:
        line, problem = numbered[0]
        return SpecError(f"In {name}, line {line}: {problem.cause}" if line else problem.cause, problem.remedy)
    told = [
        f"- {f'line {line}: ' if line else ''}{problem.cause} {problem.remedy}".rstrip()
        for line, problem in numbered[:MAX_TOLD]
    ]
    if len(numbered) > MAX_TOLD:
        told.append(f"- and {len(numbered) - MAX_TOLD} more.")
    return SpecError("\n".join((f"{len(numbered)} things in {name} can't be used:", *told)))
