"""What a mistyped name may have meant, said the same way everywhere."""

from collections.abc import Iterable

_SHOWN = 8
_ALIKE = 50  # of 100


def nearest(name: str, names: Iterable[str], *, noun: str = "columns") -> str:
    """A sentence with the nearest names, or with those there are."""
    close = close_names(name, names)
    if close:
        return f"Did you mean {' or '.join(f'`{other}`' for other in close)}?"
    known = list(names)
    if not known:
        return f"There are no {noun}."
    shown = ", ".join(f"`{other}`" for other in known[:_SHOWN])
    return f"The {noun} are: {shown}{' …' if len(known) > _SHOWN else '.'}"


def close_names(name: str, names: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """The names that are nearest to one, upper and lower case alike."""
    from rapidfuzz import fuzz, process

    folded = {other.casefold(): other for other in names}
    found = process.extract(name.casefold(), folded.keys(), scorer=fuzz.ratio, limit=count, score_cutoff=_ALIKE)
    return tuple(folded[match] for match, _, _ in found)
