"""What was read out of a run file, kept while the file stays as it is: the same look is not paid for twice."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

from handai_db import RunRecord, state_of
from services.home import run_path

Found = TypeVar("Found")
_MOST_KEPT = 64
_LIVE_S = 2.0
_LIVE_TIMES = 20  # while a run executes, a look that took long is repeated seldom


@dataclass(frozen=True, slots=True)
class _Look:
    state: Hashable
    found: Any
    at: float
    took_s: float


class KeptLooks:
    """The newest looks of this process, whichever visit asked for them."""

    def __init__(self) -> None:
        self._looks: OrderedDict[Hashable, _Look] = OrderedDict()
        self._lock = threading.Lock()

    def look(self, record: RunRecord, what: Hashable, read: Callable[[], Found]) -> Found:
        """What `read` gives for the run's file as it is; while the run executes, as of a short while ago."""
        path = run_path(record.id)
        key = (path, what)
        state = tuple(facts for facts in state_of(path) if any(facts[2:3]))  # reading makes an empty log
        with self._lock:
            known = self._looks.get(key)
            if known is not None and (known.state == state or _is_fresh(known, record)):
                self._looks.move_to_end(key)
                return known.found  # type: ignore[no-any-return]  # the same `what` is always read the same way
        began = time.monotonic()
        found = read()
        ended = time.monotonic()
        with self._lock:
            self._looks[key] = _Look(state, found, ended, ended - began)
            while len(self._looks) > _MOST_KEPT:
                self._looks.popitem(last=False)
        return found


def _is_fresh(known: _Look, record: RunRecord) -> bool:
    return record.status.is_live and time.monotonic() - known.at < max(_LIVE_S, _LIVE_TIMES * known.took_s)


KEPT = KeptLooks()
