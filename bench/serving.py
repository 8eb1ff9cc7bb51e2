"""Starts the fake provider in a process of its own and asks it what it saw."""

import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson

from bench.measure import PROJECT


class Provider:
    """A running fake provider."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def stats(self) -> dict[str, Any]:
        """What it saw since the last reset."""
        return dict(orjson.loads(self._ask("stats")))

    def reset(self, **settings: object) -> None:
        """Count anew, with these settings changed."""
        self._ask("config", orjson.dumps(settings))

    def _ask(self, name: str, body: bytes | None = None) -> bytes:
        with urllib.request.urlopen(f"{self.base_url}/{name}", body, timeout=10) as answer:
            return bytes(answer.read())


@contextmanager
def provider(*arguments: str) -> Iterator[Provider]:
    """`python -m bench.provider` with these arguments, while the block runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.provider", *arguments], cwd=PROJECT, stdout=subprocess.PIPE
    )
    try:
        yield Provider((process.stdout.readline() if process.stdout else b"").decode().strip())
    finally:
        process.terminate()
        process.wait()
        if process.stdout:
            process.stdout.close()
