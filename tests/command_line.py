"""The real command line in a process of its own, over a small table, against a fake provider."""

import csv
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import orjson

from handai_db import RunFilter, RunReader
from services.home import open_catalogue, run_path
from tests.isolation import clean_environment

PROJECT = Path(__file__).resolve().parents[1]
CLI = (sys.executable, str(PROJECT / "handai_cli.py"))
_PATIENCE_S = 30.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    def figures(self) -> dict[str, Any]:
        """Standard output as the JSON it has to be, nothing else."""
        found: dict[str, Any] = orjson.loads(self.out)
        return found

    @property
    def said(self) -> str:
        """Standard error with every gap one space."""
        return " ".join(self.err.split())


def begin(*arguments: str, cwd: Path | None = None, **environment: str) -> "subprocess.Popen[str]":
    """Start a command."""
    return subprocess.Popen(
        [*CLI, *arguments],
        cwd=cwd or PROJECT,
        env=clean_environment(os.environ, HANDAI_HOME=os.environ["HANDAI_HOME"], **environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: "subprocess.Popen[str]", timeout_s: float = _PATIENCE_S) -> Ended:
    """Wait for a command's end."""
    out, err = process.communicate(timeout=timeout_s)
    return Ended(process.returncode, out, err)


def handai(*arguments: str, cwd: Path | None = None, **environment: str) -> Ended:
    """Run a command to its end."""
    return finish(begin(*arguments, cwd=cwd, **environment))


def made_table(path: Path, rows: int) -> Path:
    """A CSV whose column `text` names its row, as the fake provider counts it."""
    path.write_text("id,text\n" + "".join(f"{n},ROW{n}\n" for n in range(rows)), encoding="utf-8")
    return path


def transform_arguments(table: Path, out: Path, url: str, *more: str) -> list[str]:
    """A transform that sends the column `text` to the fake provider at `url`."""
    flags = ["--provider", "custom", "--base-url", url, "--model", "fake-model", "--prompt", "{{ text }}"]
    return ["transform", str(table), "-o", str(out), "-i", "Repeat it.", *flags, *more]


def records_in(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def wait_until(look: Callable[[], T], timeout_s: float = _PATIENCE_S) -> T:
    """What `look` gives once it is true."""
    patience = time.monotonic() + timeout_s
    while not (found := look()):
        assert time.monotonic() < patience, "waited in vain"
        time.sleep(0.01)
    return found


def only_run_id() -> str:
    """The id of the one run in the test's Handai folder, once it is in the catalogue."""

    def look() -> str:
        with open_catalogue() as catalogue:
            return next((record.id for record in catalogue.runs.list(RunFilter())), "")

    return wait_until(look)


def done_rows(run_id: str) -> int:
    """Rows that are durable and good."""
    with RunReader(run_path(run_id)) as reader:
        return reader.progress().done


class ProviderProcess:
    """The fake provider in a process of its own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._root = url.removesuffix("/v1")

    def configure(self, **changes: object) -> None:
        """Change its behaviour."""
        request = urllib.request.Request(f"{self._root}/config", orjson.dumps(changes), method="POST")
        urllib.request.urlopen(request, timeout=10).close()

    def stats(self) -> dict[str, Any]:
        """What it saw."""
        with urllib.request.urlopen(f"{self._root}/stats", timeout=10) as answer:
            found: dict[str, Any] = orjson.loads(answer.read())
        return found


@contextmanager
def provider_process(latency_s: float) -> Iterator[ProviderProcess]:
    """A fake provider that outlives every command."""
    command = [sys.executable, "-m", "tests.fake_provider", "--latency", str(latency_s)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            url = process.stdout.readline().strip()
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v1", url)
            yield ProviderProcess(url)
        finally:
            process.kill()
