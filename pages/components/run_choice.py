"""Which row of a run is looked into: chosen in the table, typed, or reached step by step."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from pages.components.address import keep_in_address, said_in_address
from pages.components.run_ticks import Ticks
from pages.components.state import forget, held, put
from services.tables.chosen_rows import asks, span_of

PAGE_ROWS = 50
_ROW = "row"
_TABLE = "run_table"
_LONGEST = 12  # digits


@dataclass(frozen=True, slots=True)
class RowChoice:
    """The choice among the rows that are `shown` (from 0, in order); a person's numbers count from 1.

    `on_page` are the numbers in the table, `ticks` what is ticked there; None where nothing can be.
    """

    on_page: tuple[int, ...]
    shown: Sequence[int]
    ticks: Ticks | None = None

    @property
    def last(self) -> int:
        """The number of the last row; 0 without rows."""
        return span_of(self.shown)

    def now(self) -> int:
        """The chosen row; the address's, or the first of the table, until one is chosen."""
        found = held("run_row") or _said_in_address()
        if isinstance(found, int) and asks(self.shown, found - 1):
            near = found
        elif isinstance(found, int) and self.shown:  # typed: the next one that there is
            near = self.shown[min(bisect_left(self.shown, found - 1), len(self.shown) - 1)] + 1
        else:
            near = self.on_page[0] if self.on_page else 1
        if held("run_row") != near:
            put("run_row", near)
        return near

    def place(self) -> int:
        """How many rows are shown before the chosen one."""
        return bisect_left(self.shown, self.now() - 1)

    def beside(self, direction: int) -> int | None:
        """The row before or after, among those that the filter shows; None at the end."""
        place = self.place() + direction
        return self.shown[place] + 1 if 0 <= place < len(self.shown) else None

    def step(self, direction: int) -> None:
        """Go to the row before or after."""
        put("run_row", self.beside(direction) or self.now())
        self.follow()

    def follow(self) -> None:
        """Turn the table to the chosen row's page."""
        put("run_page", self.place() // PAGE_ROWS + 1)
        _keep(self.now())

    def mark(self, columns: Sequence[str]) -> None:
        """Have the table show what is ticked, and the chosen row by one of its cells, if they are there."""
        ticked, cells = _selected()
        now = self.on_page.index(self.now()) if self.now() in self.on_page else None
        column = cells[0][1] if cells and cells[0][1] in columns else columns[0]
        there = self.ticks.on(self._rows) if self.ticks else []
        wanted = [] if now is None else [(now, column)]
        if (sorted(ticked), cells) != (there, wanted):  # else a quick person's next step would be taken back
            put(_TABLE, {"selection": {"rows": there, "columns": [], "cells": wanted}})

    def take(self) -> None:
        """Take the ticks over, and choose the row of the newest one, or of the cell that was selected."""
        ticked, cells = _selected()
        chosen = {place for place, _ in cells if place < len(self.on_page)}
        if self.ticks is not None:
            before = self.ticks.on(self._rows)
            self.ticks.take(self._rows, [self._rows[place] for place in ticked if place < len(self._rows)])
            chosen = set(self.ticks.on(self._rows)) - set(before) or chosen
        if chosen:
            number = self.on_page[max(chosen)]
            put("run_row", number)
            _keep(number)

    @property
    def _rows(self) -> tuple[int, ...]:
        return tuple(number - 1 for number in self.on_page)


def _selected() -> tuple[list[int], list[tuple[int, str]]]:
    """The ticked places in the table, and its selected cell."""
    found = held(_TABLE)
    chosen = found["selection"] if isinstance(found, dict) else {}
    return list(chosen.get("rows", ())), [(place, str(name)) for place, name in chosen.get("cells", ())]


def begin_again() -> None:
    """The first page and its first row, after the filter has changed."""
    put("run_page", 1)
    forget("run_row")
    keep_in_address({_ROW: None})


def _keep(number: int) -> None:
    keep_in_address({_ROW: str(number)})


def _said_in_address() -> int | None:
    (said,) = said_in_address([_ROW])
    return int(said) if said and said.isascii() and said.isdigit() and len(said) < _LONGEST else None
