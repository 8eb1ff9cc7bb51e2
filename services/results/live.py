"""Runs as pages follow them: one look at a run's files serves every tab that watches it."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from handai_errors import HandaiError
from services.home import run_path
from services.results import inspect
from services.results.inspect import TableRow
from services.running import runs
from services.running.views import RunView

NEWEST = 5
_FRESH_S = 0.8  # less than the shortest time between two looks of one tab
_MOST_KEPT = 64


@dataclass(frozen=True, slots=True)
class LiveRun:
    """A run at one moment, with the rows that ended last, or why they can't be read."""

    view: RunView
    newest: tuple[TableRow, ...] = ()
    problem: HandaiError | None = None


@dataclass(slots=True)
class _Watched:
    lock: threading.Lock = field(default_factory=threading.Lock)
    seen: LiveRun | None = None
    at: float = float("-inf")


class Watch:
    """The last looks at the runs that are followed; a thread that comes while another looks waits for what it finds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._watched: OrderedDict[Path, _Watched] = OrderedDict()

    def look(self, run_id: str, since: float = float("-inf")) -> LiveRun:
        """The run as it was a moment ago, and after `since` by the clock; raises NotFoundError."""
        watched = self._of(run_id)
        with watched.lock:
            now = self._clock()
            if watched.seen is None or now - watched.at > _FRESH_S or watched.at < since:
                watched.seen, watched.at = _look(run_id), now
            return watched.seen

    def _of(self, run_id: str) -> _Watched:
        path = run_path(run_id)
        with self._lock:
            found = self._watched.setdefault(path, _Watched())
            self._watched.move_to_end(path)
            while len(self._watched) > _MOST_KEPT:
                self._watched.popitem(last=False)
            return found


def _look(run_id: str) -> LiveRun:
    view = runs.view(run_id)
    if not view.steps or view.damage or not view.status.is_live:
        return LiveRun(view)
    try:
        return LiveRun(view, tuple(inspect.newest(view.record, NEWEST)))
    except HandaiError as error:
        return LiveRun(view, problem=error)


WATCH = Watch()
