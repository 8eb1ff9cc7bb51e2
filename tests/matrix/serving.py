"""Makes the fake provider send what a cell of the matrix says."""

from tests.fake_provider import FakeProvider
from tests.matrix.shape import Cell


def misbehave(server: FakeProvider, cell: Cell, *, times: int | None = None) -> None:
    """Answer every request, or the next `times`, as the cell says."""
    if cell.shape.fault:
        server.configure(canned=None, faults={cell.shape.fault: 1.0})
    else:
        server.configure(canned=cell.canned, canned_left=times, faults={})
