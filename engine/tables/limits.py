"""Conversion in a child process that can run out of memory, hang or crash without harm to this one.

A small file of plain text can do none of these: it is converted here, in a tenth of the time that a process takes.
"""

import contextlib
import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

from engine.tables.child import answer
from engine.tables.formats import format_of
from engine.tables.model import ParseOptions, TableInfo
from engine.tables.parquet_io import info_from_json, part_of
from handai_errors import DiskFullError, StorageError, TableError

_ROOT = Path(__file__).resolve().parents[2]
SLOWEST_BYTES_PER_S = 2_000_000  # a tenth of what a slow machine was seen to convert
_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TZ", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
SMALL_BYTES = 1 << 20
_PLAIN_TEXT = ("csv", "tsv")
_DIED = json.dumps({"memory": True})
_SPLIT = "Split it into smaller files, or save it as CSV: CSV files can be of any size."


def convert_limited(
    source: Path,
    filename: str,
    options: ParseOptions,
    target: Path,
    *,
    memory_mb: int = 2048,
    cpu_s: int = 120,
    wall_s: float = 180,
) -> TableInfo:
    """Convert like `convert`, in a child process unless it is little plain text; the time limits grow with the size.

    Raises TableError when the file can't be read within the limits; a half-written target is removed.
    """
    is_small = format_of(filename) in _PLAIN_TEXT and source.is_file() and source.stat().st_size <= SMALL_BYTES
    stored = target.absolute().with_name(f".{uuid4().hex}.parquet")  # two uploads of one file must not meet
    extra_s = source.stat().st_size // SLOWEST_BYTES_PER_S
    request = {
        "source": str(source.resolve()),
        "filename": filename,
        "options": options.model_dump(),
        "target": str(stored),
        "memory_mb": memory_mb,
        "cpu_s": cpu_s + extra_s,
    }
    try:
        info = _table(answer(request) if is_small else json.loads(_run(json.dumps(request), wall_s + extra_s)))
        stored.replace(target)
    finally:
        for left in (stored, part_of(stored)):
            left.unlink(missing_ok=True)
    return info


def _run(request: str, wall_s: float) -> str:
    """The child's answer as JSON; that of one out of memory if it died."""
    process = subprocess.Popen(
        [sys.executable, "-m", "engine.tables.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env=child_environment(),
        text=True,
        encoding="utf-8",
        start_new_session=True,  # Ctrl-C is for the parent, which then ends the child
    )
    try:
        return process.communicate(request, timeout=wall_s)[0] or _DIED
    except subprocess.TimeoutExpired as error:
        raise TableError(f"Reading the file took longer than {wall_s:,.0f} seconds and was ended.", _SPLIT) from error
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.communicate()


def child_environment() -> dict[str, str]:
    """No keys or tokens; few threads and one plain allocator, so that address space measures real need."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    inherited = os.environ.get("PYTHONPATH")
    return kept | {
        "PYTHONPATH": os.pathsep.join([str(_ROOT), *([inherited] if inherited else [])]),
        "PYTHONUTF8": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
    }


def _table(found: dict[str, Any]) -> TableInfo:
    """The answer as a TableInfo, or as the error it means; no answer means that a limit ended the child."""
    if "info" in found:
        return info_from_json(json.dumps(found["info"]))
    if "error" in found:
        raise TableError(found["error"]["cause"], found["error"]["remedy"])
    if "os_error" in found:
        raise _storage_error(found["os_error"])
    if "fault" in found and "memory" not in found["fault"].lower():
        raise TableError(
            f"Handai could not read the file ({found['fault']}).", "Save it in another format, such as CSV."
        )
    raise TableError("The file needs more memory or time than Handai allows for reading a table.", _SPLIT)


def _storage_error(fault: dict[str, Any]) -> StorageError:
    if fault["errno"] in (errno.ENOSPC, errno.EDQUOT):
        return DiskFullError("The disk is full, so the table could not be stored.", "Free some space and try again.")
    return StorageError(f"The table could not be stored: {fault['text']}.", "Check the disk and the folder's rights.")
