"""Rows in: read in chunks, rendered, reserved ahead of the free slots, never more than the window."""

import asyncio
import itertools
from collections.abc import Iterator

from engine.flow import Flow, RunEnd
from engine.job import Job, RunPlan, internal_failure
from engine.results import PauseReason, RowResult
from engine.tables.model import Row
from handai_errors import HandaiError, StorageError, TableError

_READ_CHUNK = 256
BUDGET_POLL_S = 0.02


class Feeder:
    """Turns rows into reserved jobs."""

    def __init__(self, plan: RunPlan, flow: Flow) -> None:
        self._plan = plan
        self._flow = flow
        self._batch: list[Job] = []
        self._told_of_reuse = False
        self._batch_size = max(1, flow.reserve_ahead // 2)

    async def feed(self, rows: Iterator[tuple[int, Row]]) -> None:
        """Enter every row, or stop early when the run drains."""
        while not self._flow.is_draining:
            try:
                chunk = await asyncio.to_thread(lambda: list(itertools.islice(rows, _READ_CHUNK)))
            except HandaiError as error:
                self._flow.drain(RunEnd(why=error))
                break
            except Exception as error:  # noqa: BLE001 what is in flight is paid for and kept, whatever the table does
                cause = f"The table can't be read any further: {type(error).__name__}: {error}."
                self._flow.drain(RunEnd(why=TableError(cause, "Every answer so far is kept. Resume to try again.")))
                break
            if not chunk:
                break
            for index, row in chunk:
                if not await self._enter(index, row):
                    break
            await self._reserve_batch()

    async def _enter(self, index: int, row: Row) -> bool:
        if self._flow.window.locked() or len(self._batch) >= self._batch_size:
            await self._reserve_batch()
        await self._flow.window.acquire()
        if self._flow.is_draining:
            return False
        job = self._make_job(index, row)
        if job is None:
            await self._flow.room()
        elif await self._affordable(job):
            self._batch.append(job)
        return True

    def _make_job(self, index: int, row: Row) -> Job | None:
        try:
            job = self._plan.job(index, row)
            reused = self._known(job)
        except Exception as error:  # noqa: BLE001 a bad row is recorded with its cause and the run goes on
            self._flow.with_.sink.put(internal_failure(index, error))
            self._flow.window.release()
            return None
        if reused is not None:
            self._flow.keep(reused)
            self._flow.window.release()
            return None
        self._flow.open_jobs += 1
        return job

    def _known(self, job: Job) -> RowResult | None:
        reuse = self._flow.with_.reuse
        try:
            return reuse(job) if reuse else None
        except StorageError as error:  # an earlier run's file: the model can still be asked
            if not self._told_of_reuse:
                self._told_of_reuse = True
                self._flow.with_.sink.event("warning", f"Earlier answers can't be taken over. {error}")
            return None

    async def _affordable(self, job: Job) -> bool:
        budget = self._flow.with_.budget
        try:
            bound = budget.bound(job.bound_tokens, self._plan.spec.model.max_tokens)
        except HandaiError as error:
            self._flow.drain(RunEnd(why=error))
            self._flow.finish()
            return False
        while not budget.reserve(bound):
            await self._reserve_batch()
            if not budget.holders:  # nothing in flight can give any of it back
                self._flow.drain(RunEnd(pause=PauseReason.BUDGET))
            if self._flow.is_draining:
                self._flow.finish()
                return False
            await self._flow.wait_or_drain(BUDGET_POLL_S)
        job.reserved_usd = bound
        return True

    async def _reserve_batch(self) -> None:
        batch, self._batch = self._batch, []
        await self._flow.reserve(batch)
