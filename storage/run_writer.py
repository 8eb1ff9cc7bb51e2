"""The one writer of a run file: a thread with its own connection, fed by a queue, committing in groups.

Everything that waits for the event loop's next turn waits for every row; a thread does not.
"""

import asyncio
import sqlite3
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from engine.results import Attempt, LiveState, Reservation, RowResult
from handai_errors import DatabaseBusyError, DiskFullError, StorageError
from storage.ballast import Ballast
from storage.connect import open_run_writer, storage_error, translated
from storage.halving import write_what_fits
from storage.handover import HandOver, Load
from storage.manifest import CommitCount, close_sparingly, move_log
from storage.run_batch import Batch
from storage.sent_marks import SentMarks

FLUSH_INTERVAL_S = 0.05
_SHORTEST_FLUSH_S = 0.005  # where somebody waits
_RETRY_S = 0.5
_GIVE_UP_S = 20.0
_RATE_SPAN_S = 30.0
_TURN_S = 0.0005  # a busy loop keeps the GIL ten times as long by default, at each of the writer's many turns


class RunWriter:
    """A ResultSink on one run file. Made inside a running loop; `close` ends it."""

    def __init__(self, path: Path, *, max_undurable: int = 256, give_up_s: float = _GIVE_UP_S) -> None:
        self._path = path
        self._loop = asyncio.get_running_loop()
        self._over = HandOver()
        self._max_undurable = max_undurable
        self._give_up_s = give_up_s
        self._undurable = 0
        self._room_waiters: deque[asyncio.Future[None]] = deque()
        self._failure: StorageError | None = None
        self._closed = False
        self._last_commit = float("-inf")
        self._finished: deque[tuple[float, int]] = deque()  # when, and how many rows
        self._finished_rows = 0  # of these
        self.lags_s: deque[float] = deque(maxlen=20_000)
        self.lost = 0  # answers that could not be written in the end
        self._has_gap = False
        with translated(path):
            self._connection = open_run_writer(path)
            self._ballast = Ballast(path)
        self._commits = 0
        self._count = CommitCount(path)
        self._sent = SentMarks(path)
        self._usual_turn_s = sys.getswitchinterval()
        sys.setswitchinterval(_TURN_S)
        self._thread = threading.Thread(target=self._run, name="run-writer", daemon=True)
        self._thread.start()

    @property
    def failure(self) -> StorageError | None:
        """Why nothing more should be asked for."""
        return self._failure

    @property
    def told(self) -> StorageError | None:
        """What a person is told in the end: the failure, with what could not be kept, if there was one."""
        if self._failure is None or not self.lost:
            return self._failure
        lost = f"{self.lost:,} answer{'s' if self.lost > 1 else ''} could not be kept and will be asked again"
        return type(self._failure)(f"{self._failure.cause} {lost}.", self._failure.remedy)

    @property
    def commits(self) -> int:
        """How many commits the file has seen; 0 before the first of this writer."""
        return self._commits

    async def reserve(self, requests: Sequence[Reservation], *, at_once: bool = False) -> None:
        """Return when the requests are on the disk as reserved; `at_once` if nothing else could be sent meanwhile."""
        await self._durable(lambda batch: batch.reserve(requests), at_once=at_once)

    def hurry(self) -> None:
        """Have reservations that are waited for written soon: nothing is left that could be sent meanwhile."""
        self._over.hurry(if_waited_for=True)

    async def room(self) -> None:
        """Return when fewer results than allowed wait to be written; raises once the disk has failed."""
        while self._undurable >= self._max_undurable and self._failure is None:
            waiter: asyncio.Future[None] = self._loop.create_future()
            self._room_waiters.append(waiter)
            self._over.hurry()
            await waiter
        if self._failure is not None:
            raise self._failure

    def sending(self, row: int) -> None:
        """Note that a reserved request leaves now."""
        self._sent.mark(row)

    def attempt_ended(self, attempt: Attempt) -> None:
        """Record how an attempt ended."""
        self._give(lambda batch: batch.ended.append(attempt))

    def release(self, requests: Sequence[Reservation]) -> None:
        """Forget reservations that were never sent."""
        self._give(lambda batch: batch.released.extend(requests))

    def put(self, result: RowResult) -> None:
        """Store a row's result; it counts once it is committed."""
        self._undurable += 1
        self._give(lambda batch: batch.results.append(result))

    def reopen(self, rows: Sequence[int]) -> None:
        """Make failed rows pending again."""
        self._give(lambda batch: batch.reopened.extend(rows))

    def judged(
        self, verdicts: Sequence[tuple[int, int, str, str]], place: str, spent: Sequence[RowResult] = ()
    ) -> None:
        """Record how far draws are judged, and those not simply accepted; a refused one makes its row pending again."""
        self._undurable += len(spent)

        def note(batch: Batch) -> None:
            batch.verdicts.extend(verdicts)
            batch.spent.extend(spent)
            batch.remembered["judged"] = place

        self._give(note)

    def remember(self, key: str, value: str) -> None:
        """Keep a fact about the run; the last one of a key holds."""
        self._give(lambda batch: batch.remembered.update({key: value}))

    def columns(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Record the output columns in order."""
        self._give(lambda batch: setattr(batch, "outputs", tuple(pairs)))

    def event(self, level: str, message: str) -> None:
        """Add a line to the run's log."""
        at = time.time()
        self._give(lambda batch: batch.events.append((at, level, message)))

    def live(self, state: LiveState) -> None:
        """Publish the state for whoever watches."""
        self._give(lambda batch: setattr(batch, "live", state))

    async def flush(self) -> None:
        """Return when everything handed over is on the disk."""
        await self._durable(lambda batch: None, at_once=True)

    def lag_figures(self) -> dict[str, float]:
        """From answer to durable in milliseconds: median, 99th percentile and worst; empty without answers."""
        lags = sorted(self.lags_s)
        if not lags:
            return {}
        places = {"p50_ms": len(lags) // 2, "p99_ms": int(len(lags) * 0.99), "worst_ms": len(lags) - 1}
        return {name: round(lags[place] * 1000, 1) for name, place in places.items()}

    async def close(self) -> None:
        """Write what is left, checkpoint, and end the thread."""
        self._closed = True
        self._over.end()
        await asyncio.to_thread(self._thread.join)
        sys.setswitchinterval(self._usual_turn_s)
        try:
            with translated(self._path):
                move_log(self._connection, self._path)
        except StorageError as error:  # the rows are safe in the log beside the file
            self._failure = self._failure or error
        finally:
            close_sparingly(self._connection, self._path)
            self._count.close()
            self._sent.close(keep=self._failure is not None)
            self._ballast.remove()

    def _give(
        self, operation: Callable[[Batch], None], waiting: asyncio.Future[None] | None = None, *, at_once: bool = False
    ) -> None:
        self._over.give(operation, waiting, at_once=at_once)

    async def _durable(self, operation: Callable[[Batch], None], *, at_once: bool) -> None:
        if self._failure is not None:
            raise self._failure
        if self._closed:
            raise StorageError(f"{self._path.name} is closed.", "Open it again.")
        future: asyncio.Future[None] = self._loop.create_future()
        self._give(operation, future, at_once=at_once)
        await future

    def _run(self) -> None:
        is_last = False
        while not is_last:
            load = self._collect()
            batch, is_last = load.batch, load.is_last
            batch.rows_per_s = self._rows_per_s()
            given = len(batch.results) + len(batch.spent)
            error = self._write(batch)
            self._last_commit = time.monotonic()
            if error is None:
                self._note(batch, self._last_commit)
            self._tell(given, load.waiting, error)

    def _collect(self) -> Load:
        self._over.wait()
        time.sleep(max(0.0, self._last_commit + _SHORTEST_FLUSH_S - time.monotonic()))
        self._over.gather(max(0.0, self._last_commit + FLUSH_INTERVAL_S - time.monotonic()))
        return self._over.take()

    def _write(self, batch: Batch) -> StorageError | None:
        """Why not all of it could be written in time."""
        try:
            error = self._persist(batch)
        except Exception as fault:  # noqa: BLE001 whoever waits must be told, whatever it was: else the run hangs
            error = StorageError(
                f"Handai could not write to {self._path.name}: {type(fault).__name__}: {fault}.",
                "Everything counted so far is safe. Please report it.",
            )
            self._fail(error)
        if error is not None:
            self.lost += len(batch.results)
            self._has_gap = True
        return error

    def _persist(self, batch: Batch) -> StorageError | None:
        """Try as long as it may help; what the disk has no room for stays in the batch."""
        give_up = time.monotonic() + self._give_up_s
        if self._has_gap:
            batch.leave_unjudged()
        while error := self._try(batch):
            self._fail(error)
            if not isinstance(error, DiskFullError | DatabaseBusyError):
                return error
            if isinstance(error, DiskFullError):
                if self._ballast.give_up():
                    continue
                write_what_fits(batch, lambda part: self._try(part) is None)
            if time.monotonic() > give_up:
                return error
            time.sleep(min(_RETRY_S, self._give_up_s))
        return None

    def _try(self, batch: Batch) -> StorageError | None:
        try:
            batch.write(self._connection)
            self._commits = batch.commits
            self._count.note(batch.commits)
        except sqlite3.Error as caught:
            return storage_error(caught, self._path)
        return None

    def _fail(self, error: StorageError) -> None:
        if self._failure is None:
            self._failure = error
            self._tell(0, [], None)  # whoever waits for room must learn that there will be none

    def _note(self, batch: Batch, now: float) -> None:
        self.lags_s.extend([now - result.answered_at for result in batch.results if result.answered_at])
        ended = sum([result.is_last for result in batch.results])
        if ended:
            self._finished.append((now, ended))
            self._finished_rows += ended

    def _rows_per_s(self) -> float | None:
        now = time.monotonic()
        while self._finished and self._finished[0][0] < now - _RATE_SPAN_S:
            self._finished_rows -= self._finished.popleft()[1]
        if len(self._finished) < 2:
            return None
        began, first = self._finished[0]
        return (self._finished_rows - first) / (now - began) if now > began else None

    def _tell(self, results: int, futures: list[asyncio.Future[None]], error: StorageError | None) -> None:
        try:
            self._loop.call_soon_threadsafe(self._committed, results, futures, error)
        except RuntimeError:  # the loop is gone: nobody is left to tell
            return

    def _committed(self, results: int, futures: list[asyncio.Future[None]], error: StorageError | None) -> None:
        self._undurable -= results
        for future in futures:
            if not future.done():
                if error is None:
                    future.set_result(None)
                else:
                    future.set_exception(error)
        while self._room_waiters and (self._undurable < self._max_undurable or self._failure is not None):
            waiter = self._room_waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
