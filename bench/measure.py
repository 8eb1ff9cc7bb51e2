"""A command as a whole process: wall and CPU seconds and peak memory from the operating system's own accounts."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Figures:
    """One run of a command with all its children; memory in megabytes, of the largest process."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    began_unix: float


def measure(command: Sequence[str], environment: dict[str, str]) -> Figures:
    """Run a command to its end; raises RuntimeError if it fails."""
    began, began_unix = time.monotonic(), time.time()
    process = subprocess.Popen(
        command, cwd=PROJECT, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    stderr = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.monotonic() - began
    if os.waitstatus_to_exitcode(status) != 0:
        raise RuntimeError(stderr.decode(errors="replace")[-2000:])
    unit = 1 if sys.platform == "darwin" else 1024
    return Figures(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6, began_unix)
