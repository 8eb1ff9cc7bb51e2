"""Starts the real app in a process of its own and reads what it takes from the operating system."""

import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from services.launch import PROJECT, app_command, free_port

_FIRST_PORT = 18_600
_PATIENCE_S = 120.0


class Server:
    """A serving app."""

    def __init__(self, process: "subprocess.Popen[bytes]", url: str) -> None:
        self.url = url
        self._process = psutil.Process(process.pid)

    @property
    def cpu_s(self) -> float:
        """CPU seconds of the server itself so far; runs have processes of their own."""
        times = self._process.cpu_times()
        return float(times.user + times.system)

    @property
    def rss_mb(self) -> float:
        """Its memory in megabytes."""
        return float(self._process.memory_info().rss) / 1e6


@contextmanager
def serving(home: Path) -> Iterator[Server]:
    """The app over a folder of its own, while the block runs."""
    port = free_port(_FIRST_PORT)
    url = f"http://127.0.0.1:{port}"
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(
            app_command(port), cwd=PROJECT, env={**os.environ, "HANDAI_HOME": str(home)}, stdout=log, stderr=log
        )
    try:
        _wait(process, url, home / "server.log")
        yield Server(process, url)
    finally:
        process.terminate()
        process.wait()


def _wait(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"The app did not start:\n{log.read_text()}")
