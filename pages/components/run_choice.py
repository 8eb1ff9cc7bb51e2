"""Which row of a run is looked into: chosen in the table, typed, or reached step by step."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from pages.components.state import forget, held, put
from services.chosen_rows import asks, span_of

PAGE_ROWS = 50


@dataclass(frozen=True, slots=True)
class RowChoice:
    """The choice among the rows that were `asked` (from 0, in order); a person's numbers count from 1.

    `on_page` are the numbers in the table, `filtered` if the filter leaves others out.
    """

    on_page: tuple[int, ...]
    asked: Sequence[int]
    filtered: bool

    @property
    def last(self) -> int:
        """The number of the last row; 0 without rows."""
        return span_of(self.asked)

    def now(self) -> int:
        """The chosen row; the first of the table until one is chosen."""
        found = held("run_row")
        if isinstance(found, int) and asks(self.asked, found - 1):
            return found
        if isinstance(found, int) and self.asked and not self.filtered:  # typed: the next one that there is
            near = self.asked[min(bisect_left(self.asked, found - 1), len(self.asked) - 1)] + 1
        else:
            near = self.on_page[0] if self.on_page else 1
        put("run_row", near)
        return near

    def beside(self, direction: int) -> int | None:
        """The row before or after, among those that the filter shows; None at the end."""
        now = self.now()
        if not self.filtered:
            place = bisect_left(self.asked, now - 1) + direction
            return self.asked[place] + 1 if 0 <= place < len(self.asked) else None
        others = [number for number in self.on_page if (number - now) * direction > 0]
        return min(others, key=lambda number: abs(number - now), default=None)

    def step(self, direction: int) -> None:
        """Go to the row before or after."""
        put("run_row", self.beside(direction) or self.now())
        self.follow()

    def follow(self) -> None:
        """Turn the table to the chosen row's page."""
        if not self.filtered:
            put("run_page", bisect_left(self.asked, self.now() - 1) // PAGE_ROWS + 1)

    def mark(self) -> None:
        """Have the chosen row selected in the table, if it is there."""
        rows = [self.on_page.index(self.now())] if self.now() in self.on_page else []
        put("run_table", {"selection": {"rows": rows, "columns": [], "cells": []}})

    def take(self) -> None:
        """Choose what was selected in the table."""
        found = held("run_table")
        rows = found["selection"]["rows"] if isinstance(found, dict) else []
        if rows and rows[0] < len(self.on_page):
            put("run_row", self.on_page[rows[0]])


def begin_again() -> None:
    """The first page and its first row, after the filter has changed."""
    put("run_page", 1)
    forget("run_row")
