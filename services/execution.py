"""One execution of one run, in the process that holds its lease."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import structlog
from pydantic import SecretStr

from engine import tables  # its heavy parts load when they are first used
from engine.budget import Budget
from engine.flow import Collaborators, RunEnd
from engine.job import Job, RunPlan
from engine.limiter import limiter_for
from engine.outputs import OutputColumns, declared_outputs
from engine.prompts import columns_sent
from engine.results import PauseReason, RowResult, RowStatus, RunStatus
from engine.runner import Runner
from engine.spec import TransformInput
from engine.tables import Row
from handai_db import RunControl, RunReader, RunRecord, RunWriter, begin_execution, end_execution
from handai_errors import ConflictError, HandaiError, SpecError, StorageError
from providers.base import CompletionClient, Usage
from providers.prices import FREE, Price, cost_of, price_of
from providers.router import make_client
from providers.specs import get_provider
from services.datasets import table_path
from services.home import catalogue_path, open_catalogue, run_path
from services.processes import is_alive, own_lease
from services.views import figures_of

_POLL_S = 0.3
_LOCKED_GIVE_UP_S = 30.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Work:
    """What is left to do: the rows without a result, in order, and how often each was tried."""

    rows: Iterator[tuple[int, Row]]
    plan: RunPlan
    outputs: OutputColumns
    in_doubt_usd: float
    spent_usd: float


async def execute(run_id: str, key: SecretStr | None) -> RunStatus:
    """Execute a run until every row is tried or it is stopped or paused; returns the status it ends with.

    Raises ConflictError when another process executes it.
    """
    record = _take(run_id)
    status, end = RunStatus.INTERRUPTED, RunEnd()
    try:
        lost = begin_execution(run_path(run_id), os.getpid())
        log.info("run begins", run=run_id, provider=record.provider, model=record.model, attempts_in_doubt=lost)
        end = await _run(record, key)
        status = _status_of(record, end)
    except HandaiError as error:
        end = RunEnd(why=error)
        raise
    finally:
        _finish(record, status, end)
    return status


def _take(run_id: str) -> RunRecord:
    with open_catalogue() as catalogue:
        owner = catalogue.leases.take(own_lease(run_id), is_alive)
        if owner is not None:
            raise ConflictError("Another process is executing this run.", "Wait for it, or stop it first.")
        record = catalogue.runs.get(run_id)
        if record is None:
            raise ConflictError("This run was deleted.", "Start it again from the table.")
        catalogue.runs.set_status(run_id, RunStatus.RUNNING)
    return record


async def _run(record: RunRecord, key: SecretStr | None) -> RunEnd:
    spec = record.spec
    provider = get_provider(record.provider)
    price = price_of(record.provider, record.model) if _needs_price(record) else None
    work = await asyncio.to_thread(_work_of, record)
    limiter = limiter_for(spec.limits.concurrency, local=provider.local, rpm=spec.limits.rpm)
    writer = RunWriter(run_path(record.id), max_undurable=max(64, 2 * limiter.ceiling))
    cap = None if price is None or price == FREE else spec.limits.max_cost_usd
    budget = Budget(cap, price, spent_usd=work.spent_usd + work.in_doubt_usd)
    try:
        async with _client(record, key) as client:
            collaborators = Collaborators(
                client=client,
                sink=writer,
                limiter=limiter,
                budget=budget,
                outputs=work.outputs,
                local=provider.local,
                reuse=_reuse_from(record),
                cost=_pricing(price),
            )
            runner = Runner(work.plan, collaborators)
            async with _listening(record.id, runner):
                return await runner.run(work.rows)
    finally:
        await writer.close()
        log.info("answers were durable", **writer.lag_figures())


def _needs_price(record: RunRecord) -> bool:
    return record.provider != "openrouter" or record.spec.limits.max_cost_usd is not None


def _work_of(record: RunRecord) -> _Work:
    source = record.spec.input
    if not isinstance(source, TransformInput) or record.dataset_id is None:
        raise SpecError("This version of Handai can't execute a generate run.", "Update Handai.")
    with open_catalogue() as catalogue:
        stored = catalogue.datasets.get(record.dataset_id)
    names = tuple(column.name for column in stored.info.columns) if stored else ()
    shown = source.columns if source.columns is not None else names
    with RunReader(run_path(record.id)) as reader:
        finished = reader.finished_rows(record.total)
        attempts = reader.attempts_of_unfinished()
        outputs = OutputColumns(names, reader.outputs())
        spent, in_doubt = reader.progress().cost_usd, reader.reserved_usd()
    needed = columns_sent(record.spec.prompt, shown)
    rows = tables.read_rows(table_path(record.dataset_id), needed, 0, record.total)
    pending = ((index, row) for index, row in enumerate(rows) if not finished[index])
    return _Work(pending, RunPlan(record.spec, tuple(shown), attempts), outputs, in_doubt, spent)


@asynccontextmanager
async def _client(record: RunRecord, key: SecretStr | None) -> AsyncIterator[CompletionClient]:
    model = record.spec.model
    client = await asyncio.to_thread(make_client, record.provider, base_url=model.base_url, api_key=key)
    try:
        yield client
    finally:
        await client.aclose()


def _pricing(price: Price | None) -> Callable[[Usage], Usage]:
    def priced(usage: Usage) -> Usage:
        if usage.cost_usd is not None or price is None:
            return usage
        return replace(usage, cost_usd=cost_of(price, usage))

    return priced


def _reuse_from(record: RunRecord) -> Callable[[Job], RowResult | None] | None:
    readers = [RunReader(run_path(run_id)) for run_id in record.reuse_from if run_path(run_id).exists()]
    if not readers:
        return None

    def reuse(job: Job) -> RowResult | None:
        for reader in readers:
            found = reader.find_done(job.request_hash)
            if found is not None:
                return RowResult(
                    job.row,
                    job.step,
                    0,
                    RowStatus.DONE,
                    values=_renamed(record, found.values),
                    raw=found.raw,
                    finish_reason=found.finish_reason,
                    repaired=found.repaired,
                    cached=True,
                    request_hash=job.request_hash,
                )
        return None

    return reuse


def _renamed(record: RunRecord, values: dict[str, Any] | None) -> dict[str, Any] | None:
    """A text answer of an earlier run under the name that its column has in this one."""
    if record.spec.model.json_mode or not values:
        return values
    return {declared_outputs(record.spec)[0].name: next(iter(values.values()))}


@asynccontextmanager
async def _listening(run_id: str, runner: Runner) -> AsyncIterator[None]:
    """Hear a person's stop from the catalogue and from signals while the run executes."""
    loop = asyncio.get_running_loop()
    asked = 0

    def stop() -> None:
        nonlocal asked
        asked += 1
        if asked == 1:
            runner.drain(RunEnd(stopped=True))
        else:
            runner.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    try:
        async with asyncio.TaskGroup() as group:
            listener = group.create_task(_listen(run_id, runner, stop))
            yield
            listener.cancel()
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


async def _listen(run_id: str, runner: Runner, stop: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    deaf_since: float | None = None
    heard: str | None = None
    noted = False
    async with RunControl(catalogue_path(), run_id) as control:
        while True:
            await asyncio.sleep(_POLL_S)
            try:
                request = await control.request()
                deaf_since = None
            except StorageError as error:
                deaf_since = deaf_since or loop.time()
                if loop.time() - deaf_since > _LOCKED_GIVE_UP_S:
                    runner.drain(RunEnd(pause=PauseReason.DB_LOCKED, why=error))
                continue
            if runner.draining_for and not noted:
                noted = True
                await asyncio.to_thread(_note_draining, run_id, runner.draining_for)
            if request == "stop" and heard is None:
                heard = request
                stop()
            elif request == "cancel" and heard != "cancel":
                heard = request
                runner.cancel()


def _note_draining(run_id: str, end: RunEnd) -> None:
    with open_catalogue() as catalogue:
        catalogue.runs.note_draining(run_id, RunStatus.PAUSING if end.pause else RunStatus.STOPPING)


def _status_of(record: RunRecord, end: RunEnd) -> RunStatus:
    if end.pause:
        return RunStatus.PAUSED
    with RunReader(run_path(record.id)) as reader:
        progress = reader.progress()
    if progress.done + progress.failed < record.total:
        return RunStatus.STOPPED if end.stopped else RunStatus.INTERRUPTED
    if progress.failed == 0:
        return RunStatus.COMPLETED
    return RunStatus.PARTIAL if progress.done else RunStatus.FAILED


def _finish(record: RunRecord, status: RunStatus, end: RunEnd) -> None:
    cause = end.why.cause if end.why else None
    note = f"Ended: {status}" + (f" ({end.pause})" if end.pause else "") + (f". {cause}" if cause else "")
    try:
        end_execution(run_path(record.id), status, note)
    except StorageError as error:
        log.warning("the run's end could not be noted in its file", error=str(error))
    with open_catalogue() as catalogue:
        catalogue.runs.set_status(
            record.id,
            status,
            reason=end.pause,
            cause=cause,
            remedy=end.why.remedy if end.why else None,
            figures=figures_of(record),
        )
        catalogue.runs.ask(record.id, None)
        catalogue.leases.give_back(record.id, os.getpid())
    log.info("run ends", run=record.id, status=str(status), reason=end.pause and str(end.pause))
