"""Many rows in few statements: each lets go of the interpreter's lock once, and SQLite parses no JSON.

A row at a time, a writing thread would wait for its turn beside the busy event loop at every row.
"""

import sqlite3
from collections.abc import Sequence
from itertools import chain

_SIZES = (256, 32, 4, 1)  # rows a statement, so that the same few texts are prepared once


class ManyRows:
    """`INSERT … VALUES` of any number of rows of one width; `ending` is what follows, such as ON CONFLICT.

    `constant` is an expression for a last column that is the same in all rows.
    """

    def __init__(self, into: str, width: int, ending: str = "", *, constant: str | None = None) -> None:
        one = f"({', '.join(['?'] * width + ([constant] if constant else []))})"
        self._texts = {size: f"{into} VALUES {', '.join([one] * size)} {ending}" for size in _SIZES}

    def write(self, connection: sqlite3.Connection, rows: Sequence[Sequence[object]]) -> None:
        """Insert the rows in their order."""
        start = 0
        for size, text in self._texts.items():
            while len(rows) - start >= size:
                connection.execute(text, tuple(chain.from_iterable(rows[start : start + size])))
                start += size
