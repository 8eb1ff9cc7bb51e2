"""Files that a process left behind when it died in the middle of making them, and that nobody misses."""

import re
import shutil
from contextlib import suppress
from pathlib import Path

from handai_db import RunReader
from handai_errors import StorageError
from services.home import home, open_catalogue

_RUN_FILE = re.compile(r"\d{6}-[0-9a-f]{6}\.db")
_PASSING = (".intact-*", ".download-*", ".backup-*", ".bundle-*", "runs/.mended-*")


def sweep_orphans(older_than: float) -> int:
    """Delete what nobody touched since a Unix time: copies in passing, run files without answers; returns how many.

    A run file that the catalogue doesn't know but that holds answers stays: the catalogue may be the one that was lost.
    """
    swept = 0
    for folder in (found for pattern in _PASSING for found in home().glob(pattern)):
        if folder.stat().st_mtime < older_than:
            shutil.rmtree(folder, ignore_errors=True)
            swept += 1
    with open_catalogue() as catalogue:
        for path in (home() / "runs").glob("*.db"):
            if not _RUN_FILE.fullmatch(path.name) or path.stat().st_mtime >= older_than:
                continue
            if catalogue.runs.get(path.stem) is None and _is_empty(path):
                path.unlink(missing_ok=True)
                swept += 1
    return swept


def _is_empty(path: Path) -> bool:
    with suppress(StorageError), RunReader(path) as reader:
        found = reader.progress()
        return not (found.done or found.failed or found.attempts)
    return False
