"""Whether a run's file is what was written, and what a person is told when it is not."""

import threading
from collections import OrderedDict
from typing import Any

from engine.steps import steps_of
from handai_db import Damage, RunRecord, find_damage, is_at_rest, state_of
from handai_errors import DamagedFileError, NotFoundError, StorageError
from services.home import run_path
from services.tables.chosen_rows import reach_of
from services.tables.run_tables import table_of

_MOST_KEPT = 512


class _Known:
    """What was found out about files as they are now: a page that ticks asks often, and reading takes a while."""

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[Any, ...], Damage | None] = OrderedDict()
        self._lock = threading.Lock()

    def damage(self, record: RunRecord) -> Damage | None:
        """The damage of a run's file, looked for when the file has changed."""
        path = run_path(record.id)
        key = (path, record.commits, state_of(path))
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        rows, steps = reach_of(record), steps_in(record)
        found = find_damage(path, rows=rows, steps=steps, counted=_counted(record), commits=record.commits)
        with self._lock:
            self._found[key] = found
            while len(self._found) > _MOST_KEPT:
                self._found.popitem(last=False)
        return found


_KNOWN = _Known()


def damage_of(record: RunRecord) -> Damage | None:
    """What is wrong with the file of a run that nobody executes; raises StorageError when that can't be told now."""
    return None if record.status.is_live else _KNOWN.damage(record)


def told_damage(record: RunRecord) -> str | None:
    """The damage as a person is told."""
    found = damage_of(record)
    return str(damaged_error(record, found)) if found else None


def glanced_damage(record: RunRecord) -> str | None:
    """The same for a list of many runs: a file that nobody touched since it was sealed is not read."""
    if record.status.is_live or is_at_rest(run_path(record.id)):
        return None
    try:
        return told_damage(record)
    except StorageError as error:
        return str(error)


def refuse_damaged(record: RunRecord) -> None:
    """Raise DamagedFileError unless the run's file is whole."""
    if (found := damage_of(record)) is not None:
        raise damaged_error(record, found)


def damaged_error(record: RunRecord, damage: Damage) -> DamagedFileError:
    """What happened to a run's file, and what can be done about it."""
    return DamagedFileError(
        f"This run's file is damaged: {damage.readable:,} of {damage.counted:,} rows are readable. {damage.why}",
        f"Export what is intact (handai export {record.id} -o FILE), then ask for the rest again "
        f"(handai retry {record.id}): the readable rows are kept and not paid for again.",
    )


def _counted(record: RunRecord) -> int:
    rows = record.figures.get("rows")
    return int(rows.get("done") or 0) + int(rows.get("failed") or 0) if isinstance(rows, dict) else 0


def steps_in(record: RunRecord) -> int:
    """How many model calls a row of the run needs; its file's own word may be damaged."""
    return len(steps_of(record.spec, columns_of(record)))


def columns_of(record: RunRecord) -> tuple[str, ...]:
    """The columns that the run's table has before a model is asked; none when the table is no longer stored."""
    try:
        return table_of(record).names
    except NotFoundError:
        return ()
