"""The body of a run's own process: imported, waiting for one order on its standard input, then executing it."""

import asyncio
import os
import sys
from pathlib import Path

import orjson
import structlog
from pydantic import SecretStr

from handai_errors import HandaiError


def main() -> int:
    """Execute the one run that standard input names; 0 when there is none or it ended in order."""
    import providers.openai_client
    from services import execution

    del providers.openai_client  # only its import was wanted, before anyone waits for it
    line = sys.stdin.buffer.readline()
    if not line.strip():
        return 0
    order = orjson.loads(line)
    _log_to(Path(order["log"]))
    key = SecretStr(order["key"]) if order["key"] else None
    try:
        asyncio.run(execution.execute(order["run_id"], key))
    except HandaiError as error:
        structlog.get_logger().error("the run could not go on", cause=error.cause, remedy=error.remedy)
        return 1
    return 0


def _log_to(path: Path) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    os.dup2(descriptor, 2)
    os.close(descriptor)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
