"""Hears that a person wants a run to stop, from signals and from the catalogue, while the run executes."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Protocol

from engine.flow import RunEnd
from engine.results import PauseReason, RunStatus
from handai_db import RunControl
from handai_errors import StorageError
from services.home import catalogue_path, open_catalogue
from services.run_log import log
from services.running.account_gate import Accounts

_POLL_S = 0.3
_LOCKED_GIVE_UP_S = 30.0
_COUNT_S = 1.0
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Drains(Protocol):
    """What can be asked to end: a runner, or the drawing of a table."""

    @property
    def draining_for(self) -> RunEnd | None:
        """Why it goes on no further, once that is so."""
        ...

    def drain(self, end: RunEnd) -> None:
        """Begin nothing more."""
        ...

    def cancel(self) -> None:
        """Break off what is in flight."""
        ...


class Stops:
    """How often a person asked for a stop, also before anyone was there to hear it."""

    def __init__(self, request: str | None = None) -> None:
        self._asked = {"stop": 1, "cancel": 2}.get(request or "", 0)
        self._heard = request
        self._work: Drains | None = None

    def attach(self, work: Drains) -> None:
        """Pass on to this what was asked and what will be."""
        self._work = work
        self._pass_on()

    def ask(self) -> None:
        """Stop; asked again, break off what is in flight."""
        self._asked += 1
        self._pass_on()

    def hear(self, request: str | None) -> None:
        """Note what the catalogue says; the same word again is not another request."""
        if request == self._heard or request is None:
            return
        self._heard = request
        self._asked = max(self._asked + 1, 2 if request == "cancel" else 1)
        self._pass_on()

    def _pass_on(self) -> None:
        if self._work is not None and self._asked:
            self._work.drain(RunEnd(stopped=True))
            if self._asked > 1:
                self._work.cancel()


@contextmanager
def hearing_signals(stops: Stops) -> Iterator[None]:
    """Take SIGTERM and Ctrl-C as requests to stop, from the lease's first moment to its last."""
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, stops.ask)
    try:
        yield
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


@asynccontextmanager
async def hearing_requests(
    run_id: str,
    work: Drains,
    stops: Stops,
    commits: Callable[[], int] = lambda: 0,
    accounts: Accounts | None = None,
) -> AsyncIterator[None]:
    """Read the catalogue's requests while the body runs, and tell it how many `commits` the run's file has seen.

    What the runs of one account tell each other goes the same way.
    """
    stops.attach(work)
    accounts = accounts or Accounts(run_id)
    with _tolerated():
        await accounts.join()
    async with asyncio.TaskGroup() as group:
        listener = group.create_task(_listen(run_id, work, stops, commits, accounts))
        try:
            yield
        finally:
            listener.cancel()
            with _tolerated():
                await accounts.leave()


@contextmanager
def _tolerated() -> Iterator[None]:
    """Go on alone: no run fails because others can't be told of it."""
    try:
        yield
    except StorageError as error:
        log.warning("other runs of the account could not be told", error=str(error))


async def _listen(run_id: str, work: Drains, stops: Stops, commits: Callable[[], int], accounts: Accounts) -> None:
    loop = asyncio.get_running_loop()
    heard_at = counted_at = loop.time()
    noted = False
    while True:
        try:
            async with RunControl(catalogue_path(), run_id) as control:
                while True:
                    await asyncio.sleep(_POLL_S)
                    stops.hear(await control.request())
                    heard_at = loop.time()
                    await accounts.exchange(control)
                    if work.draining_for and not noted:
                        await asyncio.to_thread(note_draining, run_id, work.draining_for)
                        noted = True
                    if loop.time() - counted_at > _COUNT_S and commits():
                        counted_at = loop.time()
                        await asyncio.to_thread(note_commits, run_id, commits())
        except StorageError as error:  # a listener that falls would take the answers in flight with it
            log.warning("the catalogue could not be read or written", error=str(error))
            if loop.time() - heard_at > _LOCKED_GIVE_UP_S:
                work.drain(RunEnd(pause=PauseReason.DB_LOCKED, why=error))
            await asyncio.sleep(_POLL_S)


def note_commits(run_id: str, commits: int) -> None:
    """Tell in the catalogue how many commits the run's file must have."""
    with open_catalogue() as catalogue:
        catalogue.runs.note_commits(run_id, commits)


def note_draining(run_id: str, end: RunEnd) -> None:
    """Tell in the catalogue that the run sends nothing more."""
    with open_catalogue() as catalogue:
        catalogue.runs.note_draining(run_id, RunStatus.PAUSING if end.pause else RunStatus.STOPPING)
