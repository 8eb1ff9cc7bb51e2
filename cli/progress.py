"""A run in the foreground: executed here, watched on standard error, interrupted with Ctrl-C."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydantic import SecretStr

from cli.messages import errors
from engine.results import RunStatus
from handai_db import RunRecord
from handai_errors import HandaiError
from services.running import runs
from services.running.execution import execute
from services.running.views import RunView

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_REFRESH_S = 0.25


def run_in_foreground(record: RunRecord, key: SecretStr | None) -> RunView:
    """Execute a run in this process and return how it ended; progress goes to a terminal only."""
    asyncio.run(_execute(record, key))
    return runs.view(record.id)


async def _execute(record: RunRecord, key: SecretStr | None) -> RunStatus:
    with _display(record) as update:
        if update is None:
            return await execute(record.id, key)
        watcher = asyncio.ensure_future(_watch(record.id, update))
        try:
            return await execute(record.id, key)
        finally:
            watcher.cancel()
            update(runs.view(record.id))


async def _watch(run_id: str, update: "_Update") -> None:
    while True:
        await asyncio.sleep(_REFRESH_S)
        update(await asyncio.to_thread(runs.view, run_id))


class _Update:
    """Draws a view into the progress line."""

    def __init__(self, progress: "Progress", task: "TaskID") -> None:
        self._progress = progress
        self._task = task

    def __call__(self, view: RunView) -> None:
        self._progress.update(self._task, completed=view.done + view.failed, note=note_of(view))


@contextmanager
def _display(record: RunRecord) -> Iterator[_Update | None]:
    if not errors.is_terminal:
        yield None  # and nobody looks at the run's file four times a second
        return
    from rich.console import Console  # who looks on has time for it
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=Console(stderr=True, emoji=False)) as progress:
        task = progress.add_task(record.name, total=record.total, note="starting …")
        yield _Update(progress, task)


def note_of(view: RunView) -> str:
    """The running figures in a few words."""
    found = view.progress
    if found is None:
        return ""
    parts = [f"{found.rows_per_s:.1f} rows/s" if found.rows_per_s else ""]
    parts += [f"{view.failed} failed" if view.failed else "", f"{view.retries} retried" if view.retries else ""]
    parts += [f"{found.in_flight} in flight", found.waiting or ""]
    if view.cost_usd:
        parts.append(f"${view.cost_usd:.4f}")
    return " · ".join(part for part in parts if part)


def fail(error: HandaiError, code: int) -> "SystemExit":
    """The exit for an error that a person can be told."""
    tell(error)
    return SystemExit(code)


def tell(error: HandaiError) -> None:
    """What happened and what to do, on standard error."""
    errors.alarm(error.cause)
    if error.remedy:
        errors.print(error.remedy)


def write_line(text: str) -> None:
    """A line of data on standard output."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
