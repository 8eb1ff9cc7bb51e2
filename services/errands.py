"""Work that a page starts and looks at again: in a thread of its own, so that nobody waits for it."""

import threading
import time
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
        self._ended_at = float("inf")
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

    @property
    def ended_at(self) -> float:
        """When it was over, by `time.monotonic`; infinite before."""
        return self._ended_at

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
        finally:
            self._ended_at = time.monotonic()


class Starts(Generic[Found]):
    """Begins what presses ask for; of a double click only the first press begins anything, whichever thread asks."""

    DOUBLE_S = 3.0  # whoever asks for the same again within it did not mean to

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: tuple[object, Errand[Found]] | None = None

    def result(self, asked: object, pressed_at: float, start: Callable[[], Found]) -> Found | None:
        """What `start` returns, here or to the press just before for the same (`asked` is equal); waits for it.

        `pressed_at` is by `time.monotonic`. Raises HandaiError if it has not begun; a press then means it again.
        """
        with self._lock:
            last = self._last
            if last is None or not self._is_double(last, asked, pressed_at):
                last = self._last = (asked, Errand(start))
        _, errand = last
        errand.wait()
        if errand.problem is not None:
            raise errand.problem
        return errand.found

    def _is_double(self, last: tuple[object, Errand[Found]], asked: object, pressed_at: float) -> bool:
        before, errand = last
        return before == asked and errand.problem is None and pressed_at - errand.ended_at < self.DOUBLE_S
