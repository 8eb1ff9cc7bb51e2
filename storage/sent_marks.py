"""Which rows' requests have left, so that after a kill those never sent are not taken for possibly billed.

A mark is written before each request and not synced: it outlives the process, not a power cut. So marks count only on
the machine start that made them; without them nobody knows, and what was reserved may have been billed.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from storage.connect import FILE_MODE

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_HEADER_BYTES = 64
_SENT = b"\x01"


def marks_path(run_file: Path) -> Path:
    """Where the marks of an execution are."""
    return run_file.with_suffix(".sent")


class SentMarks:
    """One byte a row, set before the row's first request in this execution."""

    def __init__(self, run_file: Path) -> None:
        self._path = marks_path(run_file)
        self._descriptor: int | None = None
        header = _header(run_file)
        if header is None:
            return
        with suppress(OSError):
            self._descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_TRUNC, FILE_MODE)
        self._write(header, 0)

    def mark(self, row: int) -> None:
        """Note that a request for this row is about to leave."""
        self._write(_SENT, _HEADER_BYTES + row)

    def close(self, *, keep: bool) -> None:
        """Close the marks; they stay only where reservations may have stayed too."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        if not keep:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)

    def _write(self, data: bytes, place: int) -> None:
        if self._descriptor is None:
            return
        try:
            os.pwrite(self._descriptor, data, place)
        except OSError:  # a mark that is missing would deny what was sent: then there are none at all
            os.ftruncate(self._descriptor, 0)
            self.close(keep=False)


def was_sent(run_file: Path) -> Callable[[int], bool]:
    """Whether a row may have been sent by the execution that ended last; always, where nobody knows."""
    try:
        marks = marks_path(run_file).read_bytes()
    except OSError:
        marks = b""
    header = _header(run_file)
    if header is None or not marks.startswith(header):
        return lambda _: True
    return lambda row: marks[_HEADER_BYTES + row : _HEADER_BYTES + row + 1] == _SENT


def _header(run_file: Path) -> bytes | None:
    """What tells this start of the machine, and this disk, from others; None where the system doesn't say."""
    try:
        told = f"{_BOOT.read_text().strip()} {run_file.parent.stat().st_dev}"
    except OSError:
        return None
    return told.encode().ljust(_HEADER_BYTES)[:_HEADER_BYTES]
