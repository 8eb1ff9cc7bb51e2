"""Jobs that may be sent, for workers that wait for them: `asyncio.Queue` without what nobody here needs."""

import asyncio
from collections import deque

from engine.job import Job


class ReadyJobs:
    """First in, first out; None tells the worker that gets it to end."""

    def __init__(self) -> None:
        self._jobs: deque[Job | None] = deque()
        self._waiting: deque[asyncio.Future[None]] = deque()

    def __len__(self) -> int:
        return len(self._jobs)

    def put(self, job: Job | None) -> None:
        """Add a job, and wake who has waited longest."""
        self._jobs.append(job)
        self._wake()

    async def get(self) -> Job | None:
        """The next job."""
        while not self._jobs:
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(waiter)
            try:
                await waiter
            except asyncio.CancelledError:
                if self._jobs and not waiter.cancelled():
                    self._wake()  # it was this one's turn
                raise
        return self._jobs.popleft()

    def take_all(self) -> list[Job]:
        """Empty it, of whatever tells workers to end too; the jobs that nobody had got."""
        found = [job for job in self._jobs if job is not None]
        self._jobs.clear()
        return found

    def _wake(self) -> None:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return
