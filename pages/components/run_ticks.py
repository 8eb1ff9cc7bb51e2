"""Which rows of a run a person has ticked: kept over pages and filters, and by the address over a reload."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from handai_db import RunRecord
from handai_errors import InputError
from pages.components.address import keep_in_address, said_in_address
from pages.components.state import held, put
from services.forms.preview_rows import as_numbers
from services.results.again import rows_named

_TICKED = "ticked"
_LONGEST = 2_000  # characters; more ticks than fit are only kept for the visit


@dataclass(frozen=True, slots=True)
class Ticks:
    """The ticks of one run's rows, which count from 0."""

    record: RunRecord

    def now(self) -> tuple[int, ...]:
        """The ticked rows, in order."""
        found = held(self._key)
        if isinstance(found, tuple):
            return found
        (said,) = said_in_address([_TICKED])
        try:
            known = tuple(rows_named(self.record, said or ""))
        except InputError:
            known = ()
        put(self._key, known)
        return known

    def on(self, page: Sequence[int]) -> list[int]:
        """Which rows of a page are ticked, by their place on it."""
        ticked = set(self.now())
        return [place for place, row in enumerate(page) if row in ticked]

    def take(self, page: Sequence[int], ticked: Iterable[int]) -> None:
        """Those of a page are ticked now; the others of the run stay as they are. For callbacks."""
        self._keep({*self.now()} - set(page) | set(ticked))

    def clear(self) -> None:
        """No row is ticked any more."""
        self._keep(())

    def _keep(self, rows: Iterable[int]) -> None:
        found = tuple(sorted(rows))
        put(self._key, found)
        said = as_numbers(found)
        keep_in_address({_TICKED: said if len(said) <= _LONGEST else None})

    @property
    def _key(self) -> str:
        return f"run_ticked_{self.record.id}"
