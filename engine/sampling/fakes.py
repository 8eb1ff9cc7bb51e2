"""Drawing what Faker makes: seeded anew for every value, so that each depends on its row alone.

The values themselves are Faker's data and change with its version: the same seed gives the same table for the same
pinned Faker. A golden test notices such a change, so that it is told in the changelog.
"""

import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from faker import Faker
from faker.generator import Generator

from engine.sampling.block import Block, Draw
from engine.sampling.cells import MisfitError, fitted, plain
from engine.sampling.clock import stop_clock
from engine.sampling.inference import kind_of_cell, widest
from engine.schema.columns import FakerColumn
from engine.tables.model import Cell, ColumnKind
from handai_errors import SpecError

_TRIED = 50  # values from which a kind's type is told

Make = Callable[[], Any]

_SEEDING = threading.Lock()  # a page may show rows while another does: seeding and making belong together


@lru_cache(maxsize=8)
def generator(locale: str) -> Generator:
    """Faker's generator for a locale; making one takes some 30 ms."""
    made: Generator = Faker(locale).factories[0]
    stop_clock()
    return made


def made_for(source: Generator, makes: Sequence[Make], seeds: Sequence[int]) -> list[Any]:
    """For each seed what its maker gives."""
    seed = source.seed_instance
    found = []
    with _SEEDING:
        for make, word in zip(makes, seeds, strict=True):
            seed(word)
            found.append(make())
    return found


def fakes(column: FakerColumn) -> Draw:
    """What Faker's provider makes."""
    source = generator(column.locale)
    make: Make = getattr(source, column.kind)
    kind = kind_of_fakes(column.kind, column.locale)

    def draw(block: Block) -> list[Cell]:
        seeds = block.words(column.name)[:, 0].tolist()
        try:
            made = made_for(source, [make] * block.count, seeds)
        except Exception:  # noqa: BLE001 Faker's providers raise anything
            made = [_tried(source, make, seed) for seed in seeds]
        return [_cell(value, column.name, kind, block) for value in made]

    return draw


def _tried(source: Generator, make: Make, seed: int) -> object:
    try:
        return made_for(source, [make], [seed])[0]
    except Exception as error:  # noqa: BLE001 Faker's providers raise anything
        return error


def _cell(value: Any, name: str, kind: ColumnKind, block: Block) -> Cell:  # noqa: ANN401 Faker gives anything
    if type(value) is str and kind is ColumnKind.TEXT:
        return value
    try:
        if not isinstance(value, Exception):
            return fitted(value, kind)
        reason = "it failed"
    except MisfitError as error:
        reason = str(error)
    block.problems.add(name, f"Faker made no value that can stand in this column: {reason}.")
    return None


@lru_cache(maxsize=256)
def kind_of_fakes(kind: str, locale: str) -> ColumnKind:
    """The kind of value that a provider makes, told from some of them; raises SpecError if it can't or may not."""
    source = generator(locale)
    try:
        makes: list[Make] = [getattr(source, kind)] * _TRIED
        values, again = (made_for(source, makes, range(_TRIED)) for _ in range(2))
    except Exception as error:  # some kinds need what a locale lacks, and say so in any way
        raise SpecError(f"Faker can't make `{kind}` for {locale}.", "Choose another kind or locale.") from error
    if values != again:
        raise SpecError(
            f"Faker makes another `{kind}` each time, so that a seed could not repeat it.", "Choose another kind."
        )
    found = {_kind(value) for value in values}
    wide = widest({one for one in found if one is not None})
    return ColumnKind.TEXT if wide is ColumnKind.JSON and ColumnKind.TEXT in found else wide


def _kind(value: Any) -> ColumnKind | None:  # noqa: ANN401 Faker gives anything
    own = kind_of_cell(value)
    return kind_of_cell(plain(value)) if own is ColumnKind.JSON else own
