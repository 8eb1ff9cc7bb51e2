"""A flush that is larger than the room on the disk: in halves, until all of it that fits is kept."""

from collections.abc import Callable

from storage.run_batch import Batch

Write = Callable[[Batch], bool]


def write_what_fits(batch: Batch, write: Write) -> None:
    """Write the attempts' ends and the answers that fit, the oldest first; the batch keeps the rest.

    Verdicts stay with it, for they need all the answers before them; so do reservations, for nothing more is sent.
    """
    names = [Batch(outputs=batch.outputs)] if batch.outputs else []
    left = _halved(names + [Batch(ended=[attempt]) for attempt in batch.ended], write)
    batch.outputs, batch.ended = left.outputs, left.ended
    batch.results = _halved([Batch(results=[result]) for result in batch.results], write).results


def _halved(parts: list[Batch], write: Write) -> Batch:
    """Write parts together, or each half on its own where that is too much; returns what could not be written."""
    whole = _together(parts)
    if not parts or write(whole):
        return Batch()
    if len(parts) == 1:
        return whole
    middle = len(parts) // 2
    return _together([_halved(parts[:middle], write), _halved(parts[middle:], write)])


def _together(parts: list[Batch]) -> Batch:
    whole = Batch()
    for part in parts:
        whole.outputs = part.outputs or whole.outputs
        whole.ended += part.ended
        whole.results += part.results
    return whole
