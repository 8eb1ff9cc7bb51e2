"""Work that a page starts and looks at again: in a thread of its own, so that nobody waits for it."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from handai_errors import REPORT_FAULT, HandaiError
from services.faults import facts_of
from services.run_log import log

Found = TypeVar("Found")


class Errand(Generic[Found]):
    """One piece of work on its way; `found` or `problem` is there once it has ended."""

    def __init__(self, work: Callable[[], Found]) -> None:
        self._work = work
        self._found: Found | None = None
        self._problem: HandaiError | None = None
        self._thread = threading.Thread(target=self._run, name="errand", daemon=True)
        self._thread.start()

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return not self._thread.is_alive()

    @property
    def found(self) -> Found | None:
        """What came of it."""
        return self._found

    @property
    def problem(self) -> HandaiError | None:
        """Why nothing came of it."""
        return self._problem

    def wait(self, timeout_s: float | None = None) -> bool:
        """Whether it is over after at most so long."""
        self._thread.join(timeout_s)
        return self.ended

    def _run(self) -> None:
        try:
            self._found = self._work()
        except HandaiError as error:
            self._problem = error
        except Exception as error:  # noqa: BLE001 whatever breaks it off, whoever looks at it is told
            log.error("a fault in Handai", **facts_of(error))
            self._problem = HandaiError(f"Handai stumbled: {type(error).__name__}.", REPORT_FAULT)
