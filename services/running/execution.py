"""One execution of one run, in the process that holds its lease."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import replace

from pydantic import SecretStr

from engine.answer_form import Forms
from engine.budget import Budget
from engine.fallbacks import asked_in_turn
from engine.flow import Collaborators, RunEnd
from engine.known import Reuse
from engine.results import PauseReason, RunStatus
from engine.runner import Runner
from engine.spec import GenerateInput, ModelSettings
from handai_db import RunReader, RunRecord, RunWriter, begin_execution, end_execution
from handai_errors import ConflictError, DatabaseBusyError, DiskFullError, HandaiError, StorageError
from providers.base import CompletionClient
from providers.redact import redact
from providers.router import make_client
from providers.specs import get_provider
from services.answer_cache import kept_answers
from services.faults import facts_of
from services.home import open_catalogue, run_path
from services.models.exact_ids import with_exact_id
from services.models.habits import remember
from services.models.model_record import note_run
from services.run_log import log
from services.running.access import Accesses
from services.running.drawing import draw_table
from services.running.fallback import other_targets, price_matters, price_of_asked, pricing
from services.running.generations import fill_in
from services.running.listening import Stops, hearing_requests, hearing_signals
from services.running.pacing import limiters_of
from services.running.processes import is_alive, own_lease
from services.running.takeover import EarlierAnswers
from services.running.views import figures_of
from services.running.wire_log import logged
from services.running.work import work_of

# What a person can mend: the run waits for it.
_PAUSES: dict[type[HandaiError], PauseReason] = {
    DiskFullError: PauseReason.DISK_FULL,
    DatabaseBusyError: PauseReason.DB_LOCKED,
}


async def execute(run_id: str, key: SecretStr | None, others: Accesses | None = None) -> RunStatus:
    """Execute a run until every row is tried or it is stopped or paused; returns the status it ends with.

    `others` are its fallbacks' providers; without them they are found as the run's own was.
    Raises ConflictError when another process executes it.
    """
    record = _take(run_id)
    stops = Stops(record.request)
    status, end = RunStatus.INTERRUPTED, RunEnd()
    with hearing_signals(stops):
        try:
            lost = begin_execution(run_path(run_id), os.getpid())
            log.info("run begins", run=run_id, provider=record.provider, model=record.model, attempts_in_doubt=lost)
            end = await _run(record, key, others, stops)
            status = _status_of(record, end)
        except Exception as error:  # noqa: BLE001 whatever broke it off, the run's end is noted
            why = _told(error)
            end = RunEnd(pause=_PAUSES.get(type(why)), why=why)
            if end.pause is None:
                raise why from None
            status = RunStatus.PAUSED
        finally:
            _finish(record, status, end)
    return status


def _told(error: BaseException) -> HandaiError:
    """What a person is told about the error that broke an execution off."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, HandaiError):
        return error
    log.error("a fault in Handai", **facts_of(error))
    what = f"Handai stumbled: {type(error).__name__}: {redact(str(error))}"
    return HandaiError(what, "Please report it, then resume.")


def _take(run_id: str) -> RunRecord:
    with open_catalogue() as catalogue:
        owner = catalogue.leases.take(own_lease(run_id), is_alive)
        if owner is not None:
            raise ConflictError("Another process is executing this run.", "Wait for it, or stop it first.")
        record = catalogue.runs.get(run_id)
        if record is None:
            catalogue.leases.give_back(run_id, os.getpid())
            raise ConflictError("This run was deleted.", "Start it again from the table.")
        catalogue.runs.set_status(run_id, RunStatus.RUNNING)
    return record


async def _run(record: RunRecord, key: SecretStr | None, others: Accesses | None, stops: Stops) -> RunEnd:
    if isinstance(record.spec.input, GenerateInput):
        end = await draw_table(record, record.spec.input, stops)
        if end is not None:
            return end
    end = await _ask(record, key, others, stops)
    if not end.stopped:
        await fill_in(record, key)
    return end


async def _ask(record: RunRecord, key: SecretStr | None, others: Accesses | None, stops: Stops) -> RunEnd:
    spec = record.spec
    provider = get_provider(record.provider)
    first = asked_in_turn(spec.model)[0]
    price = price_of_asked(first) if price_matters(first, spec) else None
    work = await asyncio.to_thread(work_of, record)
    limiter_at = limiters_of(record)
    limiter = limiter_at.shared(first, key)
    writer = RunWriter(run_path(record.id), max_undurable=max(64, 2 * limiter.ceiling))
    forms = Forms(work.form, work.known.forms)
    spent = work.spent_usd + work.in_doubt_usd
    budget = Budget(spec.limits.max_cost_usd, price, spent_usd=spent, stretch=work.stretch)
    try:
        async with (
            _client(record, first, key) as client,
            other_targets(record, key, others, _client, limiter_at) as fallbacks,
            _earlier_answers(record) as earlier,
            kept_answers(record) as kept,
        ):
            collaborators = Collaborators(
                client=client,
                sink=writer,
                limiter=limiter,
                budget=budget,
                outputs=work.outputs,
                forms=forms,
                left_out=work.left_out,
                judged=work.judged,
                local=provider.local,
                reuse=earlier,
                similar=work.similar,
                store=kept,
                cost=pricing(price),
                fallbacks=fallbacks,
            )
            runner = Runner(work.plan, collaborators)
            async with hearing_requests(record.id, runner, stops, lambda: writer.commits, limiter_at.accounts):
                end = await runner.run(work.rows)
    finally:
        await writer.close()
        with _tolerated("what the model doesn't take"):
            remember(record, forms, work.left_out)
        log.info("answers were durable", **writer.lag_figures())
    is_of_storage = end.why is None or isinstance(end.why, StorageError)
    return replace(end, why=writer.told or end.why) if is_of_storage else end


@asynccontextmanager
async def _client(record: RunRecord, model: ModelSettings, key: SecretStr | None) -> AsyncIterator[CompletionClient]:
    client = await asyncio.to_thread(make_client, model.provider, base_url=model.base_url, api_key=key)
    try:
        with logged(client, record, key) as watched:
            yield with_exact_id(watched, model.provider, model.base_url, model.model)
    finally:
        await client.aclose()


@asynccontextmanager
async def _earlier_answers(record: RunRecord) -> AsyncIterator[Reuse | None]:
    with closing(EarlierAnswers(record)) as earlier:
        yield earlier.find if record.reuse_from else None


def _status_of(record: RunRecord, end: RunEnd) -> RunStatus:
    with RunReader(run_path(record.id)) as reader:
        progress = reader.progress()
    if progress.done + progress.failed < record.total:
        if end.pause:
            return RunStatus.PAUSED
        return RunStatus.STOPPED if end.stopped else RunStatus.INTERRUPTED
    if progress.failed == 0:
        return RunStatus.COMPLETED
    return RunStatus.PARTIAL if progress.done else RunStatus.FAILED


def _finish(record: RunRecord, status: RunStatus, end: RunEnd) -> None:
    pause = end.pause if status is RunStatus.PAUSED else None
    why = _cap_reached(record) if pause is PauseReason.BUDGET and end.why is None else end.why
    note = f"Ended: {status}" + (f" ({pause})" if pause else "") + (f". {why.cause}" if why else "")
    with _tolerated("the run's file"):
        end_execution(run_path(record.id), status, note)
    with _tolerated("the catalogue"):
        _note_end(record, status, pause, why)
    with _tolerated("the model's record"):
        note_run(record)
    log.info("run ends", run=record.id, status=str(status), reason=pause and str(pause))


@contextmanager
def _tolerated(where: str) -> Iterator[None]:
    """Go on if the end can't be noted here: the lease ends with this process, and the run is found interrupted."""
    try:
        yield
    except StorageError as error:
        log.warning("the run's end could not be noted", where=where, error=str(error))


def _note_end(record: RunRecord, status: RunStatus, pause: PauseReason | None, why: HandaiError | None) -> None:
    figures = figures_of(record)
    with open_catalogue() as catalogue, catalogue.database.transaction():  # a resume must not come in between
        catalogue.runs.set_status(
            record.id,
            status,
            reason=pause,
            cause=why.cause if why else None,
            remedy=why.remedy if why else None,
            figures=figures,
        )
        catalogue.runs.ask(record.id, None)
        catalogue.leases.give_back(record.id, os.getpid())


def _cap_reached(record: RunRecord) -> HandaiError:
    cap = record.spec.limits.max_cost_usd
    return HandaiError(f"The next request could pass the cap of ${cap:g}.", "Resume with a higher cap.")
