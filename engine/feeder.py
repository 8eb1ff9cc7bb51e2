"""Rows in: read in chunks, rendered, reserved ahead of the free slots, never more than the window."""

import asyncio
import itertools
from collections.abc import Iterator

from engine.entry import Entry
from engine.flow import Flow, RunEnd
from engine.job import Job, Member
from engine.plan import RunPlan
from engine.tables.model import Row
from handai_errors import HandaiError, TableError

_READ_CHUNK = 256


class Feeder:
    """Turns rows into reserved jobs: those of the table first, then those that have to be drawn again."""

    def __init__(self, plan: RunPlan, flow: Flow, entry: Entry) -> None:
        self._plan = plan
        self._flow = flow
        self._entry = entry
        self._rows_per_call = plan.rows_per_call
        self._batch: list[Job] = []
        self._together: list[Member] = []
        # One commit's worth: while it is on its way no further row is reserved, and slots must not fall idle meanwhile.
        self._batch_size = flow.reserve_ahead

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
                if not (self._enter_at_once() or await self._window()):
                    break
                await self._enter(index, row)
            await self._reserve_batch()
        await self._send()
        await self._feed_redraws()

    async def _feed_redraws(self) -> None:
        while not self._flow.is_draining and (self._flow.redraws or self._flow.open_rows):
            while self._flow.redraws and not self._flow.is_draining:
                row, draw = self._flow.redraws.popleft()
                if await self._window():
                    await self._add([self._plan.redraw(row, draw)], 0)
            await self._send()
            await self._flow.changed()

    def _enter_at_once(self) -> bool:
        """Whether there was a place in the window without any wait, as for almost every row."""
        if self._flow.is_draining or len(self._batch) >= self._batch_size or not self._flow.window.take_free():
            return False
        self._flow.open()
        return True

    async def _enter(self, index: int, row: Row) -> None:
        member, step = self._plan.opening(index, row)
        if self._rows_per_call == 1 or step or member.draw:
            await self._add([member], step)
            return
        self._together.append(member)
        if len(self._together) >= self._rows_per_call:
            await self._add_together()

    async def _window(self) -> bool:
        """Wait for a place in the window; False when the run drains."""
        if self._flow.window.is_full or len(self._batch) >= self._batch_size:
            await self._reserve_batch()  # rows that wait for others to be asked with them leave room for those
        await self._flow.window.take()
        if self._flow.is_draining:
            return False
        self._flow.open()
        return True

    async def _add_together(self) -> None:
        members, self._together = self._together, []
        if members:
            await self._add(members, 0)

    async def _add(self, members: list[Member], step: int) -> None:
        job = self._entry.first(members, step)
        if job is None:
            await self._flow.room()
        elif not self._entry.is_capped or await self._entry.afford(job, self._reserve_batch):
            self._batch.append(job)

    async def _send(self) -> None:
        await self._add_together()
        await self._reserve_batch()

    async def _reserve_batch(self) -> None:
        batch, self._batch = self._batch, []
        await self._flow.reserve(batch)
