"""Which row of a run is looked into: chosen in the table, typed, or reached step by step."""

from dataclasses import dataclass

from pages.components.state import forget, held, put

PAGE_ROWS = 50


@dataclass(frozen=True, slots=True)
class RowChoice:
    """The choice among rows 1 … `last`; `on_page` are the numbers in the table, `filtered` if others are left out."""

    on_page: tuple[int, ...]
    last: int
    filtered: bool

    def now(self) -> int:
        """The chosen row; the first of the table until one is chosen."""
        found = held("run_row")
        if isinstance(found, int) and 1 <= found <= self.last:
            return found
        first = self.on_page[0] if self.on_page else 1
        put("run_row", first)
        return first

    def beside(self, direction: int) -> int | None:
        """The row before or after, among those that the filter shows; None at the end."""
        now = self.now()
        if not self.filtered:
            return now + direction if 1 <= now + direction <= self.last else None
        others = [number for number in self.on_page if (number - now) * direction > 0]
        return min(others, key=lambda number: abs(number - now), default=None)

    def step(self, direction: int) -> None:
        """Go to the row before or after."""
        put("run_row", self.beside(direction) or self.now())
        self.follow()

    def follow(self) -> None:
        """Turn the table to the chosen row's page."""
        if not self.filtered:
            put("run_page", (self.now() - 1) // PAGE_ROWS + 1)

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
