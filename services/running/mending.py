"""What is intact of a damaged run, as a whole file: to export it, or to go on with it in the damaged one's place."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.outputs import planned_columns
from handai_db import RunRecord, put_in_place, salvage
from services.home import home, run_path
from services.running.damage import columns_of, damage_of, damaged_error, steps_in
from services.tables.chosen_rows import reach_of


def meta_of(record: RunRecord, steps: int) -> dict[str, str]:
    """What a run's file says about the run."""
    return {
        "steps": str(steps),
        "run_id": record.id,
        "name": record.name,
        "dataset_id": record.dataset_id or "",
        "total": str(record.total),
        "created_at": str(record.created_at),
        "spec": record.spec.model_dump_json(),
    }


@contextmanager
def readable_file(record: RunRecord) -> Iterator[tuple[Path, str | None]]:
    """The run's file, or a whole one with what is intact of it; and what a person is told about that."""
    damage = damage_of(record)
    if damage is None:
        yield run_path(record.id), None
        return
    with tempfile.TemporaryDirectory(dir=home(), prefix=".intact-") as folder:
        copy = Path(folder) / "run.db"
        _salvage(record, copy)
        yield copy, damaged_error(record, damage).cause


def mend(record: RunRecord) -> bool:
    """Put what is intact of a damaged run in its file's place; the damaged one stays beside it. Whether it was damaged.

    Only the lease's owner may.
    """
    if damage_of(record) is None:
        return False
    with tempfile.TemporaryDirectory(dir=run_path(record.id).parent, prefix=".mended-") as folder:
        copy = Path(folder) / "run.db"
        _salvage(record, copy)
        put_in_place(copy, run_path(record.id))
    return True


def _salvage(record: RunRecord, target: Path) -> None:
    outputs = planned_columns(record.spec, columns_of(record)).pairs
    meta = meta_of(record, steps_in(record))
    salvage(run_path(record.id), target, meta, outputs, rows=reach_of(record), commits=record.commits)
