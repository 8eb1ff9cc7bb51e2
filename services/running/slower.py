"""A run that is gone on with more gently: fewer requests at the same time, for a provider that can't keep up."""

from engine.spec import RunSpec
from handai_errors import ConflictError
from services.home import open_catalogue
from services.running import runs
from services.running.views import RunView

_SOME = 4


def fewer_at_once(view: RunView) -> int | None:
    """Half of the requests that were open at the same time; None where there was only one."""
    asked = view.record.spec.limits.concurrency
    slots = view.progress.slots if view.progress else 0
    most = asked if asked != "auto" else slots or 2 * _SOME
    most = min(most, slots) if slots else most
    return most // 2 if most > 1 else None


def ask_fewer_at_once(run_id: str, most: int) -> None:
    """Have the run's next execution ask at most so many at the same time; raises ConflictError while it executes."""
    record = runs.get(run_id)
    if record.status.is_live:
        raise ConflictError("This run is executing.", "Stop it first, or wait until it ends.")
    limits = record.spec.limits.model_copy(update={"concurrency": most})
    spec = RunSpec.model_validate(record.spec.model_copy(update={"limits": limits}).model_dump())
    with open_catalogue() as catalogue:
        catalogue.runs.set_spec(run_id, spec)
