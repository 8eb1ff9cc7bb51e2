"""The body of a run's own process: imported, waiting for one order on its standard input, then executing it."""

import asyncio
import os
import sys
from importlib import import_module
from pathlib import Path

import orjson
from pydantic import SecretStr

from handai_errors import HandaiError
from providers.dev_mode import VARIABLE
from providers.redact import protect
from providers.specs import PROVIDERS
from services.faults import facts_of
from services.run_log import log
from services.running.access import Access


def main() -> int:
    """Execute the one run that standard input names; 0 when there is none or it ended in order."""
    from services.running import execution

    warm_up()
    line = sys.stdin.buffer.readline()
    if not line.strip():
        return 0
    order = orjson.loads(line)
    _log_to(Path(order["log"]))
    # This process works in another folder, with another .env.
    os.environ[VARIABLE] = str(order.get("dev_mode", False)).lower()
    key = _key(order["key"])
    try:
        others = {name: Access(url, _key(told)) for name, (url, told) in order.get("others", {}).items()}
        asyncio.run(execution.execute(order["run_id"], key, others))
    except HandaiError as error:
        log.error("the run could not go on", cause=error.cause, remedy=error.remedy)
        return 1
    except Exception as error:  # noqa: BLE001 - a traceback's last line is the error's text, which may hold the key
        log.error("a fault in Handai", **facts_of(error))
        return 1
    return 0


def _key(told: str | None) -> SecretStr | None:
    if not told:
        return None
    protect(told)
    return SecretStr(told)


def warm_up() -> None:
    """Load what a run needs before anyone waits for it: the HTTP client, the table reader, the list of prices."""
    for heavy in ("structlog", "providers.compatible_client", "engine.tables.parquet_io"):
        import_module(heavy)
    from providers.prices import price_of

    price_of(PROVIDERS[0].id, PROVIDERS[0].default_model)


def _log_to(path: Path) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    os.dup2(descriptor, 2)
    os.close(descriptor)
    import structlog

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
