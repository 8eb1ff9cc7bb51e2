"""Space that a full disk can't take: given up to write what was already paid for, the last of it to note the end."""

import os
from contextlib import suppress
from pathlib import Path

from storage.connect import make_private

BALLAST_BYTES = 4 * 1024 * 1024
_LAST_BYTES = 256 * 1024


class Ballast:
    """A file of random bytes beside a run file, while the run executes; without it nothing else changes."""

    def __init__(self, run_file: Path) -> None:
        self._path = run_file.with_suffix(".ballast")
        self._given_up = False
        if self._path.exists() and self._path.stat().st_size >= BALLAST_BYTES:  # of a process that died
            return
        try:
            make_private(self._path)
            self._path.write_bytes(os.urandom(BALLAST_BYTES))
        except OSError:
            self.remove()

    def give_up(self) -> bool:
        """Make room, once: all but what the end of the run needs to be noted; whether there was any to give."""
        if self._given_up:
            return False
        self._given_up = True
        try:
            os.truncate(self._path, min(_LAST_BYTES, self._path.stat().st_size))
        except OSError:
            return False
        return True

    def remove(self) -> None:
        """Give back what is left."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
