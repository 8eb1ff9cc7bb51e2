"""What a run hands to its writer's thread: one load fills while the one before it is written."""

import queue
import threading
from asyncio import Future
from collections.abc import Callable
from dataclasses import dataclass, field

from storage.run_batch import Batch


@dataclass(slots=True)
class Load:
    """One flush: what is written, who waits for it, and whether nothing comes after it."""

    batch: Batch
    waiting: list[Future[None]] = field(default_factory=list)
    is_last: bool = False


class HandOver:
    """Filled by the event loop, emptied by the thread; neither waits for the other's work."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bell: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._hurry = threading.Event()
        self._load: Load | None = None

    def give(
        self, operation: Callable[[Batch], None], waiting: "Future[None] | None" = None, *, at_once: bool = False
    ) -> None:
        """Add to the load, for whoever waits until it is on the disk; `at_once` in a hurry."""
        with self._lock:
            load = self._filling()
            operation(load.batch)
            if waiting is not None:
                load.waiting.append(waiting)
            if at_once:
                self._hurry.set()

    def end(self) -> None:
        """Have the thread end after this load."""
        with self._lock:
            self._filling().is_last = True
            self._hurry.set()

    def wait(self) -> None:
        """Return when there is a load."""
        self._bell.get()

    def hurry(self, *, if_waited_for: bool = False) -> None:
        """Have the load taken soon: somebody has nothing better to do than wait for it."""
        load = self._load  # read once: the thread may take it at any moment
        if not if_waited_for or (load is not None and load.waiting):
            self._hurry.set()

    def gather(self, seconds: float) -> None:
        """Let the load grow for so long, or until somebody is in a hurry."""
        self._hurry.wait(seconds)

    def take(self) -> Load:
        """The load so far; the next one is begun by whatever comes."""
        with self._lock:
            self._hurry.clear()
            load, self._load = self._load or Load(Batch()), None
        return load

    def _filling(self) -> Load:
        if self._load is None:
            self._load = Load(Batch())
            self._bell.put(None)
        return self._load
