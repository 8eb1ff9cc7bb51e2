"""HANDAI_LOG=debug: a run's requests and answers go to its log file; HANDAI_LOG_CONTENT=1 adds what they say."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from pydantic import SecretStr

from handai_db import RunRecord
from providers.base import CompletionClient
from providers.logged import LoggedClient
from services.home import environment, run_log_path


@contextmanager
def logged(client: CompletionClient, record: RunRecord, key: SecretStr | None) -> Iterator[CompletionClient]:
    """The client of a run, written down in the run's log if the environment asks for it."""
    said = environment()
    if not said.logs_requests:
        yield client
        return
    with _lines_of(run_log_path(record.id)) as write:
        address = record.spec.model.base_url
        write({"event": "requests are logged", "run": record.id, "provider": record.provider, "base_url": address})
        yield LoggedClient(client, write, content=said.logs_content, key=key.get_secret_value() if key else None)


@contextmanager
def _lines_of(path: Path) -> Iterator["_Lines"]:
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        yield _Lines(descriptor)
    finally:
        os.close(descriptor)


class _Lines:
    """Writes each value as one line of JSON, in one piece: the run's own process writes to the same file."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __call__(self, value: dict[str, Any]) -> None:
        line = {"timestamp": datetime.now(UTC).isoformat(), "level": "debug", **value}
        with suppress(OSError):  # a log that can't be written is no reason to lose a row
            os.write(self._descriptor, orjson.dumps(line, default=str) + b"\n")
