"""When going on would only burn rows: the first rows all fail alike, or most rows fail for the provider's reason."""

from collections import deque
from collections.abc import Sequence

from handai_errors import ErrorKind

FIRST_ROWS = 10
WINDOW = 40
MINIMUM = 20

PROVIDER_KINDS = frozenset(
    {
        ErrorKind.OVERLOADED,
        ErrorKind.UPSTREAM,
        ErrorKind.TIMEOUT,
        ErrorKind.CONNECTION,
        ErrorKind.MALFORMED_RESPONSE,
        ErrorKind.UNSUPPORTED,
        ErrorKind.INVALID_REQUEST,
    }
)


class Breaker:
    """Watches how calls end; `tripped` turns true once and stays so."""

    def __init__(self) -> None:
        self._first: list[ErrorKind | None] = []
        self._recent: deque[tuple[Sequence[int], ErrorKind | None]] = deque(maxlen=WINDOW)
        self._blamed = 0  # of the recent ones, those that the provider is to blame for
        self.tripped = False

    def record(self, rows: Sequence[int], kind: ErrorKind | None) -> bool:
        """Note that rows asked together ended well (None) or with `kind`; true when the run should pause."""
        if len(self._first) < FIRST_ROWS:
            self._first.append(kind)
        if self._blamed and len(self._recent) == WINDOW:
            self._blamed -= self._recent[0][1] in PROVIDER_KINDS
        self._recent.append((rows, kind))
        if kind is None and not self._blamed:
            return self.tripped
        self._blamed += kind in PROVIDER_KINDS
        self.tripped = self.tripped or self._all_alike() or self._mostly_provider()
        return self.tripped

    def rows_to_reopen(self) -> list[int]:
        """The failed rows that the provider, not the row, is to blame for: they are asked again on resume."""
        return [row for rows, kind in self._recent if kind in PROVIDER_KINDS for row in rows]

    def _all_alike(self) -> bool:
        if len(self._recent) != FIRST_ROWS:
            return False
        kinds = set(self._first)
        return len(self._first) == FIRST_ROWS and len(kinds) == 1 and None not in kinds

    def _mostly_provider(self) -> bool:
        return len(self._recent) >= MINIMUM and self._blamed * 2 > len(self._recent)
